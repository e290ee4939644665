"""Puts engine, forms and settings together, for the web application and for the command line alike."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial

from sqlalchemy import Connection

from api.demo_clock import DemoClock
from api.settings import BadSetting, Settings
from engine.bootstrap import build_engine
from engine.clock import Clock
from engine.connectors import configuration
from engine.definitions import DefinitionCache
from engine.history.signatures import signer_at
from engine.jobs.embedded_queue import EmbeddedQueue
from engine.jobs.queue import JobQueue, QueueKind
from engine.ports import RemoteConnector
from engine.process_engine import ProcessEngine
from engine.tracing import NoTracer, Tracer
from forms.port import FormLibrary


def engine_for(settings: Settings, clock: Clock | None = None) -> ProcessEngine:
    """The engine of this installation, on a migrated database."""
    return build_engine(
        settings.database_url,
        clock=clock or (DemoClock(settings.demo_clock) if settings.demo else None),
        forms=FormLibrary(),
        attachments=settings.attachments,
        connectors=connectors_for(settings),
        demo=settings.demo,
        hash=settings.hash,
        checkpoints=settings.checkpoint_interval,
        backoff=settings.backoff,
        queue=queue_for(settings),
        notice_days=settings.notice_days,
        sheets=sheet_of,
        tracer=tracer_for(settings),
        signer=partial(signer_at, settings.checkpoint_key, settings.signature),
    )


def sheet_of(connection: Connection, definitions: DefinitionCache, case_id: str) -> tuple[str, bytes]:
    """The sheet of a case; what draws it is large, and loaded when the first is asked for."""
    from api.bundling import sheet_of

    return sheet_of(connection, definitions, case_id)


def queue_for(settings: Settings) -> JobQueue:
    """What keeps the jobs of this installation."""
    if settings.demo or settings.queue is QueueKind.EMBEDDED:
        return EmbeddedQueue()
    try:
        from engine.jobs.procrastinate_queue import ProcrastinateQueue
    except ModuleNotFoundError as error:
        raise BadSetting(
            "没有安装 Procrastinate：请用 pip install 'anlan[postgres]' 安装，或者设置 ANLAN_QUEUE=embedded。",
            name="ANLAN_QUEUE",
        ) from error
    return ProcrastinateQueue()


def tracer_for(settings: Settings) -> Tracer:
    """Tells OpenTelemetry, where it is configured; otherwise none of it is loaded."""
    if not settings.telemetry:
        return NoTracer()
    try:
        from api.monitoring.tracing import exporting_tracer
    except ModuleNotFoundError as error:
        raise BadSetting(
            "没有安装 OpenTelemetry：请用 pip install 'anlan[otel]' 安装，或者设置 ANLAN_OTEL=0。", name="ANLAN_OTEL"
        ) from error
    return exporting_tracer()


def connectors_for(settings: Settings, environment: Mapping[str, str] = os.environ) -> tuple[RemoteConnector, ...]:
    """The connectors that reach other systems; without settings they refuse everything."""
    if settings.connectors is None:
        return configuration.Configuration().connectors()
    return configuration.read(settings.connectors, environment).connectors()
