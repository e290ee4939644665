"""Exports are made by a worker, of the regions of whoever asked, once, and are deleted after a week."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import func, select

from engine.clock import ManualClock
from engine.commands import SYSTEM, Actor, StartProcess
from engine.errors import Forbidden, Refused
from engine.exports.commands import AskExport, FinishExport
from engine.exports.making import PATIENCE, make_export
from engine.history.replay import events_of
from engine.jobs.upkeep import due_upkeep, keep_up
from engine.jobs.workers import worker_of
from engine.mining import exports as mining
from engine.model import Export, ExportContent, HistoryEvent, QueuedJob
from engine.process_engine import ProcessEngine
from engine.queries.history import history_of
from engine.store.attachments import AttachmentStore
from engine.unit_of_work import Tools

CHIEF, CLERK = Actor(person_id="chief"), Actor(person_id="clerk")


@pytest.fixture
def cases(engine: ProcessEngine, tmp_path: Path) -> list[str]:
    """One case in each township; the house can draw sheets."""
    _equip(engine, attachments=AttachmentStore(tmp_path / "documents"), sheets=lambda *_: ("办理表.txt", b"sheet"))
    return [
        engine.execute(StartProcess(actor=Actor(person_id=starter), process_key="grant")).instance_id
        for starter in ("applicant", "other_applicant")
    ]


def _equip(engine: ProcessEngine, **tools: Any) -> None:
    engine.tools = Tools(**{**vars(engine.tools), **tools})


def asked(engine: ProcessEngine, actor: Actor = CHIEF, content: ExportContent = ExportContent.CSV, **wish: Any) -> str:
    return engine.execute(AskExport(actor=actor, content=content, **wish))


def worked(engine: ProcessEngine) -> None:
    """A worker has done what was due."""
    worker_of(engine).drain(lambda done: None)


def row(engine: ProcessEngine, export_id: str) -> Any:
    with engine.database.read() as connection:
        return connection.execute(select(Export).where(Export.id == export_id)).one()


def content(engine: ProcessEngine, export_id: str) -> bytes:
    assert engine.tools.attachments is not None
    return b"".join(engine.tools.attachments.pieces(row(engine, export_id).digest))


def test_a_worker_makes_what_was_asked_for(engine: ProcessEngine, cases: list[str]) -> None:
    export_id = asked(engine)
    assert row(engine, export_id).status == "waiting"

    worked(engine)

    made = row(engine, export_id)
    assert (made.status, made.error) == ("ready", None)
    assert (made.cases, made.size) == (2, len(content(engine, export_id)))
    assert made.kept_until - made.ended_at == timedelta(days=7)
    assert content(engine, export_id).startswith("\ufeff办件编号".encode())


def test_a_job_is_put_in_the_transaction_that_asks(engine: ProcessEngine, cases: list[str]) -> None:
    export_id = asked(engine)

    with engine.database.read() as connection:
        jobs = connection.execute(select(QueuedJob.subject).where(QueuedJob.kind == "export")).scalars().all()
    assert jobs == [export_id]


def test_only_the_regions_of_who_asks_are_in_it(engine: ProcessEngine, cases: list[str]) -> None:
    export_id = asked(engine, CLERK)
    worked(engine)

    assert row(engine, export_id).cases == 1
    assert "岩坦" in content(engine, export_id).decode() or row(engine, export_id).regions == "330324104"


def test_a_selection_may_be_narrowed(engine: ProcessEngine, cases: list[str]) -> None:
    chosen = [asked(engine, process_key="nothing"), asked(engine, until=date(2020, 1, 1)), asked(engine)]
    worked(engine)

    assert [row(engine, export_id).cases for export_id in chosen] == [0, 0, 2]


@pytest.mark.parametrize("kind", [ExportContent.XES, ExportContent.OCEL])
def test_event_logs_are_as_they_are_sent_directly(engine: ProcessEngine, cases: list[str], kind: ExportContent) -> None:
    export_id = asked(engine, content=kind)
    worked(engine)

    with engine.database.read() as connection:
        chosen = mining.Selection(regions=frozenset({"330324"}))
        direct = b"".join(mining.event_log(connection, engine.tools.definitions, chosen, mining.LogFormat(kind.value)))
    assert content(engine, export_id) == direct


def test_bundles_of_many_cases_are_one_file(engine: ProcessEngine, cases: list[str]) -> None:
    export_id = asked(engine, content=ExportContent.BUNDLES)
    worked(engine)

    with ZipFile(BytesIO(content(engine, export_id))) as outer:
        assert len(outer.namelist()) == row(engine, export_id).cases == 2
        with ZipFile(BytesIO(outer.read(outer.namelist()[0]))) as bundle:
            assert {"verify.py", "manifest.json", "办理表.txt"} <= set(bundle.namelist())


def test_too_many_bundles_are_refused_at_once(
    engine: ProcessEngine, cases: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.handlers.export.MOST_BUNDLES", 1)

    with pytest.raises(Refused, match="选中了 2 个办件"):
        asked(engine, content=ExportContent.BUNDLES)


def test_the_history_tells_who_exported_what(engine: ProcessEngine, cases: list[str]) -> None:
    export_id = asked(engine, process_key="grant")
    worked(engine)

    with engine.database.read() as connection:
        events = list(events_of(connection, "exports"))
    assert [(event.header.type, event.header.actor) for event in events] == [
        ("ExportAsked", "chief"),
        ("ExportMade", SYSTEM.person_id),
    ]
    assert events[0].input["process_key"] == "grant"
    assert events[1].content["outcome"]["digest"] == row(engine, export_id).digest


def test_whoever_reads_no_cases_may_export_none(engine: ProcessEngine, cases: list[str]) -> None:
    with pytest.raises(Forbidden):
        asked(engine, Actor(person_id="nobody"))
    with pytest.raises(Forbidden):
        asked(engine, Actor(person_id="chief", on_behalf_of="lead"))
    with pytest.raises(Forbidden):
        engine.execute(FinishExport(actor=CHIEF, export_id=asked(engine), digest="0" * 64, size=1, cases=1))


def test_a_doubled_job_makes_nothing_more(engine: ProcessEngine, cases: list[str]) -> None:
    export_id = asked(engine)

    assert make_export(engine, export_id)
    assert not make_export(engine, export_id)
    assert not make_export(engine, "0" * 32)
    with engine.database.read() as connection:
        made = connection.scalar(select(func.count()).where(HistoryEvent.type == "ExportMade"))
    assert made == 1


def test_what_goes_wrong_is_tried_again_and_given_up_after_an_hour(
    engine: ProcessEngine, cases: list[str], clock: ManualClock
) -> None:
    export_id = asked(engine, content=ExportContent.BUNDLES)

    def torn(*_: Any) -> tuple[str, bytes]:
        raise OSError("no room")

    _equip(engine, sheets=torn)
    with pytest.raises(OSError, match="no room"):
        make_export(engine, export_id)
    clock.advance(PATIENCE)
    assert make_export(engine, export_id)

    assert row(engine, export_id).status == "failed"
    assert "OSError" in row(engine, export_id).error
    assert "no room" not in row(engine, export_id).error
    assert not [path for path in engine.tools.attachments._folder.iterdir() if path.is_file()]  # type: ignore[union-attr]


def test_a_refusal_is_told_to_who_asked(engine: ProcessEngine, cases: list[str]) -> None:
    export_id = asked(engine, content=ExportContent.BUNDLES)
    _equip(engine, sheets=None)

    make_export(engine, export_id)

    assert row(engine, export_id).error == "系统没有配置办理表，不能导出办件包，请联系系统管理员。"


def test_files_are_deleted_after_a_week_and_what_was_exported_stays_on_record(
    engine: ProcessEngine, cases: list[str], clock: ManualClock
) -> None:
    export_id = asked(engine)
    worked(engine)
    path = engine.tools.attachments._path(row(engine, export_id).digest)  # type: ignore[union-attr]
    clock.advance(timedelta(days=6))
    assert "upkeep" not in [job.kind for job in due_upkeep(engine)]
    assert path.exists()

    clock.advance(timedelta(days=2))
    upkeep = next(job for job in due_upkeep(engine) if job.kind == "upkeep")
    assert keep_up(engine, upkeep)

    assert not path.exists()
    assert (row(engine, export_id).status, row(engine, export_id).cases) == ("expired", 2)


def test_a_file_that_another_export_is_stays(engine: ProcessEngine, cases: list[str], clock: ManualClock) -> None:
    first = asked(engine, process_key="nothing")
    worked(engine)
    clock.advance(timedelta(days=5))
    second = asked(engine, process_key="nothing")
    worked(engine)
    clock.advance(timedelta(days=3))

    keep_up(engine, due_upkeep(engine)[-1])

    assert [row(engine, export_id).status for export_id in (first, second)] == ["expired", "ready"]
    assert content(engine, second)


def test_the_history_of_cases_says_nothing_of_exports(engine: ProcessEngine, cases: list[str]) -> None:
    asked(engine)
    worked(engine)

    with engine.database.read() as connection:
        assert [event.type for event in history_of(connection, cases[0])] == ["ProcessStarted"]
