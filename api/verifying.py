"""`anlan verify` on a terminal: a progress bar for each check, what was found, and how fast it went."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text
from sqlalchemy import Connection, func, select

from engine.history.checkpoints import Signed
from engine.history.crew import Crew, Recipe, common_view, crew_of
from engine.history.findings import Finding, Kind
from engine.history.verification import Report, Stage, verify
from engine.model import HistoryEvent, ProcessInstance
from engine.process_engine import ProcessEngine

_STAGES: Mapping[Stage, str] = {
    Stage.HISTORY: "核对历史并重放",
    Stage.CONTENTS: "核对定义、政策和附件",
    Stage.CHECKPOINT: "核对检查点",
}
_KINDS: Mapping[Kind, str] = {
    Kind.CHAIN: "历史链",
    Kind.END: "链的末端",
    Kind.COLUMN: "检索列",
    Kind.SNAPSHOT: "办件状态",
    Kind.TASK: "办理记录",
    Kind.ROW: "登记",
    Kind.DEFINITION: "定义",
    Kind.ATTACHMENT: "附件",
    Kind.BOOKS: "资金账",
    Kind.REPLAY: "重放",
    Kind.CHECKPOINT: "检查点",
}
#: more findings than this help nobody on a screen
_MOST = 100
#: events that are checked in about the time in which a process starts
_WORTH_A_PROCESS = 2_000


class _Bars:
    """One bar for each stage."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._bars: dict[Stage, TaskID] = {}

    def __call__(self, stage: Stage, done: int, total: int) -> None:
        if stage not in self._bars:
            self._bars[stage] = self._progress.add_task(_STAGES[stage], total=total)
        self._progress.update(self._bars[stage], completed=done)


def verify_on(
    console: Console,
    engine: ProcessEngine,
    case_id: str | None,
    kept: Signed | None = None,
    *,
    recipe: Recipe | None = None,
    jobs: int | None = None,
) -> Report:
    """Check one case or everything, and tell what came of it; with a recipe for more engines, in several processes."""
    size = 1 if recipe is None or case_id is not None else jobs or _helpers_for(engine)
    began = perf_counter()
    progress = Progress(*_columns(), console=console)
    with _crew(recipe, size) as crew, progress, common_view(engine, crew) as connection:
        told = _Bars(progress)
        report = verify(connection, engine.tools, case_id=case_id, kept=kept, progress=told, checker=crew)
        numbers = _numbers(connection, {finding.place for finding in report.findings[:_MOST]})
    _tell(console, report, numbers, perf_counter() - began, size)
    return report


@contextmanager
def _crew(recipe: Recipe | None, size: int) -> Iterator[Crew | None]:
    if recipe is None or size < 2:
        yield None
    else:
        with crew_of(recipe, size) as crew:
            yield crew


def _helpers_for(engine: ProcessEngine) -> int:
    """As many processes as there are processors, unless starting them takes longer than checking."""
    if engine.database.in_memory:
        return 1
    with engine.database.read() as connection:
        events = connection.scalar(select(func.count()).select_from(HistoryEvent)) or 0
    return max(1, min(os.cpu_count() or 1, events // _WORTH_A_PROCESS))


def _numbers(connection: Connection, case_ids: set[str]) -> dict[str, str]:
    """What people call the cases that findings are about."""
    chosen = ProcessInstance.id.in_(case_ids)
    rows = connection.execute(select(ProcessInstance.id, ProcessInstance.number).where(chosen))
    return {row.id: row.number for row in rows}


def _columns() -> tuple[ProgressColumn, ...]:
    return TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()


def _tell(console: Console, report: Report, numbers: Mapping[str, str], seconds: float, size: int) -> None:
    processes = f"{size} 个进程" if size > 1 else ""
    console.print(
        f"历史 {report.events:,} 条，{report.streams:,} 条链；重放 {report.cases:,} 个办件 {report.steps:,} 步；"
        f"{processes}用时 {seconds:.1f} 秒，每秒 {_rate(report.steps, seconds)} 步。"
    )
    if report.sound:
        console.print(Text("核对通过：历史完整、未被改动，重放结果与记录一致。", style="green"))
        return
    for finding in report.findings[:_MOST]:
        console.print(_line(finding, numbers), soft_wrap=True)
    console.print(Text(f"核对不通过：发现 {len(report.findings):,} 处问题。", style="red"))


def _rate(count: int, seconds: float) -> str:
    return f"{count / seconds:,.0f}" if seconds else "—"


def _line(finding: Finding, numbers: Mapping[str, str]) -> Text:
    """One finding; a table would cut it short on a narrow screen."""
    event = f"，第 {finding.seq} 条" if finding.seq else ""
    place = numbers.get(finding.place, finding.place)
    return Text(f"· {_KINDS[finding.kind]}（{place}{event}）：{finding.message}")
