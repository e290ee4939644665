"""Uploaded bytes on disk, once per content, under their SHA-256."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
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
            with self._temporary(target) as temporary:
                temporary.write(content)
                temporary.flush()
                os.fsync(temporary.fileno())
        return digest

    @contextmanager
    def _temporary(self, target: Path) -> Iterator[IO[bytes]]:
        """A file that gets its name when it is whole; on a full disk nothing is left of it."""
        with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as temporary:
            try:
                yield temporary
                os.replace(temporary.name, target)
            except BaseException:
                os.unlink(temporary.name)
                raise

    def get(self, digest: str) -> bytes:
        """The bytes of a digest."""
        return self._path(digest).read_bytes()

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest
