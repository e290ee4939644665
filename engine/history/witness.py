"""Whether everything that checkpoints have covered is still there, and whether a kept checkpoint agrees."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from engine.history.checkpoints import NotACheckpoint, Signed, Statement, checkpoints_of, leaves_of
from engine.history.digests import digest_of
from engine.history.ends import ends_of
from engine.history.findings import Finding, Kind
from engine.history.merkle import root_of
from engine.history.replay import events_of
from engine.model import Attachment, Blob, Bundle, Checkpoint, HistoryEvent, LogEntry


def check_checkpoints(connection: Connection, public_key: str | None) -> Iterator[Finding]:
    """Signatures, roots and order of all checkpoints, and every entry of the log against what is stored."""
    signed = checkpoints_of(connection)
    size = max((it.size for it in _statements(signed)), default=0)
    leaves = leaves_of(connection, size)
    before: Signed | None = None
    for number, one in enumerate(signed, 1):
        yield from _check(one, number, before, leaves)
        before = one
    yield from _check_columns(connection)
    yield from _check_recorded(connection, signed)
    last = next(_statements(signed[-1:]), None)
    if last is not None and public_key is not None and signed[-1].is_signed and last.key != public_key:
        yield _finding(str(len(signed)), "最近的检查点不是用本系统的密钥签名的。")
    if last is not None and last.ends is not None and ends_of(connection, last.size).root != last.ends:
        yield _finding(str(last.number), "各条历史链的末尾与签名的内容不同：日志被改动。")
    yield from _check_entries(connection, size)


def check_kept(connection: Connection, kept: Signed, public_key: str | None) -> Iterator[Finding]:
    """A checkpoint that was kept elsewhere: signed by our key, and the log still begins with what it covers."""
    statement = kept.statement
    place = f"{statement.number}"
    if not kept.is_signed:
        yield _finding(place, "保存在外的检查点签名无效。")
    if public_key is not None and statement.key != public_key:
        yield _finding(place, "保存在外的检查点不是用本系统的密钥签名的。")
    leaves = leaves_of(connection, statement.size)
    if len(leaves) < statement.size:
        yield _finding(place, _older(connection, statement, len(leaves)))
    elif root_of(leaves).hex() != statement.root:
        yield _finding(
            place,
            "保存在外的检查点与现在的日志不一致：此前的历史被改动过，或者从更早的备份恢复之后又办理过（恢复的记录可以证实）。",
        )


def _older(connection: Connection, statement: Statement, entries: int) -> str:
    """A backup and a history cut short look the same from here; whoever has restored knows which it is."""
    newest = connection.scalar(select(func.max(Checkpoint.number))) or 0
    return (
        f"数据库比保存在外的检查点旧：检查点第 {statement.number} 号覆盖 {statement.size} 条，"
        f"库里只到第 {newest} 号、{entries} 条。如果刚从备份恢复，请改用这个检查点之后的备份，"
        "其间已办理的事项不在库里；如果没有恢复过，就是末尾的历史被删除了。"
    )


def _statements(signed: tuple[Signed, ...]) -> Iterator[Statement]:
    for one in signed:
        try:
            yield one.statement
        except NotACheckpoint:
            continue


def _check(one: Signed, number: int, before: Signed | None, leaves: list[bytes]) -> Iterator[Finding]:
    try:
        statement = one.statement
    except NotACheckpoint as error:
        yield _finding(str(number), error.message)
        return
    place = str(statement.number)
    if not one.is_signed:
        yield _finding(place, "签名无效：检查点被改动。")
    if statement.number != number or statement.previous != (digest_of(before.text.encode()) if before else "-"):
        yield _finding(place, "与前一个检查点接不上：有检查点被删除或调换。")
    if len(leaves) < statement.size or root_of(leaves[: statement.size]).hex() != statement.root:
        yield _finding(place, "根与日志不一致：日志被改动。")


def _check_recorded(connection: Connection, signed: tuple[Signed, ...]) -> Iterator[Finding]:
    """Every checkpoint that was made is there, and says what it said."""
    stored = {statement.number: statement for statement in _statements(signed)}
    for event in events_of(connection, "checkpoints"):
        if event.content["type"] == "CheckpointMade":
            told = {**event.input, **event.outcome}
            found = stored.pop(int(told["number"]), None)
            if found is None or (found.size, found.root) != (told["size"], told["root"]):
                yield _finding(str(told["number"]), "历史里生成过的检查点缺失，或者内容不同。")
    for number in stored:
        yield _finding(str(number), "这个检查点不是系统生成的：历史里没有。")


def _check_columns(connection: Connection) -> Iterator[Finding]:
    """What the rows repeat of the statements."""
    for row in connection.execute(select(Checkpoint)):
        try:
            statement = Signed(text=row.text, signature=row.signature).statement
        except NotACheckpoint:
            continue
        if (row.number, row.size, row.made_at) != (statement.number, statement.size, statement.at):
            yield _finding(str(row.number), "登记的编号、条目数或时间（number、size、made_at）与签名的内容不同。")


def _check_entries(connection: Connection, size: int) -> Iterator[Finding]:
    """What was there when a checkpoint was made must be there still, whatever the rows say of themselves."""
    covered = select(func.count()).select_from(LogEntry).where(LogEntry.position < size)
    if (connection.scalar(covered) or 0) != size:
        yield _finding("log", "检查点的日志缺少条目。")
    if (connection.scalar(select(func.count()).select_from(LogEntry)) or 0) > size:
        yield _finding("log", "检查点的日志里有最近的检查点没有签名的条目。")
    event = (HistoryEvent.stream == LogEntry.key) & (HistoryEvent.seq == LogEntry.seq)
    stored = (
        ("stream", HistoryEvent, event, HistoryEvent.digest, "历史第 {seq} 条缺失，或者与检查点时不同。"),
        ("attachment", Attachment, Attachment.id == LogEntry.key, Attachment.digest, "检查点之后附件被改动或删除。"),
        ("blob", Blob, Blob.digest == LogEntry.key, Blob.digest, "检查点之后定义被删除。"),
        ("bundle", Bundle, Bundle.digest == LogEntry.key, Bundle.digest, "检查点之后固定版本清单被删除。"),
    )
    for kind, table, joined, digest, message in stored:
        lost = (
            select(LogEntry.key, LogEntry.seq)
            .outerjoin(table, joined)
            .where(LogEntry.kind == kind, digest.is_distinct_from(LogEntry.digest))
        )
        for key, seq in connection.execute(lost):
            yield _finding(key, message.format(seq=seq))


def _finding(place: str, message: str) -> Finding:
    return Finding(kind=Kind.CHECKPOINT, place=place, message=message)
