"""What the engine needs from rooms it does not know: forms, the funds ledger, the attachment store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import Connection

from engine.commands import Actor
from engine.errors import AnlanError, Refused


@dataclass(frozen=True, kw_only=True)
class FormTask:
    """All that the form port must know about the task whose form is submitted."""

    #: the pinned form; empty for a task without one
    form: bytes
    #: values the system computed
    inputs: Mapping[str, Any]
    #: field key -> edit, read or hide
    rights: Mapping[str, str]
    #: names that form rules may read: policy, region, case, project, today and the case's variables
    context: Mapping[str, Any]


class FormPort(Protocol):
    """Forms as the engine sees them: bytes that are pinned, and a check of what was submitted."""

    def keys(self) -> frozenset[str]:
        """The keys of the forms that ship with the product."""

    def find(self, key: str) -> bytes | None:
        """The shipped form of that key."""

    def check(self, content: bytes) -> str:
        """The key of a form to be deployed; raises `Invalid` when it is not a form we can render."""

    def fields(self, content: bytes) -> frozenset[str]:
        """The keys of the values a form submits."""

    def compose(self, form: bytes | None, outcomes: Mapping[str, str]) -> bytes:
        """A task's own form: the form of its key and, where it has outcomes, the common review fields."""

    def validate(
        self, task: FormTask, submission: Mapping[str, Any], attachments: Mapping[str, Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        """The values to keep. Raises `Invalid` with a Chinese message at each field."""

    def sample(self, task: FormTask, outcome: str | None, now: datetime) -> Mapping[str, Any]:
        """Plausible values that would be kept, for a dry run; raises `Invalid` where none can be found."""


class AcceptAnyForm:
    """The library's own port: there are no forms, a submission is taken as it comes."""

    def keys(self) -> frozenset[str]:
        return frozenset()

    def find(self, key: str) -> bytes | None:
        return None

    def check(self, content: bytes) -> str:
        raise Refused("这里没有表单库，不能部署表单。")

    def fields(self, content: bytes) -> frozenset[str]:
        return frozenset()

    def compose(self, form: bytes | None, outcomes: Mapping[str, str]) -> bytes:
        return form or b""

    def validate(
        self, task: FormTask, submission: Mapping[str, Any], attachments: Mapping[str, Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        return dict(submission)

    def sample(self, task: FormTask, outcome: str | None, now: datetime) -> Mapping[str, Any]:
        return {}


@dataclass(frozen=True, kw_only=True)
class CaseFacts:
    """The case a connector works for."""

    id: str
    number: str
    region: Mapping[str, Any]
    project_id: str | None
    started_at: datetime


@dataclass(frozen=True, kw_only=True)
class Work:
    """What a local connector may use: our own transaction, and nothing outside it."""

    connection: Connection
    now: datetime
    case: CaseFacts
    policy: Mapping[str, Any]
    actor: Actor
    new_id: Callable[[], str]


class LocalConnector(Protocol):
    """Does one kind of a service task's work inside the transaction of the command."""

    type: str

    def execute(self, inputs: Mapping[str, Any], work: Work) -> Mapping[str, Any]:
        """Results become process variables. Raises `Refused` when the rules forbid it."""


class ConnectorFailed(AnlanError):
    """对方系统没有办成，将自动再试。"""

    code = "connector-failed"


@dataclass(frozen=True, kw_only=True)
class Document:
    """An attachment of a case, to be sent along."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


def _no_documents(ids: Sequence[str]) -> Sequence[Document]:
    raise Refused("这里没有附件可以发送。")


@dataclass(frozen=True, kw_only=True)
class OutgoingCall:
    """What a remote connector may tell the receiver about the case it works for."""

    #: the same for all tries: the receiver's idempotency key
    id: str
    instance_id: str
    case_number: str
    element_id: str
    asked_at: datetime
    #: counted from 1
    attempt: int
    #: grows within a case; what is delivered later has a higher one
    sequence: int
    #: the case's own attachments by id; raises `Refused` for others
    documents: Callable[[Sequence[str]], Sequence[Document]] = _no_documents
    #: headers by which the receiver's trace joins ours; none where nobody traces
    trace: Mapping[str, str] = field(default_factory=dict)


class RemoteConnector(Protocol):
    """Does one kind of a service task's work outside any transaction, in a job: at least once."""

    type: str
    #: whether the case waits for the results; otherwise it goes on, and what it asks for is delivered in order
    waits: bool

    def check(self, inputs: Mapping[str, Any]) -> None:
        """Called when the work is asked for. Raises `Refused` for what can never be done."""

    def call(self, inputs: Mapping[str, Any], call: OutgoingCall) -> Mapping[str, Any]:
        """Results become process variables where the case waits for them.

        Raises `interpreter.BpmnError` when the business says no (an error event can catch it), `Refused` for what is
        hopeless (an incident at once); `ConnectorFailed`, or anything else, is tried again. Messages carry no secret:
        they are recorded.
        """


#: what may stand behind `anlan:connector`
Connector = LocalConnector | RemoteConnector


@dataclass(frozen=True, kw_only=True)
class StartBlock:
    """A reason why a process may not be started for a project now (D17)."""

    code: str
    message: str


class ProjectPort(Protocol):
    """What cases need to know about the project they belong to."""

    def facts(self, connection: Connection, project_id: str) -> Mapping[str, Any]:
        """The `project` that expressions see; raises `NotFound`."""

    def start_blocks(
        self, connection: Connection, project_id: str, process_key: str, policy: Mapping[str, Any], today: date
    ) -> Sequence[StartBlock]: ...

    def withdrawal_block(self, connection: Connection, case_id: str) -> str | None:
        """Why a case can no longer be withdrawn, or None: what it has put on record would be left half done."""

    def case_ended(self, connection: Connection, case_id: str) -> None:
        """A case is over, however it ended: what it had only proposed is void."""

    def on_record(self, connection: Connection) -> Sequence[str]:
        """The ids of all projects."""

    def serials(self, connection: Connection) -> Mapping[str, int]:
        """The numbers that were given to projects and what belongs to them: series -> the last one."""

    def books(self, connection: Connection, project_id: str, *, lock: bool = False) -> Mapping[str, str]:
        """Table -> digest of all rows about a project; `lock` keeps them as they are until the command ends."""


class PolicyPort(Protocol):
    """Finds the policy profile that is in force."""

    def pin(self, connection: Connection, county_code: str, day: date) -> str | None:
        """The id of the profile version in force, or None where the county has none."""

    def parameters(self, connection: Connection, policy_id: str | None) -> Mapping[str, Any]: ...

    def publish(
        self,
        connection: Connection,
        policy_id: str,
        county_code: str,
        effective_from: date,
        parameters: Mapping[str, Any],
    ) -> None: ...
