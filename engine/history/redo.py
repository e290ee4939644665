"""How each type of event is done again: from the recorded input to the interpreter call that the handler made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine import interpreter
from engine.definitions import PinnedBundle
from engine.history.event import Event
from engine.history.replay_services import ReplayServices
from engine.interpreter import Specification, State, Step, moves


@dataclass(frozen=True, kw_only=True)
class Again:
    """One recorded command on the state that the replay has come to."""

    event: Event
    bundle: PinnedBundle
    #: of the version before, when the event is a migration
    before: PinnedBundle
    state: State
    services: ReplayServices

    @property
    def input(self) -> Mapping[str, Any]:
        return self.event.input

    @property
    def specification(self) -> Specification:
        return self.bundle.specification


def redo(again: Again) -> Step | None:
    """The step of an event, or None where its type moves no token or is not known."""
    function = _REDO.get(again.event.header.type)
    return function(again) if function else None


def _start(again: Again) -> Step:
    return interpreter.start(again.specification, again.input["variables"], again.services, at=again.input.get("at"))


def _complete(again: Again) -> Step:
    return _submit(again, again.input["values"], again.input["outcome"])


def _complete_kept(again: Again) -> Step:
    """The last added signer is done or gone: the token goes with what its owner had submitted."""
    kept = again.input["kept"]
    return _submit(again, kept["values"], kept["outcome"])


def _submit(again: Again, submitted: Mapping[str, Any], outcome: str | None) -> Step:
    variables = dict(submitted) if outcome is None else {**submitted, "outcome": outcome}
    return interpreter.complete(again.specification, again.state, again.input["token"], variables, again.services)


def _fire(again: Again) -> Step:
    return interpreter.fire(again.specification, again.state, again.input["wait"], again.services)


def _correlate(again: Again) -> Step:
    wait, received = again.input["wait"], again.input["values"]
    return interpreter.correlate(again.specification, again.state, wait, received, again.services)


def _broadcast(again: Again) -> Step:
    name, received = again.input["name"], again.input["values"]
    return interpreter.broadcast(again.specification, again.state, name, received, again.services)


def _return(again: Again) -> Step:
    token, target, direct = again.input["token"], again.input["to"], again.input["direct"]
    return moves.return_to(again.specification, again.state, token, target, again.services, direct=direct)


def _recall(again: Again) -> Step:
    return moves.recall(again.specification, again.state, again.input["to"], again.services)


def _move(again: Again) -> Step:
    target, withdraw = again.input["to"], again.input["withdraw"]
    return moves.move(again.specification, again.state, target, again.services, withdraw=withdraw)


def _migrate(again: Again) -> Step:
    old, new = again.before.specification, again.specification
    return moves.migrate(old, new, again.state, again.input["mapping"], again.services)


def _retry(again: Again) -> Step:
    stopped, inputs = again.input["incident"], again.input.get("inputs")
    return interpreter.retry(again.specification, again.state, stopped, again.services, inputs=inputs)


def _resolve(again: Again) -> Step:
    stopped, given = again.input["incident"], again.input["values"]
    if "call" in again.input:
        return interpreter.answer(again.specification, again.state, again.input["wait"], given, again.services)
    return interpreter.resolve(again.specification, again.state, stopped, given, again.services)


def _answer(again: Again) -> Step:
    wait, results = again.input["wait"], again.input["results"]
    return interpreter.answer(again.specification, again.state, wait, results, again.services)


def _refuse(again: Again) -> Step:
    wait, code, message = again.input["wait"], again.input["code"], again.input["message"]
    return interpreter.refuse(again.specification, again.state, wait, code, message, again.services)


_REDO: Mapping[str, Callable[[Again], Step]] = {
    "ProcessStarted": _start,
    "TaskCompleted": _complete,
    "TaskResolved": _complete_kept,
    "TaskSigned": _complete_kept,
    "SignerRemoved": _complete_kept,
    "TimerFired": _fire,
    "MessageCorrelated": _correlate,
    "SignalReceived": _broadcast,
    "TaskReturned": _return,
    "TaskRecalled": _recall,
    "ProcessMoved": _move,
    "ProcessMigrated": _migrate,
    "IncidentRetried": _retry,
    "IncidentResolved": _resolve,
    "CallAnswered": _answer,
    "CallRefused": _refuse,
}
