"""Loads the demonstration once: the organisation, both counties' policies, the processes, and the plan's projects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import select

from api.demo.engine_desk import EngineDesk
from api.demo.organisation import demo_organisation
from api.demo.pace import OfficeHours
from api.demo.plan import row_of
from api.demo.stage import Stage
from api.demo.story import Story
from api.resources import shipped_resources
from engine.calendar import is_working_day
from engine.clock import LOCAL_ZONE, ManualClock, local_date
from engine.commands import SYSTEM, DeployResources, PublishPolicy
from engine.model import Base, ProcessDefinition, ProcessInstance
from engine.policy.counties import demo_counties
from engine.process_engine import ProcessEngine

Report = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Application:
    """A row of the plan, how long ago its village applied, and how far it has come."""

    township: str
    contract_amount: str
    project_type: str
    days_ago: int
    #: the activity that waits now; None where the village notice runs or the project is approved
    until: str | None = None
    noticed: bool = True
    #: whether the approved project has got its advance
    advanced: bool = False

    @property
    def story(self) -> Story:
        return Story.of_plan(
            row_of(self.township),
            contract_amount=Decimal(self.contract_amount),
            project_type=self.project_type,
        )


#: the oldest first, so that numbers follow the calendar
APPLICATIONS = (
    Application(
        township="岩坦镇",
        contract_amount="486300.00",
        project_type="infra_road",
        days_ago=120,
        advanced=True,
    ),
    Application(
        township="瓯北街道",
        contract_amount="484000.00",
        project_type="beautiful_home",
        days_ago=27,
        until="p10_county_review",
    ),
    Application(
        township="碧莲镇",
        contract_amount="466000.00",
        project_type="infra_road",
        days_ago=13,
        until="p4_town_review",
    ),
    Application(
        township="桥下镇",
        contract_amount="483500.00",
        project_type="infra_road",
        days_ago=4,
        noticed=False,
    ),
    Application(
        township="三江街道",
        contract_amount="568000.00",
        project_type="farmland_water",
        days_ago=1,
        until="p2_resolution",
    ),
)


def prepare(engine: ProcessEngine) -> None:
    """Make the organisation, the counties' policies and the shipped processes known; what is known stays."""
    engine.execute(demo_organisation().registration())
    if not _any(engine, ProcessDefinition):
        for county in demo_counties():
            engine.execute(
                PublishPolicy(
                    actor=SYSTEM,
                    county_code=county.county_code,
                    effective_from=county.effective_from,
                    parameters=county.parameters,
                )
            )
    engine.execute(DeployResources(actor=SYSTEM, resources=shipped_resources(), note="随产品提供的流程"))


def is_loaded(engine: ProcessEngine) -> bool:
    """Whether there are cases already, the demo's or anybody's."""
    return _any(engine, ProcessInstance)


def load_demo(engine: ProcessEngine, report: Report = lambda text: None) -> None:
    """Play the plan's projects up to today, unless there are cases already."""
    if is_loaded(engine):
        return
    report("正在登记机构、人员和流程……")
    prepare(engine)
    for application in APPLICATIONS:
        report(f"正在办理{application.township}的申报……")
        _play(engine, application)


def _any(engine: ProcessEngine, table: type[Base]) -> bool:
    with engine.database.read() as connection:
        return connection.execute(select(table).limit(1)).first() is not None


def _play(engine: ProcessEngine, application: Application) -> None:
    now = engine.clock.now()
    clock = ManualClock(_morning(local_date(now) - timedelta(days=application.days_ago)))
    past = ProcessEngine(database=engine.database, clock=clock, tools=engine.tools)
    pace = OfficeHours(clock, limit=now)
    stage = Stage(EngineDesk(past), pace)
    walk = stage.start("project_approval", application.story)
    walk.run(application.story.approval(), until=application.until, timers=application.noticed)
    if application.advanced:
        stage.advance(application.story, stage.project_of(walk))


def _morning(day: date) -> datetime:
    """When the offices have opened on a day, or on the last working day before it."""
    while not is_working_day(day):
        day -= timedelta(days=1)
    return datetime.combine(day, time(9, 5), LOCAL_ZONE)
