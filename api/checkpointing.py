"""`anlan checkpoint` on a terminal: what was signed, in words and as the text to keep."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import Connection

from api.presentation.dates import write_moment
from engine.commands import SYSTEM, MakeCheckpoint
from engine.errors import NotFound
from engine.history.checkpoints import Consistency, Signed, checkpoints_of, consistency_since
from engine.process_engine import ProcessEngine


def prove_on(console: Console, engine: ProcessEngine, since: Signed, output: Path | None) -> Consistency:
    """Tell that nothing under a kept checkpoint was changed, and write the proof where a file is named."""
    with engine.database.read() as connection:
        consistency = consistency_since(connection, since)
    old, new = consistency.old.statement, consistency.new.statement
    kept = f"一致：第 {old.number} 号检查点覆盖的 {old.size:,} 条没有改动，"
    console.print(Text(f"{kept}到第 {new.number} 号只是增加到 {new.size:,} 条。", style="green"), soft_wrap=True)
    if output is not None:
        output.write_text(consistency.file, encoding="utf-8")
        console.print(Text(f"一致性证明已写入 {output}，可与办件包里的 verify.py 一起使用（--consistency）。"))
    return consistency


def checkpoint_on(console: Console, engine: ProcessEngine, output: Path | None, *, show: bool) -> Signed:
    """Make a checkpoint, or show the newest; write it to a file where one is named."""
    if show:
        with engine.database.read() as connection:
            signed = _newest(connection)
    else:
        signed = Signed.read(engine.execute(MakeCheckpoint(actor=SYSTEM)))
    console.print(_table(signed))
    if output is None:
        console.print(Text(signed.file), soft_wrap=True)
        console.print("请把以上文字另行保存或打印，与系统分开保管。")
    else:
        output.write_text(signed.file, encoding="utf-8")
        console.print(Text(f"已写入 {output}，请与系统分开保管。"))
    return signed


def _newest(connection: Connection) -> Signed:
    known = checkpoints_of(connection)
    if not known:
        raise NotFound("还没有检查点。")
    return known[-1]


def _table(signed: Signed) -> Table:
    statement = signed.statement
    table = Table(title="检查点", show_header=False)
    for label, value in (
        ("编号", str(statement.number)),
        ("时间", write_moment(statement.at)),
        ("覆盖条目", f"{statement.size:,}"),
        ("根摘要", statement.root),
        ("签名算法", statement.algorithm),
        ("公钥", statement.key),
    ):
        table.add_row(label, Text(value))
    return table
