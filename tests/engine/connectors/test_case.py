"""A case that asks a bank, writes to a village and tells the city: one diagram, real servers, a real database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine import values
from engine.bootstrap import build_engine
from engine.clock import ManualClock
from engine.commands import (
    SYSTEM,
    Actor,
    CompleteTask,
    DeploymentResource,
    DeployResources,
    PersonRecord,
    PositionRecord,
    RegisterOrganisation,
    StartProcess,
    StoreAttachment,
    UnitRecord,
)
from engine.connectors import configuration
from engine.errors import Refused
from engine.history.replay import replay
from engine.history.verification import verify
from engine.interpreter import State, variables_of
from engine.jobs.duties import perform
from engine.jobs.queue import OUTSIDE
from engine.jobs.sweep import due_work
from engine.model import ConnectorCall, HistoryEvent, Incident, ProcessInstance, UserTask
from engine.moves import RetryIncident
from engine.process_engine import ProcessEngine

from .conftest import SECRET
from .mailboxes import Postbox
from .webservers import Handler, Received, WebServer, say

COUNTY, VILLAGE = "330324000000", "330324104201"
ADMIN, APPLICANT = Actor(person_id="admin"), Actor(person_id="applicant")
HOOK = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PAYEE = {"account": "6222 01", "mail": "shixi@example.gov.cn"}
DIAGRAM = Path(__file__).parent / "account_check.bpmn"

SETTINGS = """
[http]
allow = [{ host = "%(bank)s", addresses = ["127.0.0.1"] }]
[secrets.treasury]
hosts = ["%(bank)s"]
[secrets.hook]
[smtp]
host = "127.0.0.1"
port = %(mail)s
security = "none"
from = "安澜 <anlan@example.gov.cn>"
domains = ["example.gov.cn"]
[webhooks.city]
url = "%(city)s"
secret = "hook"
addresses = ["127.0.0.1"]
"""


@dataclass
class Outside:
    """A bank that knows one account, and the office of the city."""

    bank: WebServer
    city: WebServer
    accounts: dict[str, Mapping[str, object]] = field(default_factory=dict)

    def answer(self, handler: Handler, received: Received) -> None:
        account = self.accounts.get(received.path.split("?")[0].rpartition("/")[2])
        body = json.dumps(account or {"reason": "无此账户"}, ensure_ascii=False).encode()
        say(200 if account else 404, body, content_type="application/json")(handler, received)


@dataclass
class Office:
    """The engine with its one case."""

    engine: ProcessEngine
    clock: ManualClock
    outside: Outside
    case: str = ""

    def begin(self, **payee: str) -> Office:
        variables = {"bank": self.outside.bank.url("").rstrip("/"), "payee": {**PAYEE, **payee}}
        start = StartProcess(actor=APPLICANT, process_key="account_check", region_code=VILLAGE, variables=variables)
        self.case = self.engine.execute(start).instance_id
        return self

    def work(self, **later: float) -> Office:
        """Do whatever is due for the outside."""
        self.clock.advance(timedelta(**later))
        for _ in range(20):
            with self.engine.database.read() as connection:
                jobs = due_work(connection, self.clock.now(), 100, OUTSIDE)
            if not sum([perform(self.engine, job) for job in jobs]):
                break
        return self

    def rows(self, table: Any) -> list[Any]:
        with self.engine.database.read() as connection:
            return list(connection.execute(select(table)))

    @property
    def open(self) -> list[Any]:
        return [row for row in self.rows(UserTask) if row.status == "created"]

    @property
    def incidents(self) -> list[Any]:
        return [row for row in self.rows(Incident) if row.closed_at is None]

    @property
    def variables(self) -> dict[str, Any]:
        (instance,) = self.rows(ProcessInstance)
        return variables_of(State(tokens=instance.tokens, variables=instance.variables))

    def complete(self, activity: str, **submission: Any) -> Office:
        (task,) = self.open
        assert task.activity_id == activity
        self.engine.execute(CompleteTask(actor=APPLICANT, task_id=task.id, submission=submission))
        return self

    def upload(self) -> str:
        command = StoreAttachment(actor=APPLICANT, name="开户许可.pdf", content=b"%PDF-1.4 x")
        return self.engine.execute(command).id

    def retry(self, **inputs: Any) -> Office:
        (incident,) = self.incidents
        command = RetryIncident(actor=ADMIN, incident_id=incident.id, reason="已更正", inputs=inputs or None)
        self.engine.execute(command)
        return self

    def is_sound(self) -> bool:
        """Whether the history plays again without asking anybody, and every row is as it says."""
        asked = len(self.outside.bank.requests)
        with self.engine.database.read() as connection:
            assert replay(connection, self.engine.tools.definitions, self.case).difference is None
            assert verify(connection, self.engine.tools).findings == []
        return len(self.outside.bank.requests) == asked


def _person(login: str, role: str, unit: str) -> PersonRecord:
    held = (PositionRecord(role=role, unit_code=unit),)
    return PersonRecord(id=login, name=login, login=login, password="anlan-demo", positions=held)


@pytest.fixture
def outside(server: WebServer, other: WebServer) -> Outside:
    outside = Outside(bank=server, city=other)
    server.answering = outside.answer
    outside.accounts["6222%2001"] = {"holder": "石溪村", "balance": 120000}
    return outside


@pytest.fixture
def office(
    outside: Outside, mail_server: Callable[..., int], database_url: str, clock: ManualClock, tmp_path: Path
) -> Iterator[Office]:
    path = tmp_path / "connectors.toml"
    bank = outside.bank.url("").rstrip("/")
    path.write_text(SETTINGS % {"bank": bank, "mail": mail_server(), "city": outside.city.url("/hook")}, "utf-8")
    read = configuration.read(path, {"ANLAN_SECRET_TREASURY": SECRET, "ANLAN_SECRET_HOOK": HOOK})
    engine = build_engine(database_url, clock=clock, connectors=read.connectors(), attachments=tmp_path / "d")
    admin, applicant = _person("admin", "sys_admin", COUNTY), _person("applicant", "village_applicant", VILLAGE)
    units = (
        UnitRecord(code=COUNTY, name="永嘉县", level="county"),
        UnitRecord(code=VILLAGE, name="石溪村", level="village", parent_code=COUNTY),
    )
    engine.execute(RegisterOrganisation(actor=SYSTEM, units=units, persons=(admin, applicant)))
    resource = DeploymentResource(name="a.bpmn", content=DIAGRAM.read_bytes())
    engine.execute(DeployResources(actor=SYSTEM, resources=(resource,)))
    yield Office(engine, clock, outside)
    engine.database.dispose()


def test_a_bank_is_asked_a_village_is_written_to_and_the_city_is_told(
    office: Office, outside: Outside, postbox: Postbox
) -> None:
    office.begin().work()

    [asked], [letter], told = outside.bank.requests, postbox.letters, outside.city.requests
    assert asked.headers["authorization"] == f"Bearer {SECRET}"
    assert letter["subject"] == "账户已核对：石溪村"
    first, second = (json.loads(received.body) for received in told)
    assert (first["type"], first["data"]) == ("account.checked", {"holder": "石溪村", "balance": 120000})
    assert (second["type"], first["case"]) == ("village.told", second["case"])
    assert first["sequence"] < second["sequence"]
    assert [task.activity_id for task in office.open] == ["look"]
    assert office.is_sound()


def test_the_call_is_known_to_the_receiver_by_the_same_id(office: Office, outside: Outside) -> None:
    outside.bank.answering = say(503)
    office.begin().work()
    outside.bank.answering = outside.answer
    office.work(seconds=10)

    ids = {received.headers["idempotency-key"] for received in outside.bank.requests}
    assert len(outside.bank.requests) == 2
    assert ids == {row.id for row in office.rows(ConnectorCall) if row.connector == "http"}
    assert office.is_sound()


def test_an_answer_of_the_business_takes_the_way_that_is_drawn(office: Office, outside: Outside) -> None:
    office.begin(account="wrong").work()
    assert [task.activity_id for task in office.open] == ["correct"]

    office.complete("correct", **PAYEE).work()

    assert [task.activity_id for task in office.open] == ["look"]
    assert office.variables["holder"] == "石溪村"
    assert office.is_sound()


def test_a_receiver_that_asks_to_be_left_alone_is_left_alone(office: Office, outside: Outside) -> None:
    outside.bank.answering = say(429, retry_after="600")
    office.begin().work().work(seconds=590)
    assert len(outside.bank.requests) == 1

    outside.bank.answering = outside.answer
    office.work(seconds=20)
    assert [task.activity_id for task in office.open] == ["look"]


def test_what_fails_too_often_waits_for_an_administrator_who_may_change_what_is_asked(
    office: Office, outside: Outside
) -> None:
    outside.bank.answering = say(500)
    office.begin()
    for seconds in (0, 5, 30, 120, 600, 3600):
        office.work(seconds=seconds)
    (incident,) = office.incidents
    assert "500" in incident.message

    outside.bank.answering = outside.answer
    url = outside.bank.url("/accounts/{account}")
    office.retry(url=url, path={"account": "6222 01"}).work()

    assert "authorization" not in outside.bank.requests[-1].headers
    assert [task.activity_id for task in office.open] == ["look"]
    assert office.is_sound()


def test_a_letter_that_cannot_arrive_holds_up_what_comes_after_it_until_it_is_corrected(
    office: Office, outside: Outside, postbox: Postbox
) -> None:
    postbox.answers[PAYEE["mail"]] = "550 no such user"
    office.begin().work()
    assert [task.activity_id for task in office.open] == ["look"]
    assert outside.city.requests == []

    office.retry(to="town@example.gov.cn", subject="账户已核对", text="请转告").work()

    assert [letter["to"] for letter in postbox.letters] == ["town@example.gov.cn"]
    assert len(outside.city.requests) == 2
    assert office.is_sound()


def test_papers_of_the_case_are_sent_along(office: Office, postbox: Postbox) -> None:
    office.begin(account="wrong").work()
    office.complete("correct", **PAYEE, papers=[{"id": office.upload()}]).work()

    (paper,) = postbox.letters[0].iter_attachments()
    assert (paper.get_filename(), paper.get_content_type(), paper.get_content()) == (
        "开户许可.pdf",
        "application/pdf",
        b"%PDF-1.4 x",
    )


def test_papers_that_are_not_of_the_case_are_not_sent(office: Office, postbox: Postbox) -> None:
    foreign = office.upload()
    office.begin().work()
    variables = {"bank": office.outside.bank.url("").rstrip("/"), "payee": {**PAYEE, "papers": [foreign]}}
    office.engine.execute(
        StartProcess(actor=APPLICANT, process_key="account_check", region_code=VILLAGE, variables=variables)
    )

    office.work()

    assert [incident.message for incident in office.incidents] == [f"这个办件没有附件 {foreign}，不能发送。"]
    assert len(postbox.letters) == 1


@pytest.mark.parametrize(
    "inputs",
    [{"url": "https://evil.example.com/"}, {"url": 7}, {"nothing": "x"}, {"url": "http://127.0.0.1:1/", "headers": []}],
)
def test_an_administrator_cannot_ask_what_is_not_allowed_either(
    office: Office, outside: Outside, inputs: dict[str, Any]
) -> None:
    outside.bank.answering = say(401)
    office.begin().work()

    with pytest.raises(Refused):
        office.retry(**inputs)

    assert len(office.incidents) == 1


def test_wrong_data_of_a_case_is_refused_where_it_is_given(office: Office) -> None:
    with pytest.raises(Refused, match="没有值"):
        office.begin(account="")

    assert office.rows(ProcessInstance) == []


def test_data_of_a_case_cannot_lead_elsewhere(office: Office, outside: Outside) -> None:
    with pytest.raises(Refused, match="路径"):
        office.begin(account="..")
    office.begin(account="a/b?c=d&e#f@g").work()

    assert outside.bank.requests[0].path.startswith("/accounts/a%2Fb%3Fc%3Dd%26e%23f%40g?case=")


def test_no_table_holds_a_secret(office: Office, outside: Outside, postbox: Postbox) -> None:
    def repeat(handler: Handler, received: Received) -> None:
        body = json.dumps({"holder": received.headers["authorization"], "balance": 1}).encode()
        say(200, body, content_type="application/json")(handler, received)

    outside.bank.answering = repeat
    office.begin().work()

    kept = values.dumps([[str(value) for value in row] for row in office.rows(HistoryEvent)]).decode()
    assert "secret:treasury" in kept
    for table in (HistoryEvent, ConnectorCall, ProcessInstance, Incident):
        assert SECRET not in str([tuple(row) for row in office.rows(table)])
    assert SECRET not in str(postbox.letters[0])


@pytest.mark.parametrize(
    "holder", ["甲" * 300_000, list(range(140_000)), {"a": "\x00\ud800"}, "x" * 990_000], ids=range(4)
)
def test_an_answer_of_any_kind_is_kept_or_becomes_an_incident(office: Office, outside: Outside, holder: Any) -> None:
    body = json.dumps({"holder": holder, "balance": 1}, ensure_ascii=not isinstance(holder, str)).encode()
    outside.bank.answering = say(200, body, content_type="application/json")

    office.begin().work().work(seconds=5)

    assert office.incidents or office.variables.get("balance") == 1
    assert office.is_sound()
