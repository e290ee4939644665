"""Running cases kept ready in memory, so that the next command need not read and decode them again."""

from __future__ import annotations

from dataclasses import dataclass

from engine.interpreter import State
from engine.recent import Recent

#: A warm case takes about 15 KB, most of it for its variables.
MOST_CASES = 2_000
#: of encoded state; in memory it is several times as much
MOST_BYTES = 8_000_000


@dataclass(frozen=True, kw_only=True)
class WarmCase:
    """The state of a case as it was committed under a revision."""

    revision: int
    state: State

    @property
    def size(self) -> int:
        return len(self.state.tokens) + len(self.state.variables)


class WarmCases:
    """A case is used only under the revision that the database names, so a stale one is never mistaken for it."""

    def __init__(self, most: int = MOST_CASES, most_bytes: int = MOST_BYTES) -> None:
        self._known: Recent[str, WarmCase] = Recent(most, most_bytes=most_bytes, size=lambda case: case.size)

    def __len__(self) -> int:
        return len(self._known)

    def get(self, instance_id: str) -> WarmCase | None:
        return self._known.get(instance_id)

    def keep(self, instance_id: str, case: WarmCase) -> None:
        """Remember what has been committed."""
        self._known.keep(instance_id, case)

    def drop(self, instance_id: str) -> None:
        """After a failure or a lost race, or when the case has ended."""
        self._known.drop(instance_id)

    def clear(self) -> None:
        self._known.clear()
