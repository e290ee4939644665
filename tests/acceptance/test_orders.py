"""People act in whatever order they like; the money does not depend on it."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.demo.engine_desk import EngineDesk
from api.demo.pace import OfficeHours
from api.demo.stage import Stage
from api.demo.story import EXAMPLE_A
from api.settings import Settings
from engine.clock import ManualClock
from engine.funds.queries import project_view


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_parallel_steps_in_any_order_pay_the_same(reach: Any, data: st.DataObject) -> None:
    from api.composition import engine_for

    milestone = reach("approved")
    with TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(milestone.home, home)
        clock = ManualClock(milestone.reached_at)
        engine = engine_for(Settings(home=home, database_url=f"sqlite:///{home}/anlan.db", demo=True), clock)
        stage = Stage(EngineDesk(engine, first_serial=9000), OfficeHours(clock))
        walk = stage.start("advance_payment", EXAMPLE_A, milestone.project_id)
        while tasks := walk.open_tasks():
            walk.complete_task(data.draw(st.sampled_from(sorted(tasks, key=lambda task: (task.activity_id, task.id)))))
        with engine.database.read() as connection:
            money = project_view(connection, milestone.project_id, {"33"}).money
        engine.database.dispose()

    assert money.paid == Decimal("144000.00")
    assert money.in_flight == 0
