"""What the connectors of the money share: their shape, and the project they work for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.clock import local_date
from engine.errors import Refused
from engine.funds import projects
from engine.funds.inputs import Inputs, refuse
from engine.funds.model import Project
from engine.funds.reckoning import Standing
from engine.policy.parameters import Parameters
from engine.ports import Work


@dataclass
class FundsConnector:
    """One kind of service task: its type, and the short function that does it."""

    type: str
    act: Callable[[Inputs, Work], Mapping[str, Any]]

    def execute(self, inputs: Mapping[str, Any], work: Work) -> Mapping[str, Any]:
        """Do it inside the command's transaction."""
        return self.act(Inputs(inputs), work)


def project_of(inputs: Inputs, work: Work) -> Project:
    """The project a diagram names, or the one the case belongs to, locked until the command ends."""
    project_id = inputs.optional_text("project_id") or work.case.project_id
    if project_id is None:
        raise Refused(f"办件 {work.case.number} 没有关联项目。")
    return projects.load(work.connection, project_id, lock=True)


def policy_of(work: Work) -> Parameters:
    """The case's pinned policy."""
    return Parameters(work.policy)


def standing_of(inputs: Inputs, work: Work) -> Standing:
    """All that a calculation reads."""
    return Standing.of(work.connection, project_of(inputs, work), policy_of(work))


def today(work: Work) -> date:
    """The business day of the command."""
    return local_date(work.now)


def past_day(inputs: Inputs, name: str, work: Work) -> date:
    """A day that must be given and must not lie in the future."""
    return _not_future(inputs.day(name), name, work)


def past_day_or_today(inputs: Inputs, name: str, work: Work) -> date:
    """A day that must not lie in the future; today where none is given."""
    return _not_future(inputs.optional_day(name) or today(work), name, work)


def _not_future(day: date, name: str, work: Work) -> date:
    if day > today(work):
        refuse(name, f"日期 {day} 晚于今天 {today(work)}")
    return day


def ensure_not_suspended(project: Project) -> None:
    """Refuse money while payments of a project are stopped (D17 12)."""
    if project.suspended_reason:
        raise Refused(f"项目 {project.number} 已暂停拨付：{project.suspended_reason}", project=project.id)
