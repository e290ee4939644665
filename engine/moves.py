"""What may be asked of a running case beside doing its tasks: give them away, stop, go back or elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.commands import Command, CompletedTask
from engine.model import Signing


@dataclass(frozen=True, kw_only=True)
class TransferTask(Command[None]):
    """Give a task to another holder of its role in its unit (转办)."""

    task_id: str
    to_person_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class DelegateTask(Command[str]):
    """Let another person work on a task and give it back with an opinion (委派); the owner completes it."""

    task_id: str
    to_person_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ResolveTask(Command[CompletedTask]):
    """Give a delegated task back with an opinion."""

    task_id: str
    opinion: str


@dataclass(frozen=True, kw_only=True)
class AddSigner(Command[tuple[str, ...]]):
    """Ask more persons to sign a task before, beside or after its owner (加签)."""

    task_id: str
    person_ids: tuple[str, ...]
    signing: Signing
    reason: str


@dataclass(frozen=True, kw_only=True)
class RemoveSigner(Command[CompletedTask]):
    """Take an added signer's task, or a delegation, back before it is done (减签)."""

    #: the added signer's task
    task_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class SuspendProcess(Command[None]):
    """Stop a case: nobody acts, no timer fires (挂起)."""

    instance_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ResumeProcess(Command[None]):
    """Let a suspended case go on (恢复)."""

    instance_id: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class TerminateProcess(Command[None]):
    """End a case by hand, wherever it stands (终止)."""

    instance_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReturnTask(Command[CompletedTask]):
    """Send a case back from an open task to an earlier step (退回)."""

    task_id: str
    activity_id: str
    reason: str
    #: 直达: the step, once done again, leads straight back here; otherwise step by step (逐级)
    direct: bool = False


@dataclass(frozen=True, kw_only=True)
class RecallTask(Command[CompletedTask]):
    """Take one's own completed task back, as long as nobody has worked on what came of it (拿回)."""

    task_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class MoveProcess(Command[CompletedTask]):
    """Place a case on any step by hand (跳转)."""

    instance_id: str
    activity_id: str
    reason: str
    #: tasks and waits, by token or wait id, that go for it; None: all that the step's place allows
    withdraw: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class MigrateProcess(Command[CompletedTask]):
    """Let a running case go on with another version of its process (迁移)."""

    instance_id: str
    version: int
    reason: str
    #: where what is open now goes on: old element id -> new element id; None: as proposed
    mapping: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RetryIncident(Command[CompletedTask]):
    """Do again what has stopped because nothing catches its error (重试)."""

    incident_id: str
    reason: str
    #: of a call for the outside: what it is to be asked with from now on; None: as before
    inputs: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class ResolveIncident(Command[CompletedTask]):
    """Go on as if what has stopped were done (处理停滞点)."""

    incident_id: str
    reason: str
    #: what its work would have given
    values: Mapping[str, Any] = field(default_factory=dict)


#: commands that tell what they would do before they do it
Move = Command[Any]
