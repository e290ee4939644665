"""What an import did to a model, and what it leaves to the designer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ChangeKind(StrEnum):
    #: said in our dialect now
    TRANSLATED = "translated"
    #: taken out, because it means nothing here
    DROPPED = "dropped"
    #: another tool's data, untouched
    KEPT = "kept"
    #: the designer has to decide
    NEEDS_WORK = "needs-work"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One line of an import's report; the line number is the original file's."""

    element_id: str | None
    line: int | None
    kind: ChangeKind
    code: str
    #: Chinese: what was done, or what is to be done
    message: str
