"""A line of the log that checkpoints are computed over."""

from __future__ import annotations

import orjson


def entry_bytes(kind: str, key: str, seq: int, digest: str) -> bytes:
    """As it is hashed: canonical JSON."""
    return orjson.dumps({"digest": digest, "key": key, "kind": kind, "seq": seq}, option=orjson.OPT_SORT_KEYS)
