"""`anlan backup` and `anlan restore`: database, documents and the signing key, into a folder and back."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from api.settings import Settings
from engine.model import Checkpoint
from engine.store.backup import RestoreRefused, copy_database, ensure_empty, ensure_there, file_name, restore_database
from engine.store.database import Database

_MANIFEST = "backup.json"
#: shared by the backups of a folder: a document never changes, and is copied once
_DOCUMENTS = "attachments"
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Backup:
    """What a backup says of itself."""

    folder: Path
    made_at: datetime
    #: the newest checkpoint that is in it; 0 without any
    checkpoint: int
    #: documents in the store when it was made
    documents: int
    #: file name -> SHA-256
    files: Mapping[str, str]

    def write(self) -> None:
        """Beside the files; a folder without it was not finished."""
        told = {**asdict(self), "made_at": self.made_at.isoformat()}
        del told["folder"]
        path = self.folder / _MANIFEST
        path.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        _to_disk(path)

    @classmethod
    def read(cls, folder: Path) -> Backup:
        """A finished backup; raises `RestoreRefused` for anything else."""
        try:
            told = json.loads((folder / _MANIFEST).read_text("utf-8"))
            return cls(folder=folder, **{**told, "made_at": datetime.fromisoformat(told["made_at"])})
        except (FileNotFoundError, NotADirectoryError, KeyError, TypeError, ValueError) as error:
            raise RestoreRefused(f"{folder} 不是一份完整的备份：没有可用的 {_MANIFEST}。") from error

    def check(self) -> None:
        """Every file must be the one that was backed up."""
        for name, digest in self.files.items():
            path = self.folder / name
            if not path.is_file() or _digest(path) != digest:
                raise RestoreRefused(f"备份里的 {name} 缺失，或者与备份时不同，没有恢复。", name=name)


def back_up(settings: Settings, target: Path, now: datetime) -> Backup:
    """Copy everything while the server runs: the database first, so that every document it names is there."""
    with _opened(settings) as database:
        ensure_there(database)
        checkpoint = _newest_checkpoint(database)
        folder = target / now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        folder.mkdir(parents=True, mode=0o700)
        copy = folder / file_name(database)
        copy_database(database, copy)
    files = [copy, *_copies(settings.kept_files, folder)]
    documents = _copy_documents(settings.attachments, target / _DOCUMENTS)
    for file in files:
        _to_disk(file)
    digests = {file.name: _digest(file) for file in files}
    backup = Backup(folder=folder, made_at=now, checkpoint=checkpoint, documents=documents, files=digests)
    backup.write()
    return backup


def restore(settings: Settings, folder: Path) -> Backup:
    """Fill an empty installation: the documents first, so that a database is there only when all is."""
    backup = Backup.read(folder)
    backup.check()
    with _opened(settings) as database:
        ensure_empty(database)
        _ensure_none_of(settings.kept_files)
        _copy_documents(folder.parent / _DOCUMENTS, settings.attachments)
        settings.home.mkdir(parents=True, exist_ok=True)
        for path in settings.kept_files:
            if path.name in backup.files:
                shutil.copy2(folder / path.name, path)
        restore_database(database, folder / next(name for name in backup.files if name.startswith("anlan.")))
    return backup


def _ensure_none_of(files: Iterable[Path]) -> None:
    """Refuse to replace the key of another installation, with which its checkpoints are signed."""
    for path in files:
        if path.exists():
            raise RestoreRefused(f"已经有 {path}，不能覆盖；请恢复到空的 ANLAN_HOME。")


@contextmanager
def _opened(settings: Settings) -> Iterator[Database]:
    database = Database(settings.database_url)
    try:
        yield database
    finally:
        database.dispose()


def _newest_checkpoint(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.max(Checkpoint.number))) or 0


def _copies(paths: Iterable[Path], folder: Path) -> Iterator[Path]:
    for path in paths:
        if path.is_file():
            yield Path(shutil.copy2(path, folder / path.name))


def _copy_documents(source: Path, target: Path) -> int:
    """Copy what is not there yet, and tell how many there are; a half copied one has another name."""
    number = 0
    for path in source.glob("??/*"):
        if not _DIGEST.fullmatch(path.name):
            continue
        number += 1
        copy = target / path.parent.name / path.name
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy.with_suffix(".part"))
            _to_disk(copy.with_suffix(".part"))
            copy.with_suffix(".part").replace(copy)
    return number


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
