"""Checkpoints: signed statements about everything there is, which later changes cannot agree with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Connection, func, insert, literal, select

from engine.errors import AnlanError, NotFound
from engine.history.digests import digest_of
from engine.history.ends import ends_of
from engine.history.entries import entry_bytes
from engine.history.merkle import consistency_proof, inclusion_proof, is_consistent, leaf_hash, root_of
from engine.history.signatures import Signer, is_signed
from engine.model import (
    Attachment,
    Blob,
    Bundle,
    Checkpoint,
    HistoryStream,
    LogEntry,
    ProcessInstance,
)
from engine.rows import AnyRow, AnySelect

#: the second also tells the ends of all chains
_TITLES = ("anlan checkpoint v1", "anlan checkpoint v2")


class NotACheckpoint(AnlanError):
    """这不是安澜的检查点文件，或者内容已损坏。"""

    code = "not-a-checkpoint"


class NotConsistent(AnlanError):
    """现在的检查点不是从另存的检查点接着来的：此前的历史被改动、删除过。"""

    code = "not-consistent"


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What a checkpoint says."""

    number: int
    #: how many entries of the log it covers
    size: int
    #: the root of the Merkle tree over them
    root: str
    at: datetime
    #: the digest of the checkpoint before
    previous: str
    algorithm: str
    key: str
    #: how many chains there are, and the root of the tree over their ends; not told by the first format
    chains: int | None = None
    ends: str | None = None

    @property
    def text(self) -> str:
        """One fact a line: the bytes that are signed, printed and kept."""
        ends = {} if self.ends is None else {"chains": self.chains, "ends": self.ends}
        facts = {
            "number": self.number,
            "size": self.size,
            "root": self.root,
            **ends,
            "at": self.at.isoformat(),
            "previous": self.previous,
            "algorithm": self.algorithm,
            "key": self.key,
        }
        return "\n".join([self.title, *(f"{name}: {value}" for name, value in facts.items())]) + "\n"

    @property
    def title(self) -> str:
        """The first line, by which programs know the format."""
        return _TITLES[self.ends is not None]


@dataclass(frozen=True, kw_only=True)
class Signed:
    """A statement with its signature, as it is written to a file."""

    text: str
    signature: str

    @property
    def statement(self) -> Statement:
        """What it says; raises `NotACheckpoint`."""
        title, _, facts_text = self.text.partition("\n")
        facts = dict(line.split(": ", 1) for line in facts_text.splitlines() if ": " in line)
        try:
            statement = Statement(
                number=int(facts["number"]),
                size=int(facts["size"]),
                root=facts["root"],
                at=datetime.fromisoformat(facts["at"]),
                previous=facts["previous"],
                algorithm=facts["algorithm"],
                key=facts["key"],
                chains=int(facts["chains"]) if "chains" in facts else None,
                ends=facts.get("ends"),
            )
        except (KeyError, ValueError) as error:
            raise NotACheckpoint from error
        if title != statement.title or statement.text != self.text:
            raise NotACheckpoint
        return statement

    @property
    def file(self) -> str:
        """The checkpoint as a file to keep elsewhere."""
        return f"{self.text}signature: {self.signature}\n"

    @classmethod
    def read(cls, content: str) -> Signed:
        """From a file; raises `NotACheckpoint`."""
        text, found, signature = content.replace("\r\n", "\n").rpartition("signature: ")
        if not found:
            raise NotACheckpoint
        return cls(text=text, signature=signature.strip())

    @property
    def is_signed(self) -> bool:
        """Whether the key that it names has signed it."""
        statement = self.statement
        return is_signed(statement.algorithm, statement.key, self.text.encode(), self.signature)


def make_checkpoint(connection: Connection, signer: Signer, now: datetime) -> Signed:
    """Add to the log what is new, and sign its root."""
    size = _extend_log(connection)
    ends = ends_of(connection, size)
    last = connection.execute(select(Checkpoint).order_by(Checkpoint.number.desc()).limit(1)).one_or_none()
    statement = Statement(
        number=last.number + 1 if last else 1,
        size=size,
        root=root_of(leaves_of(connection, size)).hex(),
        at=now,
        previous=digest_of(last.text.encode()) if last else "-",
        algorithm=signer.kind.value,
        key=signer.public_key,
        chains=ends.count,
        ends=ends.root,
    )
    signed = Signed(text=statement.text, signature=signer.sign(statement.text.encode()))
    connection.execute(
        insert(Checkpoint).values(
            number=statement.number, size=size, made_at=now, text=signed.text, signature=signed.signature
        )
    )
    return signed


def _extend_log(connection: Connection) -> int:
    """Append the ends of chains that have grown and contents that are new; gives the log's size."""
    size = connection.scalar(select(func.count()).select_from(LogEntry)) or 0
    for statement in (*_grown_streams(), *_new_contents()):
        rows = [
            {"position": size + offset, "kind": kind, "key": key, "seq": seq, "digest": digest}
            for offset, (kind, key, seq, digest) in enumerate(connection.execute(statement))
        ]
        if rows:
            connection.execute(insert(LogEntry), rows)
        size += len(rows)
    return size


