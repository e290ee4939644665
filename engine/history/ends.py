"""Where every chain ended at a checkpoint: a Merkle tree of its own, so that no older end can pass for the newest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from engine.history.entries import entry_bytes
from engine.history.merkle import inclusion_proof, leaf_hash, root_of
from engine.model import LogEntry
from engine.rows import AnyRow


@dataclass(frozen=True, kw_only=True)
class Ends:
    """The newest entry of each stream under a checkpoint, by the stream's name."""

    rows: Sequence[AnyRow]

    @property
    def count(self) -> int:
        """How many chains there are."""
        return len(self.rows)

    @property
    def root(self) -> str:
        """The root of the Merkle tree over them."""
        return root_of(self._leaves()).hex()

    def proof_for(self, stream: str) -> tuple[int, tuple[str, ...]]:
        """The place of a stream's end, and its inclusion proof."""
        index = [row.key for row in self.rows].index(stream)
        return index, tuple(part.hex() for part in inclusion_proof(self._leaves(), index))

    def _leaves(self) -> list[bytes]:
        return [leaf_hash(entry_bytes("stream", row.key, row.seq, row.digest)) for row in self.rows]


def ends_of(connection: Connection, size: int) -> Ends:
    """The ends among the first entries of the log."""
    newest = (
        select(func.max(LogEntry.position))
        .where(LogEntry.kind == "stream", LogEntry.position < size)
        .group_by(LogEntry.key)
    )
    rows = connection.execute(
        select(LogEntry.key, LogEntry.seq, LogEntry.digest).where(LogEntry.position.in_(newest))
    ).all()
    # Databases sort texts in different orders.
    return Ends(rows=sorted(rows, key=lambda row: str(row.key)))
