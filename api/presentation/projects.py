"""What may be started for a project, by whom, and why not yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from api.dependencies import Visit
from engine.clock import local_date
from engine.funds.blocks import RULES
from engine.funds.facts import FundsProjects
from engine.funds.views import ProjectView
from engine.offices.roles import ROLES, Level, unit_at
from engine.policy import PolicyProfiles
from engine.queries.definition import ProjectProcess, project_processes
from engine.queries.viewer import Viewer

#: sources of money (spec §4)
_SOURCES: Mapping[str, str] = {
    "large_reservoir_support": "大中型水库移民后期扶持资金",
    "support_fund_project": "后扶基金项目资金",
    "reservoir_area_fund": "库区基金",
    "small_reservoir_fund": "小型水库移民扶助基金",
    "provincial_topup": "省级补助",
    "city_matching": "市级配套",
    "county_matching": "县级配套",
}


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A process of the project: whether it can begin now, and whether the viewer begins it."""

    key: str
    name: str
    starters: str
    mine: bool
    #: why it cannot begin now
    reasons: tuple[str, ...]


def openings(connection: Connection, visit: Visit, project: ProjectView) -> tuple[Opening, ...]:
    """Every process of projects, with the reasons of D17 against it."""
    region, today = project.facts["region_code"], local_date(visit.now)
    profiles = PolicyProfiles()
    policy = profiles.parameters(connection, profiles.pin(connection, unit_at(region, Level.COUNTY), today))
    port = FundsProjects()
    return tuple(
        Opening(
            key=process.key,
            name=process.name,
            starters="、".join(ROLES[role].name for role in process.start_roles if role in ROLES),
            mine=_begins(visit.viewer, process, region),
            reasons=tuple(
                block.message
                for block in port.start_blocks(connection, project.facts["id"], process.key, policy, today)
            ),
        )
        for process in sorted(project_processes(connection), key=_place)
    )


def _place(process: ProjectProcess) -> int:
    """Payments come in the order of a project's life, other processes after them."""
    order = list(RULES)
    return order.index(process.key) if process.key in order else len(order)


def _begins(viewer: Viewer, process: ProjectProcess, region: str) -> bool:
    return any(
        held.role in process.start_roles and held.unit_code == unit_at(region, ROLES[held.role].level)
        for held in viewer.positions
        if held.role in ROLES
    )


def source_name(key: str) -> str:
    """What a source of money is called."""
    return _SOURCES.get(key, key)
