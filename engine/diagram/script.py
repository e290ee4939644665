"""A script task's text: lines `name = FEEL` (design decision 2)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ASSIGNMENT = re.compile(r"\s*(?P<target>[^\W\d]\w*(?:\.[^\W\d]\w*)*)\s*=(?!=)\s*(?P<source>.*)", re.DOTALL)
_OPENING, _CLOSING = "([{", ")]}"


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """One line; `target` is a name or a dotted path into a context."""

    target: tuple[str, ...]
    source: str
    #: counted from the script's first line
    line: int


@dataclass(frozen=True, kw_only=True)
class ScriptFault:
    line: int
    text: str


def parse(text: str) -> tuple[list[Assignment], list[ScriptFault]]:
    """Split a script into its assignments; a line goes on while a bracket is open."""
    assignments: list[Assignment] = []
    faults: list[ScriptFault] = []
    for line, statement in _statements(text):
        match = _ASSIGNMENT.fullmatch(statement)
        if match is None or not match["source"].strip():
            faults.append(ScriptFault(line=line, text=statement.strip()))
        else:
            target = tuple(match["target"].split("."))
            assignments.append(Assignment(target=target, source=match["source"].strip(), line=line))
    return assignments, faults


def _statements(text: str) -> list[tuple[int, str]]:
    statements: list[tuple[int, str]] = []
    pending, started = "", 0
    for number, line in enumerate(text.splitlines(), start=0):
        if not pending:
            started = number
            if not line.strip() or line.strip().startswith("//"):
                continue
        pending += line + "\n"
        if _open_brackets(pending) <= 0:
            statements.append((started, pending.strip().rstrip(";")))
            pending = ""
    return [*statements, (started, pending.strip())] if pending else statements


def _open_brackets(text: str) -> int:
    depth, quoted, escaped = 0, False, False
    for character in text:
        if escaped:
            escaped = False
        elif quoted and character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif not quoted:
            depth += (character in _OPENING) - (character in _CLOSING)
    return depth
