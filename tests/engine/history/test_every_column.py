"""No column can be forgotten: whatever the tables hold is compared with the history, or stated not to be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, Table, delete, insert, select, type_coerce, update

from engine.clock import ManualClock
from engine.commands import (
    SYSTEM,
    Actor,
    ClaimTask,
    CompleteTask,
    Delegate,
    DeploymentResource,
    DeployResources,
    MakeCheckpoint,
    PersonRecord,
    PositionRecord,
    PublishPolicy,
    RegisterOrganisation,
    SaveDiagramDraft,
    SaveTaskDraft,
    StartProcess,
    StoreAttachment,
)
from engine.errors import Refused
from engine.exports.commands import AskExport
from engine.handlers.session import digest_of_token
from engine.history.rows.comparison import stored
from engine.history.rows.coverage import EXCEPTIONS, is_compared
from engine.history.signatures import signer_at
from engine.history.verification import verify
from engine.idempotency import RequestKey
from engine.jobs.duties import perform
from engine.jobs.queue import OUTSIDE
from engine.jobs.sweep import due_work
from engine.jobs.timers import fire_due_timers
from engine.machines import IssueToken, RegisterMachine
from engine.messaging.messages import PublishMessage
from engine.model import (
    Attachment,
    EventSubscription,
    Incident,
    ProcessInstance,
    Signing,
    UserTask,
)
from engine.model.base import Base
from engine.model.export import ExportContent
from engine.moves import AddSigner, SuspendProcess
from engine.process_engine import ProcessEngine

from ...tampering import Tamperer
from ..conftest import COUNTY, DIAGRAMS
from .conftest import Desk

_HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:anlan="urn:anlan:bpmn:1" id="d" '
    'targetNamespace="urn:test"><message id="paid" name="paid"/>'
)
_ASKS = (
    f'{_HEAD}<process id="asks" isExecutable="true"><startEvent id="s"/><serviceTask id="ask" '
    'anlan:connector="remote"/><endEvent id="e"/><sequenceFlow id="a" sourceRef="s" targetRef="ask"/>'
    '<sequenceFlow id="b" sourceRef="ask" targetRef="e"/></process></definitions>'
)
_WAITS = (
    f'{_HEAD}<process id="waits" isExecutable="true"><startEvent id="s"/><intermediateCatchEvent id="wait">'
    '<messageEventDefinition messageRef="paid"/></intermediateCatchEvent><endEvent id="e"/>'
    '<sequenceFlow id="a" sourceRef="s" targetRef="wait"/><sequenceFlow id="b" sourceRef="wait" targetRef="e"/>'
    "</process></definitions>"
)
_INTAKE = (
    f'{_HEAD}<process id="intake" isExecutable="true"><startEvent id="s" anlan:startRegions="county">'
    "<timerEventDefinition><timeCycle>R/P1D</timeCycle></timerEventDefinition></startEvent><userTask id='fill'/>"
    '<endEvent id="e"/><sequenceFlow id="a" sourceRef="s" targetRef="fill"/>'
    '<sequenceFlow id="b" sourceRef="fill" targetRef="e"/></process></definitions>'
)
#: those of money need another house (tests/acceptance/test_books.py)
_MONEY = frozenset(
    {
        *("account", "contract", "invoice", "payment", "payment_share", "project", "project_source"),
        *("recovery_claim", "settlement", "transfer"),
    }
)
_TABLES = [table for table in Base.metadata.sorted_tables if table.name not in _MONEY and table.name not in EXCEPTIONS]


class _Remote:
    """Refuses what it is asked."""

    type = "remote"
    waits = True

    def check(self, inputs: Any) -> None:
        """Anything may be asked."""

    def call(self, inputs: Any, call: Any) -> Any:
        raise Refused("对方不受理。")


@pytest.fixture
def engine(engine: ProcessEngine, tmp_path: Path) -> ProcessEngine:
    connectors = {**engine.tools.connectors, "remote": _Remote()}
    engine.tools = replace(engine.tools, signer=partial(signer_at, tmp_path / "key"), connectors=connectors)
    return engine


def _actor(login: str) -> Actor:
    return Actor(person_id=login)


@pytest.fixture
def tamperer(engine: ProcessEngine, desk: Desk, clock: ManualClock) -> Tamperer:
    """A house where every table has a row."""
    held = (PositionRecord(role="sys_admin", unit_code=COUNTY, valid_from=date(2026, 1, 1), valid_to=date(2027, 1, 1)),)
    admin = PersonRecord(
        id="admin",
        name="admin",
        login="admin",
        password="anlan-demo",
        positions=held,
        email="admin@example.gov.cn",
    )
    for command in (
        RegisterOrganisation(actor=SYSTEM, units=(), persons=(admin,)),
        PublishPolicy(actor=SYSTEM, county_code=COUNTY, effective_from=date(2026, 1, 1), parameters={}),
        Delegate(actor=_actor("chief"), to_person_id="lead", valid_from=date(2026, 1, 1), valid_to=date(2026, 12, 1)),
        SaveDiagramDraft(actor=_actor("admin"), key="draft", content=(DIAGRAMS / "grant.bpmn").read_bytes()),
    ):
        engine.execute(command)
    machine = engine.execute(RegisterMachine(actor=_actor("admin"), unit_code=COUNTY, name="财政", login="finance-1"))
    token = {"person_id": machine, "digest": digest_of_token("t"), "note": "一号机"}
    engine.execute(IssueToken(actor=_actor("admin"), expires_at=clock.now() + timedelta(days=9), **token))
    _play_cases(engine, desk, clock)
    engine.execute(MakeCheckpoint(actor=SYSTEM))
    return Tamperer(engine)


def _play_cases(engine: ProcessEngine, desk: Desk, clock: ManualClock) -> None:
    resources = {"asks.bpmn": _ASKS, "waits.bpmn": _WAITS, "intake.bpmn": _INTAKE}
    diagrams = (DeploymentResource(name=name, content=text.encode()) for name, text in resources.items())
    table = DeploymentResource(name="a.dmn", content=(files("bpmn") / "policy" / "sla.dmn").read_bytes())
    engine.execute(DeployResources(actor=SYSTEM, resources=(*diagrams, table)))
    _with_document(engine, desk)
    desk.granted()
    reviewed = desk.in_review()
    task = desk.open_task(reviewed)
    engine.keyed(RequestKey("clerk", "k")).execute(ClaimTask(actor=_actor("clerk"), task_id=task.id))
    added = AddSigner(
        actor=_actor("clerk"), task_id=task.id, person_ids=("lead",), signing=Signing.BEFORE, reason="请先看看"
    )
    engine.execute(added)
    engine.execute(SaveTaskDraft(actor=_actor("clerk"), task_id=task.id, submission={"a": 1}))
    engine.execute(StartProcess(actor=SYSTEM, process_key="asks", region_code=COUNTY))
    with engine.database.read() as connection:
        jobs = due_work(connection, clock.now(), 100, OUTSIDE)
    assert [perform(engine, job) for job in jobs]
    waiting = engine.execute(StartProcess(actor=SYSTEM, process_key="waits", region_code=COUNTY)).instance_id
    engine.execute(SuspendProcess(actor=_actor("admin"), instance_id=waiting, reason="核实情况"))
    engine.execute(PublishMessage(actor=SYSTEM, name="paid"))
    engine.execute(AskExport(actor=_actor("admin"), content=ExportContent.XES))
    clock.advance(timedelta(days=1))
    fire_due_timers(engine)


def _with_document(engine: ProcessEngine, desk: Desk) -> None:
    applicant = _actor("applicant")
    document = engine.execute(StoreAttachment(actor=applicant, name="决议.pdf", content=b"%PDF-1.4 x"))
    case_id = desk.started()
    kept = {"id": document.id, "name": document.name, "sha256": document.sha256}
    submission = {"title": "路", "amount": Decimal(1), "files": [kept]}
    task_id = desk.open_task(case_id).id
    engine.keyed(RequestKey("applicant", "k")).execute(
        CompleteTask(actor=applicant, task_id=task_id, submission=submission)
    )


def test_every_value_that_was_changed_is_found_or_stated_not_to_be_compared(
    tamperer: Tamperer, engine: ProcessEngine
) -> None:
    with engine.database.read() as connection:
        assert verify(connection, engine.tools).findings == []
    unfound, empty = [], []
    for table in _TABLES:
        for column in table.columns:
            if not is_compared(table.name, column.name):
                continue
            found = tamperer.findings_of(column)
            if found is None:
                empty.append(table.name)
            elif not found:
                unfound.append(str(column))

    assert (unfound, sorted(set(empty))) == ([], [])


def _some_row(engine: ProcessEngine, table: Table, *, last: bool = False) -> Any:
    """The row with the first key; of answers the oldest or the newest."""
    with engine.database.read() as connection:
        order: Any = next(iter(table.primary_key))
        if "answered_at" in table.c:
            order = table.c.answered_at.desc() if last else table.c.answered_at
        return connection.execute(stored(table).order_by(order)).first()


def _key(table: Table, row: Any) -> list[Any]:
    return [column == getattr(row, column.name) for column in table.primary_key]


def test_a_row_that_was_deleted_is_found(tamperer: Tamperer, engine: ProcessEngine) -> None:
    unfound = [
        table.name
        for table in _TABLES
        if not tamperer.after(delete(table).where(*_key(table, _some_row(engine, table, last=True))))
    ]

    assert unfound == []


def test_a_row_that_was_added_is_found(tamperer: Tamperer, engine: ProcessEngine) -> None:
    unfound = []
    for table in _TABLES:
        values = dict(_some_row(engine, table)._mapping)
        unique = {column.name for column in table.columns if column.unique} | set(table.primary_key.columns.keys())
        forged = {name: _other(value) if name in unique | _NAMED else value for name, value in values.items()}
        raw = {
            name: type_coerce(value, LargeBinary) if isinstance(value, bytes) else value
            for name, value in forged.items()
        }
        if not tamperer.after(insert(table).values(raw)):
            unfound.append(table.name)

    assert unfound == []


#: parts of keys that are unique together
_NAMED = frozenset({"version", "region_code", "ordinal"})


def _other(value: Any) -> Any:
    return value + 77 if isinstance(value, int) else f"{str(value)[:-2]}zz"


def _two_cases(engine: ProcessEngine) -> tuple[str, str]:
    with engine.database.read() as connection:
        found = connection.scalars(
            select(UserTask.instance_id).where(UserTask.activity_id == "apply").order_by(UserTask.opened_at)
        ).all()
    return found[0], found[-1]


@pytest.mark.parametrize("model", [UserTask, EventSubscription, Attachment, Incident])
def test_rows_that_were_moved_to_another_case_are_found(tamperer: Tamperer, engine: ProcessEngine, model: Any) -> None:
    first, last = _two_cases(engine)
    row = _some_row(engine, model.__table__)
    other = last if row.instance_id == first else first

    assert tamperer.after(update(model).where(*_key(model.__table__, row)).values(instance_id=other))


def test_states_that_changed_places_are_found(tamperer: Tamperer, engine: ProcessEngine) -> None:
    first, last = _two_cases(engine)
    table = ProcessInstance.__table__
    with engine.database.read() as connection:
        rows = {row.id: row for row in connection.execute(select(table).where(table.c.id.in_((first, last))))}
    swaps = [
        update(table).where(table.c.id == mine).values(tokens=rows[other].tokens, variables=rows[other].variables)
        for mine, other in ((first, last), (last, first))
    ]

    assert {finding.place for finding in tamperer.after(*swaps)} == {first, last}


def test_the_finding_names_row_column_and_event(tamperer: Tamperer, engine: ProcessEngine) -> None:
    with engine.database.read() as connection:
        task = connection.execute(select(UserTask).where(UserTask.completed_by == "clerk").limit(1)).one()
    (found,) = tamperer.after(update(UserTask).where(UserTask.id == task.id).values(completed_by="both"))

    assert (found.table, found.column, found.place) == ("user_task", "completed_by", task.instance_id)
    assert f"第 {found.seq} 条起）应为 “clerk”，实为 “both”" in found.message


def test_every_exception_names_a_table_or_a_column() -> None:
    known = {table.name for table in Base.metadata.sorted_tables}
    known |= {f"{table.name}.{column.name}" for table in Base.metadata.sorted_tables for column in table.columns}

    assert EXCEPTIONS.keys() <= known


def test_every_exception_is_in_the_documentation() -> None:
    text = (Path(__file__).parents[3] / "docs" / "history.md").read_text("utf-8")

    assert [name for name in EXCEPTIONS if name.split(".")[0] not in text or name.split(".")[-1] not in text] == []
