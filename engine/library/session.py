"""The library session: a program deploys diagrams, starts cases, completes tasks, and owns the clock."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any

from engine.bootstrap import build_library_engine
from engine.calls.commands import AnswerCall, RefuseCall
from engine.clock import ManualClock
from engine.commands import (
    SYSTEM,
    CompleteTask,
    CorrelateMessage,
    DeployResources,
    FailTimer,
    FireStartTimer,
    FireTimer,
    StartProcess,
)
from engine.errors import AnlanError, Conflict, Refused
from engine.history.replay import Replay, replay
from engine.library import arguments, reads
from engine.library.connectors import Connectors, Handler
from engine.library.reads import DueTimer
from engine.library.resources import process_keys, resource
from engine.library.views import CaseState, OpenTask, PassedElement, WaitingCall, WaitingEvent
from engine.messaging.messages import BroadcastSignal, PublishMessage
from engine.ports import LocalConnector
from engine.queries.history import HistoryItem


class Session:
    """An engine of one's own on a database URL. Every act is carried out completely, or refused and changes nothing."""

    def __init__(
        self,
        url: str = "sqlite://",
        *,
        now: datetime | None = None,
        connectors: Mapping[str, Handler | LocalConnector] | None = None,
        default_connector: Handler | None = None,
    ) -> None:
        known = Connectors(connectors, default_connector)
        self.clock = ManualClock(arguments.instant(now or datetime.now(UTC), "now"))
        self.engine = build_library_engine(url, clock=self.clock, connectors=known)
        if now is None:
            self._catch_up()

    def _catch_up(self) -> None:
        """What an earlier session did at a later time must not lie in the future of this one."""
        with self.engine.database.read() as connection:
            newest = reads.newest_instant(connection)
        self.clock.set(max(self.clock.now(), newest or self.clock.now()))

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self.engine.database.dispose()

    def deploy(self, *contents: bytes) -> tuple[str, ...]:
        """Deploy diagrams and decision models together, all or none; gives the keys of the processes."""
        resources = tuple(resource(content, number) for number, content in enumerate(contents, 1))
        self.engine.execute(DeployResources(actor=SYSTEM, resources=resources))
        return process_keys(resources)

    def start(self, process_key: str, variables: Mapping[str, Any] | None = None, *, at: str | None = None) -> str:
        """Start a case of the newest version, at one of its start events if that is named, and give its id."""
        command = StartProcess(
            actor=SYSTEM,
            process_key=arguments.text(process_key, "process_key"),
            variables=arguments.variables(variables),
            start_event=at,
        )
        return self.engine.execute(command).instance_id

    def cases(self, process_key: str | None = None) -> tuple[str, ...]:
        """The ids of all cases, or those of a process, in the order in which they were started."""
        with self.engine.database.read() as connection:
            return reads.case_ids(connection, process_key)

    def tasks(self, case_id: str | None = None) -> tuple[OpenTask, ...]:
        """The open tasks of a case, or of all cases, the oldest first."""
        with self.engine.database.read() as connection:
            found = reads.open_tasks(connection, self.engine.tools.definitions, case_id)
            return found or reads.nothing_in(connection, case_id)

    def complete(self, task_id: str, variables: Mapping[str, Any] | None = None, *, outcome: str | None = None) -> None:
        """Complete an open task; a task that is done or withdrawn is refused."""
        command = CompleteTask(
            actor=SYSTEM,
            task_id=arguments.text(task_id, "task_id"),
            submission=arguments.variables(variables),
            outcome=outcome,
        )
        self.engine.execute(command)

    def calls(self, case_id: str | None = None) -> tuple[WaitingCall, ...]:
        """The work that service tasks with a connector `external.<topic>` have asked for and wait for."""
        with self.engine.database.read() as connection:
            return reads.calls(connection, case_id) or reads.nothing_in(connection, case_id)

    def answer(self, call_id: str, results: Mapping[str, Any] | None = None) -> bool:
        """Give the results of such work; False when nobody waits for them any more."""
        given = arguments.variables(results, "results")
        return self.engine.execute(AnswerCall(actor=SYSTEM, call_id=arguments.text(call_id, "call_id"), results=given))

    def refuse(self, call_id: str, code: str, message: str = "") -> bool:
        """Say no to such work, with the code of an error that the diagram may catch."""
        code = arguments.text(code, "code")
        return self.engine.execute(RefuseCall(actor=SYSTEM, call_id=call_id, code=code, message=message))

    def send_message(
        self,
        name: str,
        values: Mapping[str, Any] | None = None,
        *,
        correlation: Any = None,
        case_id: str | None = None,
        keep_for: timedelta = timedelta(),
    ) -> str:
        """Bring a message to the one case that waits for it, or start the process that it starts; gives the case's id.

        `correlation` tells cases that wait for the same message apart; `case_id` names the case outright. A message
        that nobody waits for is refused, unless it may be kept for a while.
        """
        name, given = arguments.text(name, "name"), arguments.variables(values, "values")
        if case_id is not None:
            self.engine.execute(CorrelateMessage(actor=SYSTEM, name=name, instance_id=case_id, values=given))
            return case_id
        command = PublishMessage(
            actor=SYSTEM,
            name=name,
            values=given,
            correlation=arguments.value(correlation, "correlation"),
            keep_for=arguments.duration(keep_for, "keep_for"),
        )
        delivery = self.engine.execute(command)
        if delivery.instance_id is None and not delivery.kept:
            raise Conflict(f"没有办件在等待消息“{name}”，也没有流程由它启动。", name=name)
        return delivery.instance_id or ""

    def send_signal(self, name: str, values: Mapping[str, Any] | None = None) -> tuple[str, ...]:
        """Tell a signal to every case that waits for it and start every process that it starts; gives their ids."""
        command = BroadcastSignal(
            actor=SYSTEM, name=arguments.text(name, "name"), values=arguments.variables(values, "values")
        )
        return self.engine.execute(command)

    def advance(self, by: timedelta) -> int:
        """Let time pass, and every timer fire that becomes due meanwhile; gives how many have fired."""
        return self.move_clock(self.clock.now() + arguments.duration(by, "by"))

    def move_clock(self, to: datetime) -> int:
        """Let time pass up to an instant; timers fire one by one, in order of due time, each at its own instant."""
        end = arguments.instant(to, "to")
        if end < self.clock.now():
            raise Refused("时钟只能向前走。", now=self.clock.now(), to=end)
        fired, refused = 0, dict[FireTimer | FireStartTimer, AnlanError]()
        while (timer := self._next_timer(end, refused)) is not None:
            self.clock.set(max(timer.due_at, self.clock.now()))
            try:
                fired += self._fire(timer.command)
            except Refused as error:
                if not self._stopped(timer.command, error):
                    refused[timer.command] = error
            except AnlanError as error:
                # The other timers must not wait for a case that cannot go on.
                refused[timer.command] = error
        self.clock.set(end)
        if refused:
            raise next(iter(refused.values()))
        return fired

    def _fire(self, command: FireTimer | FireStartTimer) -> bool:
        if isinstance(command, FireTimer):
            return self.engine.execute(command)
        return self.engine.execute(command) is not None

    def _stopped(self, command: FireTimer | FireStartTimer, error: Refused) -> bool:
        """A case that cannot go on after a timer has stopped there; `state` tells of the incident."""
        if isinstance(command, FireStartTimer) or command.wait_id is None:
            return False
        told = {"code": error.code, "message": error.message}
        return self.engine.execute(
            FailTimer(actor=SYSTEM, instance_id=command.instance_id, wait_id=command.wait_id, **told)
        )

    def _next_timer(self, end: datetime, refused: Collection[FireTimer | FireStartTimer]) -> DueTimer | None:
        with self.engine.database.read() as connection:
            return reads.next_timer(connection, end, refused)

    def waits(self, case_id: str | None = None) -> tuple[WaitingEvent, ...]:
        """The timers, messages and signals that a case, or any case, waits for."""
        with self.engine.database.read() as connection:
            return reads.waits(connection, case_id) or reads.nothing_in(connection, case_id)

    def state(self, case_id: str) -> CaseState:
        """Where a case stands, and where it ended."""
        with self.engine.database.read() as connection:
            return reads.state_of(connection, arguments.text(case_id, "case_id"))

    def variables(self, case_id: str) -> dict[str, Any]:
        """The variables of the case itself."""
        with self.engine.database.read() as connection:
            return reads.variables(connection, arguments.text(case_id, "case_id"))

    def history(self, case_id: str) -> tuple[PassedElement, ...]:
        """The elements that tokens have passed, in order, each with its instant."""
        with self.engine.database.read() as connection:
            return reads.trail(connection, arguments.text(case_id, "case_id"))

    def events(self, case_id: str) -> tuple[HistoryItem, ...]:
        """The case's full history: one event for every act, with all that went in and came of it."""
        with self.engine.database.read() as connection:
            return reads.events(connection, arguments.text(case_id, "case_id"))

    def replay(self, case_id: str) -> Replay:
        """Execute a case's history again; `difference` is None when every step came to the recorded state."""
        with self.engine.database.read() as connection:
            tools = self.engine.tools
            return replay(connection, tools.definitions, arguments.text(case_id, "case_id"), tools.forms)
