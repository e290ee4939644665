"""Cases that schedules owe to regions: written down when a date has come, started one by one, never twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from engine import feel
from engine.cases.instantiation import Beginning, Cause, instantiate
from engine.cases.starting import process_of
from engine.commands import StartedProcess
from engine.definitions import latest_definition
from engine.errors import Refused
from engine.interpreter import WaitKind
from engine.jobs.queue import Job, JobKind
from engine.model import ScheduledStart
from engine.rows import AnyRow
from engine.schedules.dates import told
from engine.unit_of_work import UnitOfWork

#: what could not be started is tried again after so long
TRY_AGAIN = timedelta(hours=1)


def owe(work: UnitOfWork, subscription: AnyRow, dues: Iterable[tuple[str, datetime]]) -> list[str]:
    """Write down the cases for regions and dates; those that are known already are not written again."""
    wanted = sorted(set(dues), key=lambda pair: (pair[1], pair[0]))
    known = _known(work, subscription)
    rows = [
        {
            "id": work.new_id(),
            "key": subscription.key,
            "element_id": subscription.element_id,
            "region_code": region,
            "due_at": due_at,
            "try_at": work.now,
        }
        for region, due_at in wanted
        if (region, due_at) not in known
    ]
    if rows:
        work.connection.execute(insert(ScheduledStart), rows)
        work.put(*(Job(kind=JobKind.SCHEDULED, subject=row["id"], due_at=work.now) for row in rows))
    return [row["id"] for row in rows]


def _known(work: UnitOfWork, subscription: AnyRow) -> set[tuple[str, datetime]]:
    rows = work.connection.execute(
        select(ScheduledStart.region_code, ScheduledStart.due_at).where(
            ScheduledStart.key == subscription.key,
            ScheduledStart.element_id == subscription.element_id,
            ScheduledStart.due_at >= subscription.due_at,
        )
    )
    return {(row.region_code, row.due_at) for row in rows}


def start_owed(work: UnitOfWork, owed_id: str) -> StartedProcess | None:
    """Start one of them; what the rules refuse is kept with the reason and tried again later."""
    this = ScheduledStart.id == owed_id
    owed = work.connection.execute(select(ScheduledStart).where(this)).one_or_none()
    if owed is None or owed.try_at is None or owed.try_at > work.now:
        return None
    try:
        with work.trial():
            started = instantiate(work, _beginning(work, owed))
    except (Refused, feel.FeelError) as refusal:
        reason = refusal.message if isinstance(refusal, Refused) else str(refusal)
        work.connection.execute(update(ScheduledStart).where(this).values(error=reason, try_at=work.now + TRY_AGAIN))
        return None
    done = {"instance_id": started.instance_id, "try_at": None, "error": None}
    work.connection.execute(update(ScheduledStart).where(this).values(**done))
    return started


def _beginning(work: UnitOfWork, owed: AnyRow) -> Beginning:
    """By the newest version, which has that start event: a version without it would have made it owe nothing."""
    definition = latest_definition(work.connection, owed.key)
    return beginning_of(work, definition, owed.element_id, owed.region_code, owed.due_at)


def beginning_of(work: UnitOfWork, definition: AnyRow, element_id: str, region: str, due_at: datetime) -> Beginning:
    """What a case begins with that a schedule starts; it learns the date where its start event says so."""
    process = process_of(work, definition)
    assert process is not None
    event = process.scope.nodes[element_id]
    takes = bool(event.extension.get("resultVariable") or event.extension.outputs)
    return Beginning(
        definition=definition,
        region=region,
        variables=told(due_at) if takes else {},
        cause=Cause(element_id=element_id, kind=WaitKind.TIMER, told={"due": due_at}),
    )
