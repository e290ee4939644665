"""What one case has asked the outside for, as rows. Who works on a call at the moment is in no history."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from engine import values
from engine.diagram.topics import topic_of
from engine.history.rows.expected import Row
from engine.history.rows.incidents import IncidentRows
from engine.history.rows.moment import Moment
from engine.interpreter import Asked, Step, WaitKind
from engine.model import PENDING_CALLS, CallStatus

_LONGEST = 120
_NOTHING = values.dumps(None)
_ANSWERED = ("CallAnswered", "CallRefused", "CallDelivered")


class CallRows(dict[str, Row]):
    """By the id of the call."""

    def __init__(self, incidents: IncidentRows) -> None:
        super().__init__()
        self._incidents = incidents

    def move(self, now: Moment, step: Step) -> None:
        """What a step has asked for, and what it does not wait for any more."""
        if not (self or step.calls):
            return
        live = {wait.id: wait for wait in step.waits if wait.kind is WaitKind.SERVICE}
        if step.waited is None:
            for row in self.values():
                if row["wait_id"] in live:
                    element = live[row["wait_id"]].element_id
                    row.change(now.seq, {"element_id": element, "name": _name(now, element)})
        told = [call["call"] for call in now.input.get("calls", ()) if "call" in call] if step.calls else []
        for ordinal, (call_id, asked) in enumerate(zip(told, step.calls, strict=True)):
            self[call_id] = _asked(now, call_id, asked, ordinal)
        self._withdraw(now, live, answered=now.input.get("call"))

    def note(self, now: Moment) -> None:
        """What has become of a call."""
        row = self.get(now.event.content["input"].get("call", ""))
        if row is not None:
            row.change(now.seq, self._become(now, row))

    def _become(self, now: Moment, row: Row) -> Mapping[str, Any]:
        told = now.input
        if now.type in _ANSWERED:
            return _closed(now, CallStatus.ANSWERED)
        if now.type == "CallPostponed":
            return {"attempts": told["attempt"], "next_at": told["next"], "error": told["reason"]}
        if now.type == "CallFailed":
            self._incidents.fail(now, row["element_id"])
            kept = values.dumps(told.get("answer"))
            failed = {"attempts": told["attempt"], "error": told["reason"], "kept_answer": kept}
            return {**failed, "status": CallStatus.FAILED, "next_at": None}
        if now.type == "CallAnswerKept":
            return {"status": CallStatus.KEPT, "next_at": None, "kept_answer": _answer(told)}
        if now.type == "CallAnsweredLate":
            return {"kept_answer": _answer(told)}
        self._incidents.settle(now)
        if now.type == "IncidentResolved":
            return _closed(now, CallStatus.RESOLVED)
        return _again(now, row)

    def withdraw_all(self, now: Moment) -> None:
        """The case is over: it waits for nothing."""
        self._withdraw(now, ())

    def _withdraw(self, now: Moment, live: Collection[str], answered: str | None = None) -> None:
        for call_id, row in self.items():
            waits = row["wait_id"] is not None and row["wait_id"] not in live and call_id != answered
            if waits and row["status"] in PENDING_CALLS:
                if row["status"] == CallStatus.FAILED:
                    self._incidents.withdraw(now, call_id)
                gone = {"status": CallStatus.WITHDRAWN, "next_at": None, "closed_at": now.at}
                row.change(now.seq, gone)


def _asked(now: Moment, call_id: str, asked: Asked, ordinal: int) -> Row:
    return Row(
        {
            "id": call_id,
            "instance_id": now.stream,
            "seq": now.seq,
            "ordinal": ordinal,
            "wait_id": asked.wait_id,
            "element_id": asked.element_id,
            "name": _name(now, asked.element_id),
            "connector": asked.connector[:_LONGEST],
            "topic": topic_of(asked.connector),
            "inputs": values.dumps(dict(asked.inputs)),
            "status": CallStatus.OPEN,
            "attempts": 0,
            "next_at": now.at,
            "error": None,
            "kept_answer": _NOTHING,
            "asked_at": now.at,
            "closed_at": None,
        },
        now.seq,
    )


def _name(now: Moment, element_id: str) -> str:
    return str(now.bundle.name_of(element_id))[:_LONGEST]


def _answer(told: Mapping[str, Any]) -> bytes:
    kept = {"results": told["results"]} if "results" in told else {"code": told["code"], "message": told["message"]}
    return values.dumps(kept)


def _closed(now: Moment, status: CallStatus) -> Mapping[str, Any]:
    return {"status": status, "next_at": None, "closed_at": now.at, "error": None}


def _again(now: Moment, row: Row) -> Mapping[str, Any]:
    """An administrator has had it tried again: with an answer that is there, or by asking once more."""
    fresh: dict[str, Any] = {"attempts": 0, "error": None}
    if row["kept_answer"] != _NOTHING and "inputs" not in now.input:
        return {**fresh, "status": CallStatus.KEPT}
    inputs = values.dumps(now.input["inputs"]) if "inputs" in now.input else row["inputs"]
    at: datetime = now.at
    return {**fresh, "status": CallStatus.OPEN, "next_at": at, "inputs": inputs, "kept_answer": _NOTHING}
