"""A clock that several processes share, and that can be made to jump."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path


class Sundial:
    """The instant stands in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        return datetime.fromisoformat(self._file.read_text()).astimezone(UTC)

    def move(self, instant: datetime) -> None:
        temporary = self._file.with_suffix(f".{os.getpid()}")
        temporary.write_text(instant.astimezone(UTC).isoformat())
        os.replace(temporary, self._file)
