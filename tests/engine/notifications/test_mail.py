"""One letter for all that is new, once, and nothing in it but numbers and steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email.headerregistry import Address
from typing import Any

import pytest
from sqlalchemy import select, update

from engine.commands import SYSTEM, Actor, PersonRecord, PositionRecord, RegisterOrganisation
from engine.connectors.email import EmailConnector, MailSettings, Security
from engine.connectors.secrets import Secrets
from engine.errors import Forbidden, Refused
from engine.history.replay import events_of
from engine.history.verification import verify
from engine.jobs.duties import perform
from engine.jobs.queue import Job, JobKind
from engine.jobs.sweep import due_work
from engine.jobs.upkeep import due_upkeep
from engine.jobs.workers import worker_of
from engine.model import Notification, Person, QueuedJob, UserTask
from engine.notifications.commands import ChangeEmail, MailRound, ReadNotifications, TakeMail
from engine.notifications.due import MAIL_LEASE
from engine.notifications.mailing import MOST_LINES, PATIENCE, letter_of
from engine.ports import ConnectorFailed
from engine.process_engine import ProcessEngine

from ..conftest import TOWN, Office, actor
from ..connectors.mailboxes import Postbox, serving

ADDRESS = "clerk@example.gov.cn"


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def mail_server(postbox: Postbox) -> Iterator[Callable[..., int]]:
    with serving(postbox) as start:
        yield start


@pytest.fixture
def told(office: Office, mail_server: Callable[..., int]) -> Office:
    """The telling has begun, and one of the clerks wants letters."""
    settings = MailSettings(
        host="127.0.0.1",
        port=mail_server(),
        security=Security.NONE,
        sender=Address(display_name="安澜", addr_spec="anlan@example.gov.cn"),
        domains=("example.gov.cn",),
    )
    connectors = {**office.engine.tools.connectors, "email": EmailConnector(settings, Secrets([]))}
    office.engine.tools = replace(office.engine.tools, notice_days=1, connectors=connectors)
    look_round(office)
    office.engine.execute(ChangeEmail(actor=actor("clerk"), email=ADDRESS))
    return office


def look_round(office: Office) -> None:
    for job in due_upkeep(office.engine):
        perform(office.engine, job)


def worked(office: Office) -> None:
    """A worker has done what was due."""
    worker_of(office.engine).drain(lambda done: None)


def late(office: Office, number: int = 1) -> list[str]:
    """Cases whose tasks are late before long."""
    cases = [office.to_review() for _ in range(number)]
    due = update(UserTask).where(UserTask.instance_id.in_(cases), UserTask.status == "created")
    with office.engine.database.write() as connection:
        connection.execute(due.values(due_at=office.clock.now() + timedelta(hours=1)))
        connection.commit()
    return cases


def rows(office: Office) -> list[Any]:
    with office.engine.database.read() as connection:
        return list(connection.execute(select(Notification).where(Notification.person_id == "clerk")))


def mail_job(office: Office) -> Job:
    return Job(kind=JobKind.MAIL, subject="clerk", due_at=office.clock.now())


def test_all_that_is_new_is_one_letter(told: Office, postbox: Postbox) -> None:
    cases = late(told, 2)
    look_round(told)
    worked(told)

    [letter] = postbox.letters
    assert (letter["to"], letter["subject"]) == (ADDRESS, "安澜：您有 2 条新通知")
    for instance_id in cases:
        assert f"{told.instance(instance_id).number} “乡镇审查”即将到期" in letter.get_content()
    assert [row.mailed_at for row in rows(told)] == [told.clock.now()] * 2


def test_no_letter_tells_what_a_case_is_about(told: Office, postbox: Postbox) -> None:
    [instance_id] = late(told)
    look_round(told)
    worked(told)

    text = postbox.letters[0].get_content()
    assert told.instance(instance_id).title not in text
    assert "applicant" not in text


def test_a_job_that_is_done_again_sends_nothing(told: Office, postbox: Postbox) -> None:
    late(told)
    look_round(told)

    assert [perform(told.engine, mail_job(told)) for _ in range(3)] == [True, False, False]
    assert len(postbox.letters) == 1


def test_who_has_no_address_is_told_on_the_page_alone(told: Office, postbox: Postbox) -> None:
    late(told)
    look_round(told)
    worked(told)

    assert {envelope.rcpt_tos[0] for envelope in postbox.envelopes} == {ADDRESS}


def test_a_letter_that_is_under_way_is_not_taken_by_another(told: Office) -> None:
    late(told)
    look_round(told)
    take = TakeMail(actor=SYSTEM, person_id="clerk")

    first, second = told.engine.execute(take), told.engine.execute(take)
    told.clock.advance(MAIL_LEASE)

    assert (first is not None, second) == (True, None)
    assert told.engine.execute(take) == first


def test_a_worker_whose_clock_is_a_little_behind_sends_no_second_letter(told: Office) -> None:
    late(told)
    look_round(told)
    told.engine.execute(TakeMail(actor=SYSTEM, person_id="clerk"))
    told.clock.advance(timedelta(minutes=-1))

    assert told.engine.execute(TakeMail(actor=SYSTEM, person_id="clerk")) is None


def test_a_clock_that_was_set_back_keeps_no_letter(told: Office, postbox: Postbox) -> None:
    late(told)
    look_round(told)
    told.engine.execute(TakeMail(actor=SYSTEM, person_id="clerk"))
    told.clock.advance(timedelta(days=-100))

    assert perform(told.engine, mail_job(told))
    assert len(postbox.letters) == 1


def test_a_server_that_is_busy_is_tried_again(told: Office, postbox: Postbox) -> None:
    late(told)
    look_round(told)
    postbox.answers[ADDRESS] = "451 later"
    with pytest.raises(ConnectorFailed):
        perform(told.engine, mail_job(told))
    postbox.answers.clear()

    assert perform(told.engine, mail_job(told))
    assert len(postbox.letters) == 1


def test_the_queue_lets_a_letter_that_failed_rest(told: Office, postbox: Postbox) -> None:
    late(told)
    look_round(told)
    postbox.answers[ADDRESS] = "451 later"
    worked(told)

    with told.engine.database.read() as connection:
        [job] = connection.execute(select(QueuedJob).where(QueuedJob.kind == "mail")).all()
    assert (job.subject, job.attempts, job.error) == ("clerk", 1, "ConnectorFailed")
    assert rows(told)[0].mailed_at is None


def test_a_letter_that_is_refused_for_good_is_not_tried_again(told: Office, postbox: Postbox) -> None:
    late(told)
    look_round(told)
    postbox.answers[ADDRESS] = "550 nobody here"
    worked(told)
    postbox.answers.clear()
    worked(told)

    [row] = rows(told)
    assert (row.mailed_at, postbox.letters) == (None, [])
    assert "550" in row.mail_error


def test_after_a_day_a_letter_is_given_up(told: Office, postbox: Postbox) -> None:
    late(told)
    look_round(told)
    postbox.answers[ADDRESS] = "451 later"
    told.clock.advance(PATIENCE)

    assert not perform(told.engine, mail_job(told))
    assert rows(told)[0].mail_error == "邮件服务器一直没有接收。"


@pytest.mark.parametrize("happens", ["read", "done", "address taken away"])
def test_what_is_news_no_longer_is_not_mailed(told: Office, postbox: Postbox, happens: str) -> None:
    [instance_id] = late(told)
    look_round(told)
    if happens == "read":
        told.engine.execute(ReadNotifications(actor=actor("clerk")))
    elif happens == "done":
        told.complete(instance_id, "second_clerk", "agree")
    else:
        told.engine.execute(ChangeEmail(actor=actor("clerk"), email=None))
    worked(told)

    assert postbox.letters == []
    assert [row.mail_at for row in rows(told)] == [None]


def test_a_job_that_was_lost_is_found_by_the_sweep(told: Office) -> None:
    late(told)
    look_round(told)

    with told.engine.database.read() as connection:
        assert [job.subject for job in due_work(connection, told.clock.now(), 9, {JobKind.MAIL})] == ["clerk"]


def test_a_long_letter_says_how_much_more_there_is() -> None:
    lines = tuple(f"YB-{number} “乡镇审查”即将到期" for number in range(MOST_LINES + 5))
    taken = MailRound(notification_ids=(), address=ADDRESS, lines=lines, since=None)  # type: ignore[arg-type]

    assert "另有 5 条" in letter_of(taken)["text"]
    assert f"YB-{MOST_LINES} " not in letter_of(taken)["text"]


@pytest.mark.parametrize("wrong", ["clerk", "clerk@", "a b@example.gov.cn", "clerk@example.com", "x" * 250 + "@a.cn"])
def test_an_address_that_cannot_be_written_to_is_refused(told: Office, wrong: str) -> None:
    with pytest.raises(Refused):
        told.engine.execute(ChangeEmail(actor=actor("clerk"), email=wrong))


def test_nobody_changes_the_address_of_a_principal(told: Office) -> None:
    with pytest.raises(Forbidden):
        told.engine.execute(ChangeEmail(actor=Actor(person_id="clerk", on_behalf_of="lead"), email=None))


def test_where_no_mail_is_set_up_no_address_is_taken(office: Office) -> None:
    with pytest.raises(Refused, match="邮件服务器"):
        office.engine.execute(ChangeEmail(actor=actor("clerk"), email=ADDRESS))


def test_an_address_is_in_the_history_by_its_digest_and_compared(told: Office) -> None:
    with told.engine.database.read() as connection:
        event = list(events_of(connection, "organisation"))[-1]
        assert verify(connection, told.engine.tools).findings == []
    assert (event.content["type"], event.content["input"]) == ("EmailChanged", {"person": "clerk"})
    assert ADDRESS not in str(event.content)

    with told.engine.database.write() as connection:
        connection.execute(update(Person).where(Person.id == "clerk").values(email="thief@example.gov.cn"))
        connection.commit()
    with told.engine.database.read() as connection:
        [found] = verify(connection, told.engine.tools).findings
    assert (found.table, found.column) == ("person", "email")


def test_a_person_may_be_registered_with_an_address(told: Office, engine: ProcessEngine) -> None:
    held = (PositionRecord(role="town_clerk", unit_code=TOWN),)
    wang = PersonRecord(id="wang", name="王小华", login="wang", password="anlan-demo", positions=held, email=ADDRESS)
    engine.execute(RegisterOrganisation(actor=SYSTEM, units=(), persons=(wang,)))
    with engine.database.read() as connection:
        assert connection.scalar(select(Person.email).where(Person.id == "wang")) == ADDRESS

    wrong = replace(wang, id="wang2", login="wang2", email="nowhere")
    with pytest.raises(Refused, match="王小华"):
        engine.execute(RegisterOrganisation(actor=SYSTEM, units=(), persons=(wrong,)))
