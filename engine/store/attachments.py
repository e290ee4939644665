"""Uploaded bytes on disk, once per content, under their SHA-256."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


class AttachmentStore:
    """A folder of documents: `ab/abcdef…`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        """Keep the bytes and return their digest. A crash leaves either the whole document or none."""
        digest = hashlib.sha256(content).hexdigest()
        target = self._path(digest)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            with self._temporary(target.parent) as temporary:
                temporary.write(content)
                self._finish(temporary, digest)
        return digest

    def put_written(self, write: Callable[[IO[bytes]], None]) -> tuple[str, int]:
        """Keep what is written piece by piece, and tell its digest and size; for what is too large for memory."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._temporary(self._folder) as temporary:
            write(temporary)
            temporary.flush()
            with open(temporary.name, "rb") as written:
                digest = hashlib.file_digest(written, "sha256").hexdigest()
                size = written.tell()
            self._finish(temporary, digest)
        return digest, size

    @contextmanager
    def _temporary(self, folder: Path) -> Iterator[IO[bytes]]:
        """A file that is given a name when it is whole; on a full disk nothing is left of it."""
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as temporary:
            try:
                yield temporary
            except BaseException:
                os.unlink(temporary.name)
                raise

    def _finish(self, temporary: IO[bytes], digest: str) -> None:
        temporary.flush()
        os.fsync(temporary.fileno())
        target = self._path(digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(temporary.name, target)

    def drop(self, digest: str) -> None:
        """Delete what nobody needs any more."""
        self._path(digest).unlink(missing_ok=True)

    def pieces(self, digest: str) -> Iterator[bytes]:
        """The bytes of a digest, for what is too large for memory. What is missing is known before the first."""
        return _pieces(self._path(digest).open("rb"))

    def get(self, digest: str) -> bytes:
        """The bytes of a digest."""
        return self._path(digest).read_bytes()

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(65536):
            yield piece
