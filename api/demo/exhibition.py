"""`anlan demo --walk`: worked example A of the specification, from the application to the released retention."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from api.composition import engine_for
from api.demo.engine_desk import EngineDesk
from api.demo.loader import prepare
from api.demo.pace import OfficeHours
from api.demo.stage import Stage
from api.demo.story import EXAMPLE_A
from api.demo.walker import Done
from api.settings import Settings
from engine.clock import LOCAL_ZONE, ManualClock
from engine.errors import AnlanError
from engine.funds.facts import FundsProjects
from engine.funds.queries import project_view
from engine.funds.views import ProjectView
from engine.history.verification import verify
from engine.process_engine import ProcessEngine

#: cumulative value of the work at each progress request, and what the audit left of it
EARNED = (Decimal("240000.00"), Decimal("384000.00"), Decimal("480000.00"))
AUDITED = Decimal("470000.00")
_START = datetime(2026, 3, 2, 9, 5, tzinfo=LOCAL_ZONE)


class Acts:
    """One line of the progress display for every process, counted in steps."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._line: TaskID | None = None

    def begin(self, title: str) -> None:
        self.end()
        self._line = self._progress.add_task(title, total=None)

    def end(self) -> None:
        if self._line is not None:
            done = self._progress.tasks[self._line].completed
            self._progress.update(self._line, total=done)

    def step(self) -> None:
        if self._line is not None:
            self._progress.advance(self._line)


class CountedHours(OfficeHours):
    """Office hours that tell the display when a step is done."""

    def __init__(self, clock: ManualClock, acts: Acts) -> None:
        super().__init__(clock, per_act=timedelta(hours=3))
        self._acts = acts

    def after(self, done: Done) -> None:
        super().after(done)
        self._acts.step()


def exhibit(console: Console) -> ProjectView:
    """Walk the example through a database that is thrown away, and print every payment."""
    with TemporaryDirectory(prefix="anlan-") as folder:
        view = _walk(Path(folder), console)
    console.print(payments_table(view))
    console.print(totals_table(view))
    return view


def _walk(home: Path, console: Console) -> ProjectView:
    clock = ManualClock(_START)
    engine = engine_for(Settings(home=home, database_url=f"sqlite:///{home}/anlan.db", demo=True), clock)
    try:
        with Progress(*_columns(), console=console) as progress:
            acts = Acts(progress)
            acts.begin("登记机构、人员和流程")
            prepare(engine)
            project_id = _play(acts, engine, clock)
            acts.begin("重放全部历史")
            _verify(acts, engine)
            acts.end()
        with engine.database.read() as connection:
            return project_view(connection, project_id, {EXAMPLE_A.village_code})
    finally:
        engine.database.dispose()


def _verify(acts: Acts, engine: ProcessEngine) -> None:
    """What was walked is executed again and must come to the same."""
    with engine.database.read() as connection:
        report = verify(connection, engine.tools, progress=lambda stage, *_: acts.step())
    if not report.sound:
        raise AnlanError(f"重放的结果与记录不同：{report.findings[0].message}")


def _columns() -> tuple[ProgressColumn, ...]:
    return TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:.0f} 步"), TimeElapsedColumn()


def _play(acts: Acts, engine: ProcessEngine, clock: ManualClock) -> str:
    pace = CountedHours(clock, acts)
    stage, story = Stage(EngineDesk(engine), pace), EXAMPLE_A
    acts.begin("项目申报与核准、网上报备")
    project_id = stage.approve(story)
    acts.begin("预拨资金")
    stage.advance(story, project_id)
    for number, earned in enumerate(EARNED, 1):
        acts.begin(f"进度报账第 {number} 次，累计产值 {earned:,.2f} 元")
        stage.progress(story, project_id, earned)
    acts.begin(f"完工验收与结算，审定 {AUDITED:,.2f} 元")
    stage.settle(story, project_id, AUDITED)
    acts.begin("质保期满，释放质保金")
    pace.wait_until(_warranty_end(engine, project_id))
    stage.release(story, project_id)
    return project_id


def _warranty_end(engine: ProcessEngine, project_id: str) -> datetime:
    with engine.database.read() as connection:
        facts = FundsProjects().facts(connection, project_id)
    return datetime.combine(facts["warranty_end"], time(9, 5), LOCAL_ZONE)


def payments_table(view: ProjectView) -> Table:
    """Every payment with the sum so far."""
    table = Table(title=f"{view.facts['name']}（{view.facts['number']}）的全部支付")
    for heading in ("支付单号", "阶段", "支付日期"):
        table.add_column(heading)
    table.add_column("本次支付（元）", justify="right")
    table.add_column("累计已付（元）", justify="right")
    total = Decimal(0)
    for payment in view.payments:
        total += payment.amount
        paid_on = payment.paid_on.isoformat() if payment.paid_on else ""
        table.add_row(payment.number, payment.kind_label, paid_on, f"{payment.amount:,.2f}", f"{total:,.2f}")
    return table


def totals_table(view: ProjectView) -> Table:
    """Where the money stands at the end."""
    money = view.money
    table = Table("合计", title="资金合计（元）")
    table.add_column("金额", justify="right")
    for label, amount in (
        ("批复扶持额", money.approved),
        ("合同额", money.contract),
        ("应付上限", money.ceiling),
        ("已付", money.paid),
        ("未释放的质保金", money.retention_held),
        ("还可支付", money.available),
    ):
        table.add_row(label, "" if amount is None else f"{amount:,.2f}")
    return table
