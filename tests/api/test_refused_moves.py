"""What was written survives a refusal: the reason is still there, and its form is open."""

from __future__ import annotations

import re

import pytest

from engine.commands import SYSTEM, PersonRecord, PositionRecord, RegisterOrganisation
from engine.process_engine import ProcessEngine

from .conftest import COUNTY, PASSWORD, Login

Case = dict[str, str]
WHY = "预算没有附明细<b>，请补充"


@pytest.fixture
def administered(engine: ProcessEngine) -> None:
    position = PositionRecord(role="sys_admin", unit_code=COUNTY)
    person = PersonRecord(id="admin", name="管理员", login="admin", password=PASSWORD, positions=(position,))
    engine.execute(RegisterOrganisation(actor=SYSTEM, units=(), persons=(person,)))


def _kept(html: str) -> list[str]:
    return re.findall(r'<textarea class="control" id="([\w-]+)"[^>]*>预算没有附明细&lt;b&gt;，请补充</textarea>', html)


@pytest.mark.parametrize(
    ("name", "field"), [("return", "why-return"), ("transfer", "why-transfer"), ("add-signer", "why-signer")]
)
def test_on_the_page_of_a_task(name: str, field: str, reviewed: Case, log_in: Login) -> None:
    clerk = log_in("clerk")

    html = clerk.post(f"/tasks/{reviewed['task']}/moves/{name}", {"why": WHY}).text
    assert "请选择" in html
    assert _kept(html) == [field]
    assert html.count('<details class="card" open>') == 1
    assert _kept(clerk.get(f"/tasks/{reviewed['task']}").text) == []


@pytest.mark.parametrize(("name", "field"), [("move", "why-move"), ("migrate", "why-migrate")])
def test_on_the_page_of_a_case(name: str, field: str, reviewed: Case, administered: None, log_in: Login) -> None:
    html = log_in("admin").post(f"/cases/{reviewed['case']}/moves/{name}", {"why": WHY}).text

    assert "请选择" in html
    # The county has one version of the process only, so that there is no form to migrate with.
    assert _kept(html) == ([field] if name == "move" else [])


def test_a_long_reason_fits_into_what_a_browser_keeps(reviewed: Case, log_in: Login) -> None:
    why = "补" * 500

    html = log_in("clerk").post(f"/tasks/{reviewed['task']}/moves/return", {"why": why}).text
    assert f"{why}</textarea>" in html
