"""Who is looking: the positions that decide which cases and tasks may be seen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, false, or_, select

from engine.errors import NotFound
from engine.model import PENDING, Person, ProcessInstance, UserTask
from engine.offices.organisation import HeldPosition, positions_of, principals_of
from engine.offices.roles import region_prefix


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """A person, the positions held, and the positions of those who delegated to them."""

    person_id: str
    name: str
    positions: tuple[HeldPosition, ...]
    #: principal's person id -> name and positions
    principals: tuple[Viewer, ...] = ()
    #: the tasks to which the person was added (加签, 委派) and that are not done
    added: tuple[str, ...] = ()

    def has_role(self, *roles: str) -> bool:
        """Whether one of the person's own positions has one of these roles."""
        return any(held.role in roles for held in self.positions)

    @property
    def prefixes(self) -> frozenset[str]:
        """The division digits whose cases may be read."""
        own = {held.readable_prefix for held in self.positions}
        given = {held.readable_prefix for principal in self.principals for held in principal.positions}
        return frozenset(prefix for prefix in own | given if prefix)

    def region_condition(self, *roles: str) -> ColumnElement[bool]:
        """Cases inside the regions where the person has one of the roles, in their own name."""
        held = {region_prefix(position.unit_code) for position in self.positions if position.role in roles}
        return or_(false(), *(ProcessInstance.region_code.startswith(prefix) for prefix in held if prefix))

    def candidate_conditions(self) -> list[ColumnElement[bool]]:
        """One for the tasks of each position, and one for those to which the person was added."""
        added = [UserTask.id.in_(self.added)] if self.added else []
        held = [(UserTask.role == held.role) & (UserTask.unit_code == held.unit_code) for held in self.positions]
        return [*held, *added]

    def candidate_condition(self) -> ColumnElement[bool]:
        """Tasks that belong to one of the person's positions, and those to which the person was added."""
        return or_(false(), *self.candidate_conditions())

    def is_candidate(self, task: Any) -> bool:
        """The same for one task that has been read."""
        if task.parent_id is not None:
            return bool(task.assignee_id == self.person_id)
        return any(held.role == task.role and held.unit_code == task.unit_code for held in self.positions)

    def readable_condition(self) -> ColumnElement[bool]:
        """Cases inside one of the person's regions, and cases in which the person has or had a task.

        The tasks of those who delegated count as the person's own.
        """
        tasks = [viewer.candidate_condition() for viewer in (self, *self.principals)]
        mine = exists().where(
            UserTask.instance_id == ProcessInstance.id,
            or_(UserTask.completed_by == self.person_id, *tasks),
        )
        regions = [ProcessInstance.region_code.startswith(prefix) for prefix in self.prefixes]
        return or_(ProcessInstance.started_by == self.person_id, mine, *regions)

    def may_read_region(self, region_code: str) -> bool:
        """Whether a region lies inside one of the person's."""
        return any(region_code.startswith(prefix) for prefix in self.prefixes)


def viewer_of(connection: Connection, person_id: str, day: date) -> Viewer:
    """Who a person is today."""
    principals = tuple(_plain(connection, principal, day) for principal in principals_of(connection, person_id, day))
    own = _plain(connection, person_id, day)
    return replace(own, principals=principals)


def _plain(connection: Connection, person_id: str, day: date) -> Viewer:
    name = connection.scalar(select(Person.name).where(Person.id == person_id))
    if name is None:
        raise NotFound("没有这位人员。", person=person_id)
    return Viewer(
        person_id=person_id,
        name=name,
        positions=positions_of(connection, person_id, day),
        added=_added_to(connection, person_id),
    )


def _added_to(connection: Connection, person_id: str) -> tuple[str, ...]:
    pending = select(UserTask.id).where(
        UserTask.parent_id.is_not(None), UserTask.assignee_id == person_id, UserTask.status.in_(PENDING)
    )
    return tuple(connection.scalars(pending.order_by(UserTask.id)))
