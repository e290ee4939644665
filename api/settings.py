"""What a deployment may set, read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from engine.calls.commands import BACKOFF, LONGEST_REST
from engine.errors import AnlanError
from engine.history.digests import HashKind
from engine.history.signatures import SignatureKind
from engine.jobs.queue import QueueKind

Choice = TypeVar("Choice", HashKind, SignatureKind, QueueKind)

_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off", ""})

_MOST_NOTICE_DAYS = 60
_DATABASES = ("sqlite:///", "postgresql+psycopg://")


class BadSetting(AnlanError):
    """环境变量的值无法使用。"""

    code = "bad-setting"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How this installation runs."""

    #: the folder for the database, the attachments and the demo's clock
    home: Path
    database_url: str
    #: demo persons can be picked without a password, and the clock can be moved ahead
    demo: bool
    host: str = "127.0.0.1"
    port: int = 8000
    #: what new events of the history are hashed with, and what checkpoints are signed with
    hash: HashKind = HashKind.SHA256
    signature: SignatureKind = SignatureKind.ED25519
    #: hours between checkpoints that the system makes by itself; 0 for none
    checkpoint_hours: int = 24
    #: working days before it is due that a task is told of; none: nobody is told anything
    notice_days: int | None = 1
    #: what a monitoring system shows to read `/metrics`; without one it is closed outside a demo
    metrics_token: str = ""
    #: log requests and warnings as JSON lines
    json_logs: bool = False
    #: tell OpenTelemetry what is done, and how long it takes
    telemetry: bool = False
    #: fire timers and do jobs inside the web process; off where `anlan worker` runs beside it
    worker: bool = True
    #: what keeps the jobs
    queue: QueueKind = QueueKind.EMBEDDED
    #: send the session cookie over HTTPS only
    secure_cookie: bool = True
    #: what connectors of service tasks may reach, a TOML file
    connectors: Path | None = None
    #: how long a call for the outside that went wrong rests before each further try
    backoff: tuple[timedelta, ...] = BACKOFF

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read the ANLAN_ variables. Without a database of its own an installation is a demo, unless told otherwise."""
        home = Path(environment.get("ANLAN_HOME") or "var")
        database_url = environment.get("ANLAN_DATABASE_URL") or f"sqlite:///{home / 'anlan.db'}"
        if not database_url.startswith(_DATABASES):
            starts = " 或 ".join(_DATABASES)
            raise BadSetting(f"环境变量 ANLAN_DATABASE_URL 应以 {starts} 开头。", name="ANLAN_DATABASE_URL")
        demo = _flag(environment, "ANLAN_DEMO", default="ANLAN_DATABASE_URL" not in environment)
        connectors = environment.get("ANLAN_CONNECTORS")
        return cls(
            home=home,
            database_url=database_url,
            demo=demo,
            host=environment.get("ANLAN_HOST") or "127.0.0.1",
            queue=_queue(environment, database_url, demo),
            hash=_choice(environment, "ANLAN_HASH", HashKind.SHA256),
            signature=_choice(environment, "ANLAN_SIGNATURE", SignatureKind.ED25519),
            checkpoint_hours=_hours(environment.get("ANLAN_CHECKPOINT_HOURS") or "24"),
            notice_days=_notice_days(environment.get("ANLAN_NOTICE_DAYS") or "1"),
            port=_port(environment.get("ANLAN_PORT") or "8000"),
            metrics_token=environment.get("ANLAN_METRICS_TOKEN") or "",
            json_logs=_flag(environment, "ANLAN_JSON_LOGS", default=False),
            telemetry=_flag(environment, "ANLAN_OTEL", default=_names_collector(environment)),
            worker=_flag(environment, "ANLAN_WORKER", default=True),
            secure_cookie=_flag(environment, "ANLAN_SECURE_COOKIE", default=not demo),
            connectors=Path(connectors) if connectors else None,
            backoff=_backoff(environment),
        )

    @property
    def checkpoint_key(self) -> Path:
        """The private key of checkpoints; it is made when it is first needed."""
        return self.home / "checkpoint-key"

    @property
    def checkpoint_interval(self) -> timedelta | None:
        """How often the system makes a checkpoint by itself; None for never."""
        return timedelta(hours=self.checkpoint_hours) if self.checkpoint_hours else None

    @property
    def kept_files(self) -> tuple[Path, ...]:
        """What a backup takes along beside the database and the documents."""
        return (self.checkpoint_key, self.demo_clock)

    @property
    def demo_clock(self) -> Path:
        """How far a demo's clock was moved ahead."""
        return self.home / "demo-clock"

    @property
    def attachments(self) -> Path:
        """Where uploaded documents are kept."""
        return self.home / "attachments"


