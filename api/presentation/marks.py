"""Which elements of a diagram are marked to show where a case stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.queries.history import ReplayStep


@dataclass(frozen=True, kw_only=True)
class Marks:
    """Space-separated element ids, as the page's script reads them."""

    active: str = ""
    completed: str = ""
    passed: str = ""


def marks_of(steps: Sequence[ReplayStep], current: str | None = None) -> Marks:
    """The way a case has come; with `current`, that step is the one to be looked at."""
    if not steps:
        return Marks(active=current or "")
    last = steps[-1]
    passed = dict.fromkeys(element for step in steps for element in step.passed)
    active = (current,) if current and current in last.active else last.active
    return Marks(active=" ".join(active), completed=" ".join(last.completed), passed=" ".join(passed))
