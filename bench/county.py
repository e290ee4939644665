"""A county at work: whole projects on the shipped diagrams and forms, from application to released retention."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from api.composition import engine_for
from api.demo.engine_desk import EngineDesk
from api.demo.loader import prepare
from api.demo.pace import OfficeHours
from api.demo.stage import Stage
from api.demo.story import EXAMPLE_A
from api.demo.walker import Answer
from api.settings import Settings
from engine.clock import LOCAL_ZONE, ManualClock
from engine.funds.facts import FundsProjects
from engine.process_engine import ProcessEngine

_START = datetime(2026, 3, 2, 9, 5, tzinfo=LOCAL_ZONE)


def settings_of(home: Path) -> Settings:
    """A demo of its own in a folder."""
    return Settings(home=home, database_url=f"sqlite:///{home}/anlan.db", demo=True)


class County:
    """An engine with the demo's organisation, and the projects that its people carry through."""

    def __init__(self, home: Path) -> None:
        self._clock = ManualClock(_START)
        self.engine: ProcessEngine = engine_for(settings_of(home), self._clock)
        prepare(self.engine)
        self._pace = OfficeHours(self._clock, per_act=timedelta(minutes=20))
        self._stage = Stage(EngineDesk(self.engine), self._pace)

    def play(self, projects: int) -> None:
        """Every second application is sent back for correction once."""
        for number in range(projects):
            self._clock.set(_START)
            self._project(number)

    def _project(self, number: int) -> None:
        story, stage = replace(EXAMPLE_A, name=f"{EXAMPLE_A.name}（{number + 1}）"), self._stage
        sent_back = {"p4_town_review": [Answer(outcome="return_for_correction"), Answer()]} if number % 2 else {}
        project = stage.approve(story, sent_back)
        stage.advance(story, project)
        for earned in (Decimal("240000.00"), Decimal("480000.00")):
            stage.progress(story, project, earned)
        stage.settle(story, project, Decimal("470000.00"))
        self._pace.wait_until(self._warranty_end(project))
        stage.release(story, project)

    def _warranty_end(self, project: str) -> datetime:
        with self.engine.database.read() as connection:
            facts = FundsProjects().facts(connection, project)
        return datetime.combine(facts["warranty_end"], time(9, 5), LOCAL_ZONE)
