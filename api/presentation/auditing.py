"""What auditors read, in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from api.presentation.dates import write_moment
from api.presentation.replay import plain
from api.presentation.words import event_word
from engine.offices.roles import ROLES
from engine.queries.audit import Act, FieldChange, OfferedTask

#: how much of a hash is shown
_SHORT = 12


@dataclass(frozen=True, kw_only=True)
class ActLine:
    """A line of a list of acts."""

    when: str
    who: str
    what: str
    #: the address of the case at that step, and what it is called; none for what is no case
    address: str | None
    case: str
    reason: str


def act_lines(acts: Iterable[Act]) -> list[ActLine]:
    """Acts as the lists show them."""
    return [
        ActLine(
            when=write_moment(act.at),
            who=f"{act.actor_name}（代 {act.on_behalf_of_name}）" if act.on_behalf_of_name else act.actor_name,
            what=f"{event_word(act.type)}：{act.activity_name}" if act.activity_name else event_word(act.type),
            address=f"/cases/{act.stream}/audit?step={act.seq}" if act.case_number else None,
            case=f"{act.case_title}（{act.case_number}）" if act.case_number else act.stream,
            reason=act.reason or "",
        )
        for act in acts
    ]


@dataclass(frozen=True, kw_only=True)
class ChangeLine:
    """A line in the life of a field."""

    seq: int
    when: str
    what: str
    path: str
    before: str
    after: str


def change_lines(changes: Iterable[FieldChange]) -> list[ChangeLine]:
    """Changes as the page shows them."""
    return [
        ChangeLine(
            seq=change.seq,
            when=write_moment(change.at),
            what=f"{event_word(change.type)}：{change.activity_name or ''}",
            path=change.path,
            before=shown(change.before),
            after=shown(change.after),
        )
        for change in changes
    ]


def shown(value: Any) -> str:
    """A process value in a table cell."""
    if value is None:
        return "—"
    return value if isinstance(value, str) else json.dumps(plain(value), ensure_ascii=False)


def variable_lines(variables: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every value with its path, one to a line; the paths are those under which a field's life is looked up."""
    for name, value in variables.items():
        yield from _lines(name, value)


def _lines(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and "sha256" in value:
        # A hash has no place to break a line at, and is proved elsewhere.
        yield path, f"{value.get('name') or value['sha256'][:_SHORT]}（SHA-256 {value['sha256'][:_SHORT]}…）"
    elif isinstance(value, Mapping) and value:
        for name, item in value.items():
            yield from _lines(f"{path}.{name}", item)
    elif isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
        for number, item in enumerate(value):
            yield from _lines(f"{path}.{number}", item)
    else:
        yield path, shown(value)


def offered_to(task: OfferedTask, units: Mapping[str, str]) -> str:
    """Who could see and do a task; `units` are names by code."""
    role = ROLES[task.role].name if task.role in ROLES else task.role or "任何人"
    return f"{units.get(task.unit_code, task.unit_code)} {role}" if task.unit_code else role
