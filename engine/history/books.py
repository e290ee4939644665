"""Whether the books of every project are as the commands left them.

A command that touches a project's books records each table's digest before and after. Every digest that one command
leaves is found by the next, so only the last is left over: it must be the one of today's rows. No order is needed,
and a change between two commands stays visible although commands came after it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from engine.history.event import Event
from engine.history.findings import Finding, Kind
from engine.ports import ProjectPort

#: stands for a table without rows
_NOTHING = ""


def turned(project_id: str, before: Mapping[str, str], after: Mapping[str, str]) -> Mapping[str, Any] | None:
    """A command's effect on the books of a project, for its event; None where there is none."""
    names = sorted(before.keys() | after.keys())
    sides = {name: [before.get(name, _NOTHING), after.get(name, _NOTHING)] for name in names}
    changed = {name: pair for name, pair in sides.items() if pair[0] != pair[1]}
    return {"project": project_id, "tables": changed} if changed else None


@dataclass
class Books:
    """What the events say about the books: project -> table -> how often a digest was left less how often found."""

    told: dict[str, dict[str, Counter[str]]] = field(default_factory=dict)
    #: projects that cases brought about or worked for before books were recorded
    named: set[str] = field(default_factory=set)

    def see(self, event: Event) -> None:
        """Note what an event says; most say nothing, and are not looked through."""
        if b'"project_id"' in event.payload:
            calls: Sequence[Mapping[str, Any]] = event.content["input"].get("calls", ())
            self.named |= {call["result"]["project_id"] for call in calls if "project_id" in call.get("result", {})}
        for book in event.content["outcome"].get("books", ()):
            tables = self.told.setdefault(book["project"], {})
            for name, (before, after) in book["tables"].items():
                counted = tables.setdefault(name, Counter())
                counted[after] += 1
                counted[before] -= 1


def check_books(connection: Connection, projects: ProjectPort, books: Books) -> Iterator[Finding]:
    """Compare today's books of all projects with what the events left."""
    known = set(projects.on_record(connection))
    for project in sorted(known - books.told.keys() - books.named):
        yield _finding(project, "这个项目不是经过办件立项的。")
    for project, told in sorted(books.told.items()):
        today, untold = projects.books(connection, project), Counter[str]()
        # Projects from before books were recorded have tables of which the history knows nothing.
        begun = told.get("project", untold)[_NOTHING] < 0
        for name in sorted(told.keys() | (today.keys() if begun else set())):
            if not _agrees(told.get(name, untold), today.get(name, _NOTHING)):
                yield _finding(project, f"资金账“{name}”与历史不符：有记录被改动、删除或添加。")


def _agrees(counted: Mapping[str, int], today: str) -> bool:
    left = {digest: count for digest, count in counted.items() if count}
    if not left:
        # The last command has left what the first one found.
        return today in counted or (not counted and today == _NOTHING)
    return left.pop(today, 0) == 1 and list(left.values()) == [-1]


def _finding(project: str, message: str) -> Finding:
    return Finding(kind=Kind.BOOKS, place=project, message=message)