def _names_collector(environment: Mapping[str, str]) -> bool:
    names = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    return any(environment.get(name) for name in names)


def names_set(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Which settings this installation has; their values may be secret."""
    return sorted(name for name in environment if name.startswith(("ANLAN_", "OTEL_")))


def _backoff(environment: Mapping[str, str]) -> tuple[timedelta, ...]:
    text = environment.get("ANLAN_CALL_BACKOFF")
    if not text:
        return BACKOFF
    try:
        rests = tuple(timedelta(seconds=int(part)) for part in text.split(","))
    except (ValueError, OverflowError):
        rests = (timedelta(-1),)
    if any(not timedelta() < rest <= LONGEST_REST for rest in rests):
        message = f"环境变量 ANLAN_CALL_BACKOFF 应为逗号隔开的秒数，如 5,30,120，每个最多 30 天，现在是“{text}”。"
        raise BadSetting(message, name="ANLAN_CALL_BACKOFF")
    return rests


def _flag(environment: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = environment.get(name)
    if text is None:
        return default
    if text.lower() in _YES | _NO:
        return text.lower() in _YES
    raise BadSetting(f"环境变量 {name} 应为 1 或 0，现在是“{text}”。", name=name)


def _choice(environment: Mapping[str, str], name: str, default: Choice) -> Choice:
    text = (environment.get(name) or default.value).lower()
    try:
        return type(default)(text)
    except ValueError as error:
        known = " 或 ".join(kind.value for kind in type(default))
        raise BadSetting(f"环境变量 {name} 应为 {known}，现在是“{text}”。", name=name) from error


def _queue(environment: Mapping[str, str], database_url: str, demo: bool) -> QueueKind:
    """Procrastinate on PostgreSQL; it goes by the database's clock, which a demo's is ahead of."""
    possible = database_url.startswith("postgresql") and not demo
    chosen = _choice(environment, "ANLAN_QUEUE", QueueKind.PROCRASTINATE if possible else QueueKind.EMBEDDED)
    if chosen is QueueKind.PROCRASTINATE and not possible:
        raise BadSetting("ANLAN_QUEUE=procrastinate 只能用于 PostgreSQL，且不能用于演示环境。", name="ANLAN_QUEUE")
    return chosen


def _hours(text: str) -> int:
    if text.isdecimal() and len(text) < 5:
        return int(text)
    raise BadSetting(f"环境变量 ANLAN_CHECKPOINT_HOURS 应为小时数，现在是“{text}”。", name="ANLAN_CHECKPOINT_HOURS")


def _notice_days(text: str) -> int | None:
    if text.lower() == "off":
        return None
    if text.isdecimal() and len(text) < 4 and int(text) <= _MOST_NOTICE_DAYS:
        return int(text)
    message = f"环境变量 ANLAN_NOTICE_DAYS 应为 0 到 {_MOST_NOTICE_DAYS} 的工作日数，或者 off，现在是“{text[:20]}”。"
    raise BadSetting(message, name="ANLAN_NOTICE_DAYS")


def _port(text: str) -> int:
    if text.isdecimal() and len(text) < 6 and int(text) < 65536:
        return int(text)
    raise BadSetting(f"环境变量 ANLAN_PORT 应为 0 到 65535 的整数，现在是“{text}”。", name="ANLAN_PORT")
