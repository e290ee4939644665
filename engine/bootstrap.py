"""The composition root: the one place that knows every room of the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from engine.calls.commands import BACKOFF
from engine.clock import Clock, SystemClock
from engine.definitions import DefinitionCache
from engine.funds import FundsProjects, fund_connectors
from engine.history.digests import HashKind
from engine.history.signatures import Signer
from engine.jobs.embedded_queue import EmbeddedQueue
from engine.jobs.queue import JobQueue
from engine.offices.connector import VillagesByTown
from engine.offices.names import NoNames
from engine.policy.profiles import PolicyProfiles
from engine.ports import AcceptAnyForm, Connector, FormPort
from engine.process_engine import ProcessEngine
from engine.store.attachments import AttachmentStore
from engine.store.database import Database
from engine.store.migration import migrate
from engine.tracing import NoTracer, Tracer
from engine.unit_of_work import Sheets, Tools


def build_engine(
    database_url: str,
    *,
    clock: Clock | None = None,
    forms: FormPort | None = None,
    attachments: Path | None = None,
    connectors: Iterable[Connector] = (),
    demo: bool = False,
    hash: HashKind = HashKind.SHA256,
    signer: Callable[[], Signer] | None = None,
    queue: JobQueue | None = None,
    checkpoints: timedelta | None = None,
    backoff: Sequence[timedelta] = BACKOFF,
    notice_days: int | None = None,
    sheets: Sheets | None = None,
    tracer: Tracer | None = None,
) -> ProcessEngine:
    """An engine on a migrated database, with the funds ledger and the policy profiles."""
    database = _migrated(database_url)
    queue = queue or EmbeddedQueue()
    queue.prepare(database)
    known: list[Connector] = [*fund_connectors(), VillagesByTown(), *connectors]
    tools = Tools(
        forms=forms or AcceptAnyForm(),
        connectors={connector.type: connector for connector in known},
        definitions=DefinitionCache(),
        projects=FundsProjects(),
        policies=PolicyProfiles(),
        attachments=AttachmentStore(attachments) if attachments else None,
        demo=demo,
        hash=hash,
        signer=signer,
        queue=queue,
        checkpoints=checkpoints,
        backoff=backoff,
        notice_days=notice_days,
        sheets=sheets,
        tracer=tracer or NoTracer(),
    )
    return ProcessEngine(database=database, clock=clock or SystemClock(), tools=tools)


def build_library_engine(database_url: str, *, clock: Clock, connectors: Mapping[str, Connector]) -> ProcessEngine:
    """An engine that knows neither offices nor funds: diagrams, cases and a clock."""
    tools = Tools(
        forms=AcceptAnyForm(),
        connectors=connectors,
        definitions=DefinitionCache(free_names=True),
        names=NoNames(),
        offices=False,
    )
    return ProcessEngine(database=_migrated(database_url), clock=clock, tools=tools)


def _migrated(database_url: str) -> Database:
    database = Database(database_url)
    migrate(database)
    return database
