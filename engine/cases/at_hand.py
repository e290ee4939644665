"""What rooms beside a case may know of it while a command works on it."""

from __future__ import annotations

from typing import Protocol

from engine.definitions import PinnedBundle
from engine.rows import AnyRow
from engine.unit_of_work import UnitOfWork


class CaseAtHand(Protocol):
    """A case within a command: its row, what it is pinned to, and the number of the event that is being written."""

    @property
    def work(self) -> UnitOfWork: ...

    @property
    def row(self) -> AnyRow: ...

    @property
    def bundle(self) -> PinnedBundle: ...

    @property
    def seq(self) -> int: ...
