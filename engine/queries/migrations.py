"""The running cases that could go to another version of their process, and where each would go on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select

from engine.cases.case import Case
from engine.commands import SYSTEM
from engine.definitions import called_definitions, load_blob
from engine.errors import NotFound
from engine.interpreter import Specification, compile_definition, moves
from engine.model import InstanceStatus, ProcessDefinition, ProcessInstance
from engine.offices.administration import ADMINISTRATOR, DESIGNER
from engine.offices.organisation import HeldPosition
from engine.offices.roles import region_prefix
from engine.rows import AnyRow
from engine.unit_of_work import Tools, UnitOfWork

#: one page, one report
MOST_CASES = 200


@dataclass(frozen=True, kw_only=True)
class MigratableCase:
    """A running case of another version."""

    instance_id: str
    number: str
    title: str
    version: int
    open_steps: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Placement:
    """An element that cases occupy, and where they would go on in the new version."""

    element_id: str
    name: str
    #: element of the new version; None where a person must choose
    proposed: str | None
    #: cases that occupy it
    cases: int


@dataclass(frozen=True, kw_only=True)
class MigrationPlan:
    """What a migration of all cases to a version has to settle."""

    key: str
    name: str
    version: int
    versions: tuple[int, ...]
    cases: tuple[MigratableCase, ...]
    placements: tuple[Placement, ...]
    #: activities of the new version, by id
    choices: Mapping[str, str]


def cases_among(connection: Connection, ids: Collection[str]) -> tuple[MigratableCase, ...]:
    """Cases by their ids, as they are told of in a report."""
    rows = connection.execute(
        select(ProcessInstance.id, ProcessInstance.number, ProcessInstance.title, ProcessDefinition.version)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(ProcessInstance.id.in_(ids))
    )
    return tuple(
        MigratableCase(instance_id=row.id, number=row.number, title=row.title, version=row.version, open_steps=())
        for row in rows
    )


class MigrationQuery:
    """Reads for one process and one target version, as somebody who may migrate sees them."""

    def __init__(
        self, connection: Connection, tools: Tools, now: datetime, positions: tuple[HeldPosition, ...]
    ) -> None:
        self._work = UnitOfWork(connection=connection, now=now, actor=SYSTEM, tools=tools, seed="")
        self._positions = positions

    def plan(self, key: str, version: int | None) -> MigrationPlan:
        """The newest version is the target, unless another is asked for."""
        versions = self._versions(key)
        target = next((row for row in versions if version in (None, row.version)), None)
        if target is None:
            raise NotFound(f"没有流程“{key}”的第 {version} 版。", key=key)
        specification = self._specification(target)
        rows = self._running(key, target.version)
        placements: dict[str, Placement] = {}
        cases = []
        for row in rows:
            case = Case.load(self._work, row.id)
            proposal = moves.propose(case.bundle.specification, specification, case.state, case.services)
            _count(placements, proposal, case)
            steps = tuple(dict.fromkeys(case.bundle.name_of(element) for element in proposal))
            cases.append(
                MigratableCase(
                    instance_id=row.id, number=row.number, title=row.title, version=row.version, open_steps=steps
                )
            )
        activities = {activity.id: activity.name or activity.id for activity in specification.activities.values()}
        return MigrationPlan(
            key=key,
            name=target.name,
            version=target.version,
            versions=tuple(row.version for row in versions),
            cases=tuple(cases),
            placements=tuple(placements.values()),
            choices=activities,
        )

    def _versions(self, key: str) -> list[AnyRow]:
        return list(
            self._work.connection.execute(
                select(ProcessDefinition).where(ProcessDefinition.key == key).order_by(ProcessDefinition.version.desc())
            )
        )

    def _specification(self, definition: AnyRow) -> Specification:
        connection = self._work.connection
        called = {
            key: load_blob(connection, digest)
            for key, digest in called_definitions(connection, definition.digest, definition.key).items()
        }
        content = load_blob(connection, definition.digest)
        return compile_definition(content, called=called, process_id=definition.key)

    def _running(self, key: str, version: int) -> list[AnyRow]:
        """Active cases of other versions in the regions of whoever asks."""
        roles = (ADMINISTRATOR, DESIGNER)
        prefixes = {region_prefix(held.unit_code) for held in self._positions if held.role in roles}
        mine = [ProcessInstance.region_code.startswith(prefix) for prefix in prefixes if prefix]
        if not mine:
            return []
        return list(
            self._work.connection.execute(
                select(ProcessInstance.id, ProcessInstance.number, ProcessInstance.title, ProcessDefinition.version)
                .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
                .where(
                    ProcessDefinition.key == key,
                    ProcessDefinition.version != version,
                    ProcessInstance.status == InstanceStatus.ACTIVE,
                    or_(*mine),
                )
                .order_by(ProcessInstance.number)
                .limit(MOST_CASES)
            )
        )


def _count(placements: dict[str, Placement], proposal: Mapping[str, str | None], case: Case) -> None:
    for element, proposed in proposal.items():
        known = placements.get(element)
        placements[element] = Placement(
            element_id=element,
            name=case.bundle.name_of(element),
            proposed=proposed,
            cases=(known.cases if known else 0) + 1,
        )
