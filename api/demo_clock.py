"""The clock of a demonstration: the machine's, moved ahead so that notices and retention periods can be shown."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

from engine.errors import AnlanError, Refused

#: calendars and time zones are known well enough for so long
FARTHEST = timedelta(days=3650)


class DemoClock:
    """Implements `engine.clock.Clock`. The offset is kept in a small file and never shrinks."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = Lock()
        self._offset = _read(file)

    @property
    def offset(self) -> timedelta:
        """How far the clock is ahead of the machine's."""
        return self._offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def advance(self, by: timedelta) -> None:
        """Move the clock ahead."""
        with self._lock:
            offset = self._offset + by
            if by < timedelta(0) or offset > FARTHEST:
                raise Refused(f"演示时钟只能向前拨，且最多比真实时间快 {FARTHEST.days // 365} 年。")
            _write(self._file, offset)
            self._offset = offset


def _read(file: Path) -> timedelta:
    if not file.exists():
        return timedelta(0)
    text = file.read_text(encoding="ascii", errors="replace").strip()
    if not text.isdecimal() or len(text) > 10 or int(text) > FARTHEST.total_seconds():
        raise AnlanError(f"演示时钟文件 {file} 已损坏，请删除后重新启动。")
    return timedelta(seconds=int(text))


def _write(file: Path, offset: timedelta) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(".new")
    temporary.write_text(str(int(offset.total_seconds())), encoding="ascii")
    os.replace(temporary, file)
