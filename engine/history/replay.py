"""Replay: the recorded inputs, executed again on what the case was pinned to, must give the recorded outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import orjson
from sqlalchemy import Connection, select
from sqlalchemy.exc import NoResultFound

from engine import values
from engine.calendar import knowing
from engine.definitions import DefinitionCache, PinnedBundle
from engine.dmn import DecisionError
from engine.errors import AnlanError
from engine.feel import FeelError
from engine.history.changes import changes
from engine.history.event import Event
from engine.history.facts import CHANGING
from engine.history.outcome import moves_of, state_digest
from engine.history.redo import Again, redo
from engine.history.replay_services import ReplayServices
from engine.history.submissions import CHECKED, form_difference
from engine.interpreter import BpmnError, OpenedTask, State, Step, variables_of
from engine.model import HistoryEvent
from engine.ports import FormPort

_NOTHING = State(tokens=b"", variables=b"")
#: what a forged or incomplete input can make of a command
_REFUSALS = (AnlanError, BpmnError, FeelError, DecisionError)
_GARBAGE = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, NoResultFound)
_WORDS = {
    "trail": "经过的路径",
    "closed": "关闭的待办",
    "waits": "等待的事件",
    "thrown": "发出的消息",
    "ended": "是否办结",
    "opened": "打开的待办",
    "changes": "字段的变化",
    "incidents": "停滞点",
    "undone": "要重做的环节",
    "effects": "不能收回的事项",
    "asked": "请外部办理的事项",
}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """The first step at which a replay came to something else."""

    seq: int
    type: str
    #: a part of the outcome such as trail or state, or `input` when it could not be executed at all
    part: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """One event, and the case as the replay left it."""

    event: Event
    state: State
    #: None where the event moved no token
    step: Step | None = None
    difference: Difference | None = None
    #: what it was executed with; None where it could not be
    again: Again | None = None
    #: whose holidays were published then
    years: Sequence[int] | None = None


@dataclass(frozen=True, kw_only=True)
class Replay:
    """The result for one case."""

    steps: int
    state: State
    difference: Difference | None


def replay(connection: Connection, definitions: DefinitionCache, case_id: str, forms: FormPort | None = None) -> Replay:
    """Execute a case's history again up to its end, or to the first step that differs.

    With `forms`, what was filled in is put into the pinned forms again as well.
    """
    return replay_events(connection, definitions, events_of(connection, case_id), forms)


def replay_events(
    connection: Connection, definitions: DefinitionCache, events: Iterable[Event], forms: FormPort | None = None
) -> Replay:
    """The same for a history that has been read already."""
    steps, last = 0, None
    for last in replaying(connection, definitions, events, forms):
        steps += last.step is not None
    return Replay(steps=steps, state=last.state if last else _NOTHING, difference=last.difference if last else None)


def events_of(connection: Connection, stream: str) -> Iterator[Event]:
    """The events of a stream, in order, from their stored bytes."""
    statement = select(HistoryEvent.payload).where(HistoryEvent.stream == stream).order_by(HistoryEvent.seq)
    return (Event(payload) for payload in connection.scalars(statement))


def replaying(
    connection: Connection, definitions: DefinitionCache, events: Iterable[Event], forms: FormPort | None = None
) -> Iterator[Replayed]:
    """Step by step; ends after the first difference."""
    stage = _Stage(connection, definitions, forms)
    for event in events:
        replayed = stage.play(event)
        yield replayed
        if replayed.difference is not None:
            return


class _Stage:
    """What carries over from one event to the next."""

    def __init__(self, connection: Connection, definitions: DefinitionCache, forms: FormPort | None) -> None:
        self._connection = connection
        self._definitions = definitions
        self._forms = forms
        #: whose holidays were published
        self._years: list[int] | None = None
        #: open tasks by token
        self._tasks: dict[str, OpenedTask] = {}
        self._bundle: PinnedBundle | None = None
        self._facts: dict[str, Any] = {}
        self._state = _NOTHING

    def play(self, event: Event) -> Replayed:
        outcome = event.content["outcome"]
        try:
            again = self._again(event)
            with knowing(self._years):
                wrong = self._form_difference(again)
                step = self._redone(again) if wrong is None and "state" in outcome else None
        except _REFUSALS as error:
            return self._differs(event, "input", f"记录的操作不能再次执行：{error}")
        except _GARBAGE as error:
            return self._differs(event, "input", f"记录的内容不完整或不合格式：{error!r}")
        if wrong is not None:
            return self._differs(event, "form", wrong)
        if step is None:
            return Replayed(event=event, state=self._state, again=again, years=self._years)
        found = _first_difference(outcome, self._state, step)
        self._state = step.state
        for closed in step.closed:
            self._tasks.pop(closed.token_id, None)
        self._tasks |= {task.token_id: task for task in step.opened}
        if found is not None:
            return self._differs(event, *found, step)
        return Replayed(event=event, state=step.state, step=step, again=again, years=self._years)

    def _differs(self, event: Event, part: str, message: str, step: Step | None = None) -> Replayed:
        header = event.header
        difference = Difference(seq=header.seq, type=header.type, part=part, message=message)
        return Replayed(event=event, state=self._state, step=step, difference=difference)

    def _again(self, event: Event) -> Again:
        self._learn(event)
        before = self._bundle
        if "bundle" in event.content["input"]:
            self._bundle = self._definitions.bundle(self._connection, event.input["bundle"])
        if self._bundle is None:
            raise NotReplayable
        services = ReplayServices(self._connection, self._definitions, self._bundle, event, self._facts)
        return Again(
            event=event, bundle=self._bundle, before=before or self._bundle, state=self._state, services=services
        )

    def _redone(self, again: Again) -> Step:
        step = redo(again)
        if step is None:
            raise NotReplayable(f"不知道如何重放“{again.event.header.type}”。")
        again.services.ensure_all_answered()
        return step

    def _form_difference(self, again: Again) -> str | None:
        """Whether the form was the pinned one, and accepts again what was filled in."""
        told = again.event.content
        if told["type"] not in CHECKED or self._forms is None:
            return None
        task = self._tasks[told["input"]["token"]]
        digest = told["input"]["form"]
        if digest != again.bundle.forms.get(task.activity_id):
            return "所用的表单不是固定版本里的表单。"
        content = self._definitions.blob(self._connection, digest) if digest else b""
        return form_difference(self._forms, content, again, task)

    def _learn(self, event: Event) -> None:
        """The facts as they were from this event on."""
        told = event.content["input"]
        if not told.keys() & {"policy", "case", "facts"}:
            return
        told = event.input
        if "policy" in told:
            self._facts["policy"] = self._definitions.value(self._connection, told["policy"])
        if "case" in told:
            self._facts["case"] = told["case"]
        if "facts" in told:
            self._facts |= {name: told["facts"][name] for name in CHANGING}
            self._years = [int(year) for year in told["facts"]["calendar"]] if "calendar" in told["facts"] else None


class NotReplayable(AnlanError):
    """这个办件的历史早于防篡改链，没有重放所需的内容。"""

    code = "not-replayable"


def _first_difference(outcome: Mapping[str, Any], before: State, step: Step) -> tuple[str, str] | None:
    """Which part of the recorded outcome the step does not give again, and how it differs."""
    same_state = outcome["state"] == state_digest(step.state)
    recorded = {**outcome, "opened": [[it["activity"], it["token"]] for it in outcome["opened"]]}
    told = _told(step)
    known = {part: recorded.get(part) for part in told}
    if same_state and values.dumps(told) == orjson.dumps(known, option=orjson.OPT_SORT_KEYS):
        return None
    for part, value in _again_as_json(before, step, with_changes=not same_state).items():
        if recorded.get(part) != value:
            return part, f"{_WORDS[part]}与记录不一致：{_contrast(recorded.get(part), value)}"
    return None if same_state else ("state", "办件的状态与记录不一致。")


def _again_as_json(before: State, step: Step, *, with_changes: bool) -> dict[str, Any]:
    told = _told(step)
    if with_changes:
        told["changes"] = changes(variables_of(before) if before.tokens else {}, step.variables)
    content: dict[str, Any] = orjson.loads(values.dumps(told))
    return content


def _told(step: Step) -> dict[str, Any]:
    return {**moves_of(step), "opened": [[task.activity_id, task.token_id] for task in step.opened]}


def _contrast(recorded: Any, found: Any) -> str:
    """The two sides; of lists, their first entries that differ."""
    if isinstance(recorded, list) and isinstance(found, list):
        pairs = zip_longest(recorded, found)
        recorded, found = next((one, other) for one, other in pairs if one != other)
    return f"记录为 {_short(recorded)}，重放得到 {_short(found)}。"


def _short(value: object) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= 300 else text[:300] + "……"
