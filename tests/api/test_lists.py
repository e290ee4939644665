"""The inbox and its sisters."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from engine.clock import ManualClock

from .conftest import APPLICATION, Login


def test_the_inbox_shows_the_task_with_its_deadline(reviewed: dict[str, str], log_in: Login) -> None:
    page = log_in("clerk").get("/inbox").text

    assert "村口道路修缮" in page
    assert "乡镇审查" in page
    assert re.search(r"剩 \d 天", page)


@pytest.mark.parametrize(("days", "badge"), [(5, "今天到期"), (8, "已超期 3 天")])
def test_the_badge_follows_the_clock(
    days: int, badge: str, reviewed: dict[str, str], log_in: Login, clock: ManualClock
) -> None:
    clerk = log_in("clerk")
    # Sunday 8 March plus five working days is Friday the 13th.
    clock.advance(timedelta(days=days))

    assert badge in clerk.get("/inbox").text


def test_search_finds_title_number_step_and_unit(reviewed: dict[str, str], log_in: Login) -> None:
    clerk = log_in("clerk")

    for word in ("道路", "XS-330324", "审查", "石溪"):
        assert "村口道路修缮" in clerk.get("/inbox", params={"search": word}).text
    assert "没有找到符合“桥梁”的待办" in clerk.get("/inbox", params={"search": "桥梁"}).text


def test_a_percent_sign_is_no_wildcard(reviewed: dict[str, str], log_in: Login) -> None:
    assert "没有找到" in log_in("clerk").get("/inbox", params={"search": "%"}).text


def test_long_lists_have_pages_and_keep_the_search(log_in: Login) -> None:
    applicant = log_in("applicant")
    for _ in range(23):
        applicant.api("POST", "/process-instances", json={"process_key": "petition"})

    first = applicant.get("/started", params={"search": "修缮"}).text
    last = applicant.get("/started", params={"search": "修缮", "page": 99}).text

    assert "共 23 条，第 1 / 2 页" in first
    assert 'href="/started?search=%E4%BF%AE%E7%BC%AE&amp;page=2"' in first
    assert "第 2 / 2 页" in last


def test_done_and_started_hold_ones_own_work(petition: dict[str, str], log_in: Login) -> None:
    applicant = log_in("applicant")
    applicant.api("POST", f"/user-tasks/{petition['task']}/completion", json={"values": APPLICATION})

    assert "填写申请" in applicant.get("/done").text
    assert "村口道路修缮" in applicant.get("/started").text
    assert "您还没有办理过事项" in log_in("clerk").get("/done").text


def test_the_auditor_searches_the_cases_of_the_county(petition: dict[str, str], log_in: Login) -> None:
    page = log_in("auditor").get("/audit", params={"search": "XS-330324"})

    assert "修缮申请" in page.text
