"""What a clerk has asked for and what was answered: kept on disk, so that a killed clerk's successor goes on."""

from __future__ import annotations

import base64
import json
import os
import pickle
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Asked:
    """One command under its idempotency key."""

    key: str
    command: Any
    #: None until it was acknowledged
    answer: Any = None
    acknowledged: bool = False


@dataclass
class Journal:
    """Lines of JSON, each on disk before the clerk goes on."""

    path: Path
    entries: dict[str, Asked] = field(default_factory=dict)
    #: what happened to the clerk beside its work
    faults: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> Journal:
        journal = cls(path)
        for line in journal._lines():
            if "fault" in line:
                journal.faults.append(line["fault"])
            elif "command" in line:
                journal.entries[line["key"]] = Asked(line["key"], _loads(line["command"]))
            else:
                entry = journal.entries[line["key"]]
                entry.answer, entry.acknowledged = _loads(line["answer"]), True
        return journal

    def ask(self, command: Any) -> Asked:
        entry = Asked(f"{self.path.stem}-{len(self.entries)}", command)
        self.entries[entry.key] = entry
        self._write({"key": entry.key, "command": _dumps(command)})
        return entry

    def acknowledge(self, entry: Asked, answer: Any) -> None:
        entry.answer, entry.acknowledged = answer, True
        self._write({"key": entry.key, "answer": _dumps(answer)})

    def suffer(self, fault: str) -> None:
        self.faults.append(fault)
        self._write({"fault": fault})

    @property
    def pending(self) -> list[Asked]:
        return [entry for entry in self.entries.values() if not entry.acknowledged]

    def _lines(self) -> Iterator[dict[str, Any]]:
        """The last line may be torn: whoever wrote it was killed."""
        for line in self.path.read_text().splitlines(keepends=True) if self.path.exists() else ():
            if line.endswith("\n"):
                yield json.loads(line)

    def _write(self, content: dict[str, Any]) -> None:
        torn = self.path.exists() and not self.path.read_bytes().endswith(b"\n") and self.path.stat().st_size
        with self.path.open("a") as file:
            file.write(("\n" if torn else "") + json.dumps(content) + "\n")
            file.flush()
            os.fsync(file.fileno())


def _dumps(value: Any) -> str:
    return base64.b64encode(pickle.dumps(value)).decode()


def _loads(text: str) -> Any:
    return pickle.loads(base64.b64decode(text))
