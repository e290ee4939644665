"""通知: what a person was told, read on a page, and where it is mailed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email.headerregistry import Address
from typing import Any

import pytest
from sqlalchemy import update

from engine.clock import ManualClock
from engine.connectors.email import EmailConnector, MailSettings, Security
from engine.connectors.secrets import Secrets
from engine.jobs.duties import perform
from engine.jobs.upkeep import due_upkeep
from engine.model import Position, UserTask
from engine.process_engine import ProcessEngine

from .conftest import OTHER_TOWN, REVIEW, Browser, Login, field

BADGE = '通知 <span class="count">1<'


def look_round(engine: ProcessEngine) -> None:
    for job in due_upkeep(engine):
        perform(engine, job)


def change(engine: ProcessEngine, statement: Any) -> None:
    with engine.database.write() as connection:
        connection.execute(statement)
        connection.commit()


@pytest.fixture
def told(engine: ProcessEngine, clock: ManualClock, reviewed: dict[str, str]) -> dict[str, str]:
    """The town is late with a case."""
    engine.tools = replace(engine.tools, notice_days=1)
    look_round(engine)
    change(engine, update(UserTask).where(UserTask.id == reviewed["task"]).values(due_at=clock.now()))
    clock.advance(timedelta(hours=1))
    look_round(engine)
    return reviewed


def with_mail(engine: ProcessEngine) -> None:
    settings = MailSettings(
        host="127.0.0.1",
        port=25,
        security=Security.NONE,
        sender=Address(addr_spec="anlan@example.gov.cn"),
        domains=("example.gov.cn",),
    )
    mail = EmailConnector(settings, Secrets([]))
    engine.tools = replace(engine.tools, connectors={**engine.tools.connectors, "email": mail})


def test_a_late_task_is_told_with_a_way_to_it(told: dict[str, str], log_in: Login) -> None:
    html = log_in("clerk").get("/notifications").text

    assert f'<a href="/tasks/{told["task"]}">“乡镇审查”已经逾期</a>' in html
    assert BADGE in html
    assert "村口道路修缮" in html


def test_what_was_read_is_not_counted(told: dict[str, str], log_in: Login) -> None:
    clerk = log_in("clerk")
    chosen = field(clerk.get("/notifications").text, "id")
    clerk.post("/notifications/read", {"id": chosen})

    html = clerk.get("/notifications").text
    assert BADGE not in html
    assert '<span class="muted">已读</span>' in html
    assert BADGE in log_in("second_clerk").get("/inbox").text


def test_all_can_be_read_at_once(told: dict[str, str], log_in: Login) -> None:
    clerk = log_in("clerk")
    sent = {"request_key": field(clerk.get("/notifications").text, "request_key")}
    answer = [clerk.post("/notifications/read", sent) for _ in range(2)][-1]

    assert answer.url.path == "/notifications"
    assert BADGE not in answer.text


def test_nobody_reads_for_another(told: dict[str, str], log_in: Login) -> None:
    chosen = field(log_in("clerk").get("/notifications").text, "id")
    log_in("second_clerk").post("/notifications/read", {"id": chosen})

    assert BADGE in log_in("clerk").get("/notifications").text


def test_who_has_started_a_case_goes_to_it_when_it_has_ended(
    told: dict[str, str], log_in: Login, engine: ProcessEngine
) -> None:
    opinion = {"opinion_text": "经现场查看，道路去年刚修过，不再列入今年的计划。", "legal_basis": "办法第三条"}
    completion = {"outcome": "reject", "values": {**REVIEW, **opinion}}
    done = log_in("clerk").api("POST", f"/user-tasks/{told['task']}/completion", json=completion)
    assert done.status_code == 200, done.text
    look_round(engine)

    assert (
        f'<a href="/cases/{told["case"]}">您发起的办件已经结束：不予同意</a>'
        in log_in("applicant").get("/notifications").text
    )
    assert '<span class="muted">已办理</span>' in log_in("clerk").get("/notifications").text


def test_others_see_nothing(told: dict[str, str], log_in: Login) -> None:
    assert "现在没有通知" in log_in("other_clerk").get("/notifications").text


def test_who_works_elsewhere_now_sees_nothing(told: dict[str, str], log_in: Login, engine: ProcessEngine) -> None:
    change(engine, update(Position).where(Position.person_id == "clerk").values(unit_code=OTHER_TOWN))

    html = log_in("clerk").get("/notifications").text
    assert "现在没有通知" in html
    assert BADGE not in html


@pytest.mark.parametrize("number", ["0", "-1", "99", "x"])
def test_any_page_number_is_a_page(told: dict[str, str], log_in: Login, number: str) -> None:
    assert "乡镇审查" in log_in("clerk").get(f"/notifications?page={number}").text


def test_without_a_mail_server_no_address_is_asked_for(told: dict[str, str], log_in: Login) -> None:
    assert "邮件提醒" not in log_in("clerk").get("/notifications").text


def test_an_address_is_kept_and_taken_away(told: dict[str, str], log_in: Login, engine: ProcessEngine) -> None:
    with_mail(engine)
    clerk = log_in("clerk")

    assert (
        "以后的通知也会发到 clerk@example.gov.cn"
        in clerk.post("/notifications/email", {"email": " clerk@example.gov.cn "}).text
    )
    assert field(clerk.get("/notifications").text, "email") == "clerk@example.gov.cn"
    key = field(clerk.get("/notifications").text, "request_key")
    clerk.post("/notifications/email", {"email": "", "request_key": key})
    assert field(clerk.get("/notifications").text, "email") == ""


@pytest.mark.parametrize("wrong", ["nowhere", "clerk@example.com", "<b>@example.gov.cn"])
def test_a_wrong_address_is_told_and_kept_typed(
    told: dict[str, str], log_in: Login, engine: ProcessEngine, wrong: str
) -> None:
    with_mail(engine)
    answer = log_in("clerk").post("/notifications/email", {"email": wrong})

    assert answer.status_code == 200
    assert "flash-error" in answer.text
    assert "<b>@" not in answer.text


def test_a_form_of_another_site_changes_nothing(told: dict[str, str], log_in: Login) -> None:
    clerk: Browser = log_in("clerk")

    assert clerk.client.post("/notifications/read").status_code == 403
    assert BADGE in clerk.get("/notifications").text