def _grown_streams() -> Iterator[AnySelect]:
    logged = (
        select(LogEntry.key, func.max(LogEntry.seq).label("seq"))
        .where(LogEntry.kind == "stream")
        .group_by(LogEntry.key)
        .subquery()
    )
    for key, seq, head in (
        (ProcessInstance.id, ProcessInstance.revision, ProcessInstance.head),
        (HistoryStream.stream, HistoryStream.seq, HistoryStream.head),
    ):
        yield (
            select(literal("stream"), key, seq, head)
            .outerjoin(logged, logged.c.key == key)
            .where(head.is_not(None), (logged.c.seq.is_(None)) | (logged.c.seq < seq))
            .order_by(key)
        )


def _new_contents() -> Iterator[AnySelect]:
    for kind, key, digest in (
        ("attachment", Attachment.id, Attachment.digest),
        ("blob", Blob.digest, Blob.digest),
        ("bundle", Bundle.digest, Bundle.digest),
    ):
        logged = select(LogEntry.key).where(LogEntry.kind == kind)
        yield select(literal(kind), key, literal(0), digest).where(key.not_in(logged)).order_by(key)


def leaves_of(connection: Connection, size: int) -> list[bytes]:
    """The leaf hashes of the log's first entries."""
    statement = (
        select(LogEntry.kind, LogEntry.key, LogEntry.seq, LogEntry.digest)
        .where(LogEntry.position < size)
        .order_by(LogEntry.position)
    )
    return [leaf_hash(entry_bytes(*row)) for row in connection.execute(statement)]


def signed_of(row: AnyRow) -> Signed:
    """A stored checkpoint."""
    return Signed(text=row.text, signature=row.signature)


def checkpoints_of(connection: Connection) -> tuple[Signed, ...]:
    """All checkpoints, the oldest first."""
    return tuple(signed_of(row) for row in connection.execute(select(Checkpoint).order_by(Checkpoint.number)))


@dataclass(frozen=True, kw_only=True)
class Inclusion:
    """That a chain's end is under a checkpoint."""

    checkpoint: Signed
    entry: Mapping[str, str | int]
    index: int
    proof: tuple[str, ...]
    #: that it was the chain's end then: its place among all ends, and the proof; None under the first format
    end: tuple[int, tuple[str, ...]] | None


def inclusion_of(connection: Connection, stream: str) -> Inclusion:
    """The proof for a stream's newest entry under the newest checkpoint."""
    last = connection.execute(select(Checkpoint).order_by(Checkpoint.number.desc()).limit(1)).one_or_none()
    entry = connection.execute(
        select(LogEntry)
        .where(LogEntry.kind == "stream", LogEntry.key == stream, LogEntry.position < (last.size if last else 0))
        .order_by(LogEntry.position.desc())
        .limit(1)
    ).one_or_none()
    if last is None or entry is None:
        raise NotFound("这个办件还没有被检查点覆盖，请先生成检查点。", stream=stream)
    leaves, signed = leaves_of(connection, last.size), signed_of(last)
    tells_ends = signed.statement.ends is not None
    return Inclusion(
        checkpoint=signed,
        entry={"kind": entry.kind, "key": entry.key, "seq": entry.seq, "digest": entry.digest},
        index=entry.position,
        proof=tuple(part.hex() for part in inclusion_proof(leaves, entry.position)),
        end=ends_of(connection, last.size).proof_for(stream) if tells_ends else None,
    )


@dataclass(frozen=True, kw_only=True)
class Consistency:
    """That a checkpoint goes on from an older one: nothing under that one was changed (RFC 6962 §2.1.2)."""

    old: Signed
    new: Signed
    proof: tuple[str, ...]

    @property
    def file(self) -> str:
        """The proof as a file, for `verify.py --consistency`."""
        sizes = {"from": self.old.statement.size, "to": self.new.statement.size}
        return orjson.dumps({**sizes, "proof": list(self.proof)}, option=orjson.OPT_INDENT_2).decode() + "\n"


def consistency_since(connection: Connection, old: Signed) -> Consistency:
    """The proof from a kept checkpoint to the newest one; raises `NotConsistent`."""
    known = checkpoints_of(connection)
    if not known:
        raise NotConsistent("库里没有检查点：检查点被删除，或者这不是同一个系统。")
    new = known[-1]
    before, after = old.statement, new.statement
    if not old.is_signed or before.key != after.key:
        raise NotConsistent("另存的检查点签名无效，或者不是用本系统的密钥签名的。", number=before.number)
    leaves = leaves_of(connection, after.size)
    if before.size > len(leaves):
        raise NotConsistent(
            f"另存的检查点覆盖 {before.size} 条，库里只有 {len(leaves)} 条：末尾的历史被删除，或者数据库较旧。"
        )
    proof = consistency_proof(leaves, before.size)
    roots = bytes.fromhex(before.root), bytes.fromhex(after.root)
    if not is_consistent(before.size, after.size, proof, *roots):
        raise NotConsistent(number=before.number)
    return Consistency(old=old, new=new, proof=tuple(part.hex() for part in proof))
