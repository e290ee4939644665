"""Which moves a page offers to its viewer. What is offered may still be refused, with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import Connection

from api.dependencies import Visit
from engine.model import InstanceStatus, TaskStatus
from engine.offices.administration import ADMINISTRATOR, administers
from engine.queries.case import CaseView, TaskView
from engine.queries.moves import Candidate, MoveQuery, Target

#: unit name and its persons
Groups: TypeAlias = tuple[tuple[str, tuple[Candidate, ...]], ...]


@dataclass(frozen=True, kw_only=True)
class TaskOffer:
    """What may be done with an open task beside completing it."""

    targets: tuple[Target, ...] = ()
    #: by unit, the nearest units first
    receivers: Groups = ()
    signers: Groups = ()

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
    return TaskOffer(
        targets=query.return_targets(task.id),
        receivers=_grouped(query.receivers(task), task),
        signers=_grouped(query.signers(task), task),
    )


def _grouped(candidates: Iterable[Candidate], task: TaskView) -> Groups:
    """The task's own unit first, then what lies in it, then the county's other offices and villages."""
    own = task.unit_code or ""

    def distance(unit_code: str) -> tuple[int, bool, str]:
        shared = next((digits for digits in (12, 9, 6, 4) if unit_code[:digits] == own[:digits]), 0)
        return -shared, not unit_code[6:].startswith("000000"), unit_code

    groups: dict[tuple[str, str], list[Candidate]] = {}
    for candidate in candidates:
        groups.setdefault((candidate.unit_code, candidate.unit_name), []).append(candidate)
    ordered = sorted(groups.items(), key=lambda entry: distance(entry[0][0]))
    return tuple((unit_name, tuple(persons)) for (_, unit_name), persons in ordered)


def case_offer(connection: Connection, visit: Visit, case: CaseView) -> CaseOffer:
    """For whoever reads the case: one's own steps to take back; for administrators all the rest."""
    query = MoveQuery(connection, visit.engine.tools, visit.now, visit.actor, case)
    running = case.status in (InstanceStatus.ACTIVE, InstanceStatus.SUSPENDED)
    if not running or not administers(visit.viewer.positions, case.region_code, ADMINISTRATOR):
        return CaseOffer(recallable=query.recallable({visit.viewer.person_id}))
    return CaseOffer(steps=query.steps(), versions=query.versions(), administers=True)
