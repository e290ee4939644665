"""A repeated request: the same answer, no second effect (design decision 4)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, Exists, delete, exists, insert, select

from engine.commands import Command
from engine.errors import Conflict, Refused
from engine.model import AnsweredRequest
from engine.unit_of_work import UnitOfWork

#: How long an answer is kept; a client that repeats later asks anew.
KEPT = timedelta(days=7)
LONGEST_KEY = 120


class KeyReused(Conflict):
    """这个幂等键（Idempotency-Key）已经用于另一个请求，请换一个新的键。"""

    code = "idempotency-key-reused"


class KeyRefused(Refused):
    """幂等键（Idempotency-Key）应为 1 到 120 个可见字符，不含空格。"""

    code = "idempotency-key"


@dataclass
class RequestKey:
    """The key of one request; the commands that it leads to are counted.

    A page's key comes with every form the page sends: it makes only the same content the same request.
    """

    person_id: str
    key: str
    of_page: bool = False
    #: one of several things that the request asks for, whatever their order is when it comes again
    part: str = ""
    _commands: int = 0

    def __post_init__(self) -> None:
        printable = self.key.isascii() and self.key.isprintable() and " " not in self.key
        if not printable or not 0 < len(self.key) <= LONGEST_KEY:
            raise KeyRefused

    def next(self, content: str) -> str:
        """The name under which the answer to the request's next command is kept."""
        self._commands += 1
        name = f"{self.key}:{self._commands}:{self.part}" if self.part else f"{self.key}:{self._commands}"
        return f"page:{name}:{content[:32]}" if self.of_page else name


def is_answered(connection: Connection, key: RequestKey) -> bool:
    """Whether a request with this key has been carried out before, as far as its first command."""
    first = (AnsweredRequest.person_id == key.person_id, AnsweredRequest.key == f"{key.key}:1")
    return connection.scalar(select(AnsweredRequest.key).where(*first)) is not None


def answered_parts(connection: Connection, key: RequestKey) -> frozenset[str]:
    """The parts of a request that were carried out before, when it came with this key."""
    start = f"{key.key}:1:"
    mine = (AnsweredRequest.person_id == key.person_id, AnsweredRequest.key.startswith(start, autoescape=True))
    return frozenset(name.removeprefix(start) for name in connection.scalars(select(AnsweredRequest.key).where(*mine)))


@dataclass(frozen=True)
class Known:
    """An answer that was given before; it may be None."""

    result: Any


@dataclass(frozen=True, kw_only=True)
class AnsweredOnce:
    """Reads and keeps the answer to one command inside its transaction."""

    person_id: str
    key: str
    fingerprint: str

    @classmethod
    def of(cls, key: RequestKey, command: Command[Any]) -> AnsweredOnce:
        content = fingerprint(command)
        return cls(person_id=key.person_id, key=key.next(content), fingerprint=content)

    @property
    def told(self) -> dict[str, str]:
        """As the command's events tell of it."""
        return {"person": self.person_id, "key": self.key, "fingerprint": self.fingerprint}

    def answer(self, work: UnitOfWork) -> Known | None:
        """The answer that was given, if any; raises `KeyReused` when something else had been asked."""
        row = work.connection.execute(
            select(AnsweredRequest.fingerprint, AnsweredRequest.answer).where(
                AnsweredRequest.person_id == self.person_id, AnsweredRequest.key == self.key
            )
        ).one_or_none()
        if row is None:
            return None
        if row.fingerprint != self.fingerprint:
            raise KeyReused
        return Known(_revive(row.answer))

    def keep(self, work: UnitOfWork, answer: Any) -> None:
        work.connection.execute(
            insert(AnsweredRequest).values(
                person_id=self.person_id,
                key=self.key,
                fingerprint=self.fingerprint,
                answer=plain_answer(answer),
                answered_at=work.now,
            )
        )


def forget_old_answers(work: UnitOfWork) -> int:
    """Delete the answers that nobody will ask for again."""
    old = delete(AnsweredRequest).where(AnsweredRequest.answered_at < work.now - KEPT)
    return work.connection.execute(old).rowcount


def old_answers(now: datetime) -> Exists:
    """Whether there are any such answers."""
    return exists().where(AnsweredRequest.answered_at < now - KEPT)


def fingerprint(command: Command[Any]) -> str:
    """A digest of all that a command says."""
    digest = hashlib.sha256()
    _feed(digest, command)
    return digest.hexdigest()


def _feed(digest: Any, value: Any) -> None:
    """Every part is told with its type and its length, so that no two commands look alike."""
    if is_dataclass(value) and not isinstance(value, type):
        _feed(digest, (type(value).__name__, {field.name: getattr(value, field.name) for field in fields(value)}))
    elif isinstance(value, Mapping):
        _feed(digest, [(str(key), value[key]) for key in sorted(value, key=str)])
    elif isinstance(value, list | tuple):
        digest.update(f"[{len(value)}]".encode())
        for item in value:
            _feed(digest, item)
    else:
        content = value if isinstance(value, bytes) else repr(value).encode()
        digest.update(f"{type(value).__name__}:{len(content)}:".encode() + content)


def plain_answer(answer: Any) -> Any:
    """A command's result as a process value; dataclasses are told by where they are defined."""
    if is_dataclass(answer) and not isinstance(answer, type):
        parts = {field.name: plain_answer(getattr(answer, field.name)) for field in fields(answer)}
        return {"is": f"{type(answer).__module__}.{type(answer).__qualname__}", "parts": parts}
    if isinstance(answer, Mapping):
        return {"is": "mapping", "parts": {name: plain_answer(item) for name, item in answer.items()}}
    if isinstance(answer, tuple | list):
        return {"is": type(answer).__name__, "parts": [plain_answer(item) for item in answer]}
    if type(answer) is int:
        # Process values know decimals only.
        return {"is": "int", "parts": str(answer)}
    return answer


def _revive(content: Any) -> Any:
    if not isinstance(content, Mapping):
        return content
    kind, parts = content["is"], content["parts"]
    if kind == "int":
        return int(parts)
    if kind in ("tuple", "list"):
        items = [_revive(item) for item in parts]
        return tuple(items) if kind == "tuple" else items
    revived = {name: _revive(part) for name, part in parts.items()}
    if kind == "mapping":
        return revived
    module, _, name = kind.rpartition(".")
    return getattr(import_module(module), name)(**revived)
