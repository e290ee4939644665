"""Whether a person may act on a task now, in whose name, and if not, why not."""

from __future__ import annotations

from dataclasses import dataclass

from engine.model import TaskStatus
from engine.queries.case import TaskView
from engine.queries.viewer import Viewer


@dataclass(frozen=True, kw_only=True)
class Acting:
    """A person before a task."""

    #: the role and unit are the person's own, or those of somebody who delegated
    candidate: bool
    #: the task waits, and nobody else has taken it
    may: bool
    on_behalf_of: str | None = None
    on_behalf_of_name: str | None = None
    #: why the form is not offered
    reason: str = ""

    @property
    def query(self) -> str:
        """What an address carries along, so that the same person is acted for."""
        return f"?for={self.on_behalf_of}" if self.on_behalf_of else ""


def acting_on(
    viewer: Viewer, task: TaskView, assignee_name: str, wanted: str | None = None, *, stopped: bool = False
) -> Acting:
    """Own positions come first, unless the person asks to act for another; in a stopped case nobody acts."""
    person = _person(viewer, task, wanted)
    if person is None:
        return Acting(candidate=False, may=False, reason=_waiting_for(task))
    principal = person if person.person_id != viewer.person_id else None
    reason = "办件已挂起，恢复后才能办理。" if stopped else _obstacle(task, person, assignee_name)
    return Acting(
        candidate=True,
        may=not reason and task.status == TaskStatus.CREATED,
        on_behalf_of=principal.person_id if principal else None,
        on_behalf_of_name=principal.name if principal else None,
        reason=reason,
    )


def _person(viewer: Viewer, task: TaskView, wanted: str | None) -> Viewer | None:
    asked = [person for person in viewer.principals if person.person_id == wanted]
    for person in (*asked, viewer, *viewer.principals):
        if (task.role is None and task.parent_id is None) or person.is_candidate(task):
            return person
    return None


def _obstacle(task: TaskView, person: Viewer, assignee_name: str) -> str:
    if task.status == TaskStatus.CREATED and task.assignee_id not in (None, person.person_id):
        return f"这项待办已由{assignee_name}签收。"
    return ""


def _waiting_for(task: TaskView) -> str:
    if task.parent_id is not None:
        return f"请{task.assignee_name or '指定的人员'}办理。" if task.status == TaskStatus.CREATED else ""
    place = f"{task.unit_name}的" if task.unit_name else ""
    return f"这一环节由{place}{task.role_name}办理。" if task.status == TaskStatus.CREATED else ""
