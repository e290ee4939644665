"""How fast a history is proved: chains, replay with forms and decisions, every row, books; steps a second."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter, process_time

from county import County, settings_of
from databases import Setting
from office import Office

from api.composition import engine_for
from engine.history.crew import common_view, crew_of
from engine.history.verification import Report, verify
from engine.process_engine import ProcessEngine


@dataclass(frozen=True, kw_only=True)
class Speed:
    """Of one verification of everything."""

    cases: int
    steps: int
    #: by the processor's time, of one process that has everything compiled
    alone: float
    #: by the clock, of as many processes as there are processors, their start not counted; 0 where not measured
    together: float = 0


def of_projects(home: Path, projects: int) -> Speed:
    """Real diagrams, forms, decision tables and money."""
    County(home).play(projects)
    engine = engine_for(settings_of(home))
    alone, report = _alone(engine)
    recipe = partial(engine_for, settings_of(home))
    with crew_of(recipe, os.cpu_count() or 1) as crew, common_view(engine, crew) as connection:
        began = perf_counter()
        verify(connection, engine.tools, checker=crew)
        together = report.steps / (perf_counter() - began)
    engine.database.dispose()
    return Speed(cases=report.cases, steps=report.steps, alone=alone, together=together)


def of_rejections(setting: Setting, cases: int, rounds: int) -> Speed:
    """The loop of the other measurements: no forms, short histories."""
    setting.create("verified")
    office = Office.build(setting.open("verified")).furnish()
    office.play(office.start(cases), rounds)
    alone, report = _alone(office.engine)
    office.engine.database.dispose()
    return Speed(cases=report.cases, steps=report.steps, alone=alone)


def _alone(engine: ProcessEngine) -> tuple[float, Report]:
    """The best of three: the first compiles what the cases are pinned to."""
    best = 0.0
    for _ in range(3):
        with engine.database.read() as connection:
            began = process_time()
            report = verify(connection, engine.tools)
            best = max(best, report.steps / (process_time() - began))
    assert report.sound, report.findings[0]
    return best, report
