"""The replay in the browser: every step shows who did what, and why the case went on as it did."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

DIAGRAM = (Path(__file__).parent / "pages/seal.bpmn").read_text()


def step(seq: int, title: str, **more: Any) -> dict[str, Any]:
    return {"seq": seq, "at": f"2026-03-02 09:{seq:02}", "who": "王敏", "title": title, **more}


STEPS = [
    step(1, "发起", passed=["start", "to_apply"], active=["apply"]),
    step(2, "填写申请", passed=["apply", "to_review"], active=["review"], completed=["apply"]),
    step(
        3,
        "审核",
        who="李强",
        onBehalfOf="张伟",
        outcome="退回补正",
        negative=True,
        fields=[{"label": "缺少材料", "value": "<b>村民会议记录</b>"}],
        passed=["review", "to_decision", "decision", "back"],
        active=["apply"],
        completed=["review"],
        gateways=[
            {
                "id": "decision",
                "name": "是否同意？",
                "conditions": [
                    {
                        "flow": "back",
                        "flowName": "退回补正",
                        "text": 'review.outcome = "return_for_correction"',
                        "values": {"review.outcome": "return_for_correction"},
                        "result": True,
                    }
                ],
            }
        ],
    ),
]


@pytest.fixture
def page(site: Any) -> Page:
    site.give("/diagram", DIAGRAM)
    page: Page = site.open("replay.html", replay={"diagramUrl": "/diagram", "steps": STEPS})
    page.wait_for_selector(".djs-shape")
    return page


def test_opens_where_the_case_stands(page: Page) -> None:
    expect(page.locator(".replay-place")).to_have_text("第 3 / 3 步")
    expect(page.locator(".djs-element.now")).to_have_attribute("data-element-id", "apply")
    expect(page.locator(".djs-connection.just[data-element-id=back]")).to_have_count(1)


def test_a_step_tells_who_decided_for_whom_and_what_was_filled_in(page: Page) -> None:
    panel = page.locator(".replay-panel")

    expect(panel).to_contain_text("李强（代 张伟）")
    expect(panel).to_contain_text("退回补正")
    expect(panel).to_contain_text("<b>村民会议记录</b>")


def test_a_gateway_tells_its_condition_and_the_values_it_read(page: Page) -> None:
    panel = page.locator(".replay-panel")

    expect(panel).to_contain_text('review.outcome = "return_for_correction"')
    expect(panel).to_contain_text("成立")
    expect(panel).to_contain_text("读到的值")


def test_the_scrubber_goes_back_with_the_keyboard(page: Page) -> None:
    page.focus("#replay-scrubber")
    page.keyboard.press("ArrowLeft")

    expect(page.locator(".replay-place")).to_have_text("第 2 / 3 步")
    expect(page.locator(".djs-element.now")).to_have_attribute("data-element-id", "review")
    assert page.url.endswith("#step-2")


def test_play_begins_anew_and_can_be_paused(page: Page) -> None:
    page.click(".replay-bar [aria-label=播放]")
    expect(page.locator(".replay-place")).to_have_text("第 1 / 3 步")

    page.click(".replay-bar [aria-label=暂停]")
    expect(page.locator(".replay-bar [aria-label=播放]")).to_be_visible()


def test_the_timeline_leads_to_its_step(page: Page) -> None:
    page.click("#replay-timeline [data-seq='1'] button")

    expect(page.locator(".replay-place")).to_have_text("第 1 / 3 步")
    expect(page.locator("#replay-timeline [data-seq='1']")).to_have_attribute("aria-current", "step")


def test_fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})

    assert page.evaluate("document.documentElement.scrollWidth") == 390
    expect(page.locator(".replay-panel")).to_be_visible()
