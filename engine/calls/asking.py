"""Calls as rows: kept with the step that asks for them, withdrawn when nobody waits for them any more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import insert, select, update

from engine.cases.at_hand import CaseAtHand
from engine.cases.incidents import withdraw_incidents
from engine.diagram.topics import topic_of
from engine.interpreter import Asked, Step, Wait, WaitKind
from engine.jobs.queue import Job, JobKind
from engine.model import PENDING_CALLS, CallStatus, ConnectorCall
from engine.rows import AnyRow

_KEEP = insert(ConnectorCall)


def follow_calls(case: CaseAtHand, step: Step, call_ids: Sequence[str], answered: str | None) -> None:
    """Let the open calls be what the case waits for; most steps ask for nothing.

    The row of an `answered` wait is closed by whoever has brought the answer.
    """
    live = {wait.id: wait for wait in step.waits if wait.kind is WaitKind.SERVICE}
    if step.waited is None:
        _withdraw_others(case, live)
        _follow_names(case, step)
    elif lost := _lost(step.waited, {*live, answered}):
        _withdraw(case, ConnectorCall.wait_id.in_(lost))
    if step.calls:
        rows = [_row(case, asked, call_ids[at], at) for at, asked in enumerate(step.calls)]
        for row in rows:
            if row["wait_id"] is not None and row["wait_id"] not in live:
                row |= {"status": CallStatus.WITHDRAWN, "next_at": None, "closed_at": case.work.now}
        case.work.connection.execute(_KEEP, rows)
        case.work.put(*(job for row in rows if (job := _job_of(row, case.work.now)) is not None))


def _lost(waited: Iterable[Wait], live: Collection[str | None]) -> list[str]:
    return [wait.id for wait in waited if wait.kind is WaitKind.SERVICE and wait.id not in live]


def withdraw_calls(case: CaseAtHand) -> None:
    """The case is over: it waits for nothing. What it has sent is delivered all the same."""
    _withdraw(case)


def _withdraw_others(case: CaseAtHand, live: Any) -> None:
    _withdraw(case, ConnectorCall.wait_id.not_in(list(live)))


def _withdraw(case: CaseAtHand, *which: Any) -> None:
    """Nobody waits for some calls any more; those that had failed need no administrator either."""
    gone = (
        ConnectorCall.instance_id == case.row.id,
        ConnectorCall.wait_id.is_not(None),
        ConnectorCall.status.in_(PENDING_CALLS),
        *which,
    )
    failed = select(ConnectorCall.id).where(*gone, ConnectorCall.status == CallStatus.FAILED)
    withdraw_incidents(case, list(case.work.connection.scalars(failed)))
    withdrawn = update(ConnectorCall).where(*gone)
    case.work.connection.execute(withdrawn.values(status=CallStatus.WITHDRAWN, next_at=None, closed_at=case.work.now))


def _follow_names(case: CaseAtHand, step: Step) -> None:
    """A migration may have given a task that waits another name."""
    for wait in step.waits:
        if wait.kind is WaitKind.SERVICE:
            case.work.connection.execute(
                update(ConnectorCall)
                .where(ConnectorCall.instance_id == case.row.id, ConnectorCall.wait_id == wait.id)
                .values(element_id=wait.element_id, name=_name(case, wait.element_id))
            )


def _row(case: CaseAtHand, asked: Asked, call_id: str, ordinal: int) -> dict[str, Any]:
    return {
        "id": call_id,
        "instance_id": case.row.id,
        "seq": case.seq,
        "ordinal": ordinal,
        "wait_id": asked.wait_id,
        "element_id": asked.element_id,
        "name": _name(case, asked.element_id),
        "connector": asked.connector[:120],
        "topic": topic_of(asked.connector),
        "inputs": dict(asked.inputs),
        "status": CallStatus.OPEN,
        "attempts": 0,
        "next_at": case.work.now,
        "kept_answer": None,
        "asked_at": case.work.now,
        "closed_at": None,
    }


def _name(case: CaseAtHand, element_id: str) -> str:
    return str(case.bundle.name_of(element_id))[:120]


def job_of(row: AnyRow, due_at: Any) -> Job | None:
    """What brings an open call forward; external workers come for theirs by themselves."""
    return _job_of(row._mapping, due_at)


def _job_of(row: Any, due_at: Any) -> Job | None:
    if row["topic"] is not None or row["status"] != CallStatus.OPEN:
        return None
    if row["wait_id"] is None:
        return Job(kind=JobKind.DELIVERY, subject=row["instance_id"], due_at=due_at)
    return Job(kind=JobKind.CALL, subject=row["id"], due_at=due_at)
