"""Messages that people may deliver to a case, such as an objection that came to the town hall."""

from __future__ import annotations

from dataclasses import dataclass

from api.presentation.words import MESSAGES
from engine.offices.roles import ROLES, unit_at
from engine.queries.case import CaseView
from engine.queries.viewer import Viewer

#: who receives what people bring in: the town's clerk, and for a county notice the county
RECEIVERS = ("town_clerk", "county_intake", "county_project")


@dataclass(frozen=True, kw_only=True)
class Deliverable:
    """A message the case waits for and the viewer may deliver."""

    name: str
    label: str


def deliverables(viewer: Viewer, case: CaseView) -> tuple[Deliverable, ...]:
    """What the viewer may deliver now."""
    if not receives(viewer, case.region_code):
        return ()
    names = dict.fromkeys(wait.name for wait in case.waits if wait.kind == "message")
    return tuple(Deliverable(name=name, label=MESSAGES.get(name, name)) for name in names)


def receives(viewer: Viewer, region_code: str) -> bool:
    """Whether one of the viewer's positions receives messages for a region."""
    return any(
        held.role in RECEIVERS and held.unit_code == unit_at(region_code, ROLES[held.role].level)
        for held in viewer.positions
    )
