"""A row as it must be, and since which event each of its columns is so."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: ids that one command has given, at most
_MOST_IDS = 5_000


class Untold:
    """Stands for a value that no event tells, such as one from before it was recorded: whatever is stored will do."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


#: the only one that is needed
UNTOLD = Untold()


@dataclass(frozen=True, eq=False)
class Issued:
    """Stands for an id that a command has given: one of those that its seed leads to."""

    seed: str | None

    def __eq__(self, other: object) -> bool:
        return self.seed is None or any(given == other for given in ids_of(self.seed))

    def __hash__(self) -> int:
        return hash(self.seed)

    def __str__(self) -> str:
        return "由这条历史产生的编号"


def ids_of(seed: str) -> Any:
    """The ids of a command in the order in which it gives them."""
    return (hashlib.sha256(f"{seed}:{number}".encode()).hexdigest()[:32] for number in range(1, _MOST_IDS))


@dataclass(slots=True)
class Row:
    """The columns that are told; those that are not are left out or `UNTOLD`."""

    values: dict[str, Any]
    #: the event that has made it
    seq: int
    #: column -> the later event that has changed it
    since: dict[str, int] = field(default_factory=dict)
    #: the stream of these events, where it is not the case's own
    stream: str = ""

    def __getitem__(self, column: str) -> Any:
        return self.values[column]

    def change(self, seq: int, values: Mapping[str, Any]) -> None:
        """Columns that an event has set."""
        self.values.update(values)
        self.since.update(dict.fromkeys(values, seq))
