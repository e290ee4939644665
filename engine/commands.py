"""What may be asked of the engine. A command is imperative and complete: executing it needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Generic, TypeVar

R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts, and for whom if under a delegation."""

    person_id: str
    on_behalf_of: str | None = None

    @property
    def principal(self) -> str:
        """The person whose positions count."""
        return self.on_behalf_of or self.person_id


#: Timers and start-up work act in the system's own name; it holds no position.
SYSTEM = Actor(person_id="system")


@dataclass(frozen=True, kw_only=True)
class Command(Generic[R]):
    """One request, carried out in one transaction."""

    #: it changes only rows that it locks and that no limit hangs on, so it need not be as if it were alone
    beside_others: ClassVar[bool] = False

    actor: Actor


@dataclass(frozen=True, kw_only=True)
class DeploymentResource:
    """A diagram (.bpmn), a decision table (.dmn) or a form (.json)."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class DeployedDefinition:
    """A process version that exists because of a deployment."""

    id: str
    key: str
    version: int
    name: str


@dataclass(frozen=True, kw_only=True)
class DeploymentResult:
    """What a deployment made; unchanged resources make nothing."""

    definitions: tuple[DeployedDefinition, ...]
    resources: tuple[str, ...]
    warnings: tuple[Any, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DeployResources(Command[DeploymentResult]):
    """Deploy diagrams, decision tables and forms together, all or none."""

    resources: tuple[DeploymentResource, ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class SaveDiagramDraft(Command[None]):
    """Keep a designer's unfinished diagram."""

    key: str
    content: bytes
    #: where it came from, when it was imported
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class StartedProcess:
    """A new case and the first tasks it opened."""

    instance_id: str
    number: str
    task_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class StartProcess(Command[StartedProcess]):
    """Start a case of a process in a region, for a project where the process belongs to one."""

    process_key: str
    #: 12-digit division code; by default where the starter holds the starting role
    region_code: str | None = None
    project_id: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    #: the id of the start event, where a process has several; its trigger is taken to have happened
    start_event: str | None = None


@dataclass(frozen=True, kw_only=True)
class ClaimTask(Command[None]):
    """Take a task out of the group's inbox."""

    task_id: str


@dataclass(frozen=True, kw_only=True)
class ReleaseTask(Command[None]):
    """Give a claimed task back to the group."""

    task_id: str


@dataclass(frozen=True, kw_only=True)
class CompletedTask:
    """The effect of one completion."""

    instance_id: str
    opened_task_ids: tuple[str, ...]
    ended: bool


@dataclass(frozen=True, kw_only=True)
class CompleteTask(Command[CompletedTask]):
    """Submit a task's form with an outcome."""

    task_id: str
    submission: Mapping[str, Any]
    outcome: str | None = None


@dataclass(frozen=True, kw_only=True)
class SaveTaskDraft(Command[None]):
    """Keep what was typed so far; nothing is validated."""

    task_id: str
    submission: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class WithdrawProcess(Command[None]):
    """The starter takes the case back (撤销) before anybody has decided it."""

    instance_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class FireTimer(Command[bool]):
    """A timer is due. False when the case no longer waits for it."""

    instance_id: str
    #: None: the first of the case that is due
    wait_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class FailTimer(Command[bool]):
    """A due timer was refused. It is an incident, and not fired again until an administrator says so."""

    instance_id: str
    wait_id: str
    code: str
    message: str


@dataclass(frozen=True, kw_only=True)
class FireStartTimer(Command[StartedProcess | None]):
    """A timer start event is due. None when it has been fired or replaced already."""

    definition_id: str
    element_id: str
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class CheckStartCondition(Command[StartedProcess | None]):
    """Look whether the condition of a start event has become true. None when it has not."""

    definition_id: str
    element_id: str


@dataclass(frozen=True, kw_only=True)
class CorrelateMessage(Command[None]):
    """Deliver a message to the case that waits for it."""

    name: str
    instance_id: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class StoreAttachment(Command["StoredAttachment"]):
    """Record an uploaded document whose bytes are already in the attachment store."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class StoredAttachment:
    """The facts a form keeps about a document."""

    id: str
    name: str
    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, kw_only=True)
class OpenedSession:
    """The two secrets a browser keeps: the session cookie and the CSRF token."""

    token: str
    csrf_token: str
    person_id: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class LogIn(Command[OpenedSession | None]):
    """Open a session with a password; None when login or password is wrong."""

    login: str
    password: str


@dataclass(frozen=True, kw_only=True)
class LogInAs(Command[OpenedSession]):
    """Open a session for a demo person without a password; refused outside demo mode."""

    person_id: str


@dataclass(frozen=True, kw_only=True)
class LogOut(Command[None]):
    """Close a session."""

    token: str


@dataclass(frozen=True, kw_only=True)
class UnitRecord:
    """An organisation unit to be known."""

    code: str
    name: str
    level: str
    parent_code: str | None = None


@dataclass(frozen=True, kw_only=True)
class PositionRecord:
    """A role held in a unit."""

    role: str
    unit_code: str
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, kw_only=True)
class PersonRecord:
    """A person to be known, with the positions held."""

    id: str
    name: str
    login: str
    password: str
    positions: tuple[PositionRecord, ...]
    #: where notifications are sent
    email: str | None = None


@dataclass(frozen=True, kw_only=True)
class RegisterOrganisation(Command[None]):
    """Make units and persons known; those that exist are left as they are."""

    units: tuple[UnitRecord, ...]
    persons: tuple[PersonRecord, ...]


@dataclass(frozen=True, kw_only=True)
class PublishPolicy(Command[str]):
    """Publish a new version of a county's policy profile; running cases keep theirs."""

    county_code: str
    effective_from: date
    parameters: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Delegate(Command[str]):
    """Let another person act for the actor between two days."""

    to_person_id: str
    valid_from: date
    valid_to: date


@dataclass(frozen=True, kw_only=True)
class MakeCheckpoint(Command[str]):
    """Sign a statement about everything the history holds now; gives it as a file to keep elsewhere."""


@dataclass(frozen=True, kw_only=True)
class ForgetAnswers(Command[int]):
    """Delete the answers to requests that nobody will repeat any more; tells how many."""
