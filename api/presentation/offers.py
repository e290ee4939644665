"""Which moves a page offers to its viewer. What is offered may still be refused, with a reason."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from api.dependencies import Visit
from engine.administration import ADMINISTRATOR, administers
from engine.model import InstanceStatus, TaskStatus
from engine.queries.case import CaseView, TaskView
from engine.queries.moves import Candidate, MoveQuery, Target


@dataclass(frozen=True, kw_only=True)
class TaskOffer:
    """What may be done with an open task beside completing it."""

    targets: tuple[Target, ...] = ()
    receivers: tuple[Candidate, ...] = ()
    signers: tuple[Candidate, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.targets or self.receivers or self.signers)


@dataclass(frozen=True, kw_only=True)
class CaseOffer:
    """What may be done with a case as a whole."""

    recallable: tuple[TaskView, ...] = ()
    steps: tuple[Target, ...] = ()
    versions: tuple[tuple[int, str], ...] = ()
    #: stop, end, move, migrate
    administers: bool = False


def task_offer(
    connection: Connection, visit: Visit, case: CaseView, task: TaskView, principal: str | None
) -> TaskOffer:
    """For whoever may complete the task; added signers only sign."""
    if task.parent_id is not None or task.status != TaskStatus.CREATED:
        return TaskOffer()
    query = MoveQuery(connection, visit.engine.tools, visit.now, visit.acting_for(principal), case)
    return TaskOffer(targets=query.return_targets(task.id), receivers=query.receivers(task), signers=query.signers())


def case_offer(connection: Connection, visit: Visit, case: CaseView) -> CaseOffer:
    """For whoever reads the case: one's own steps to take back; for administrators all the rest."""
    query = MoveQuery(connection, visit.engine.tools, visit.now, visit.actor, case)
    running = case.status in (InstanceStatus.ACTIVE, InstanceStatus.SUSPENDED)
    if not running or not administers(visit.viewer.positions, case.region_code, ADMINISTRATOR):
        return CaseOffer(recallable=query.recallable({visit.viewer.person_id}))
    return CaseOffer(steps=query.steps(), versions=query.versions(), administers=True)
