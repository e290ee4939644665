"""Where one case has stopped, as rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.cases.incidents import CALL, TIMER
from engine.history.rows.expected import Issued, Row
from engine.history.rows.moment import Moment
from engine.interpreter import Step, Wait
from engine.model import Resolution

_RESOLUTIONS = {"IncidentRetried": Resolution.RETRIED, "IncidentResolved": Resolution.RESOLVED}
_LONGEST = 120


class IncidentRows(list[Row]):
    """In the order in which they were opened."""

    def move(self, now: Moment, step: Step) -> None:
        """What has stopped with a step, and what has gone on."""
        if now.type == "IncidentRetried":
            for row in self._open(now.input["incident"]):
                row.change(now.seq, {"attempts": row["attempts"] + 1})
        if not (step.incidents or step.incidents_before):
            return
        before = {incident.id: incident for incident in step.incidents_before}
        after = {incident.id for incident in step.incidents}
        for incident in step.incidents:
            if incident.id not in before:
                self._stop(now, incident.id, incident.element_id, incident.code, incident.message)
            elif before[incident.id] != incident:
                for row in self._open(incident.id):
                    row.change(now.seq, {"code": incident.code[:_LONGEST], "message": incident.message})
        resolution = _RESOLUTIONS.get(now.type, Resolution.WITHDRAWN)
        for token in before.keys() - after:
            self._close(now, resolution, now.input.get("reason"), token)

    def note(self, now: Moment, waits: Mapping[str, Wait]) -> None:
        """A timer that was refused, or that was fired again by hand after that."""
        told = now.input
        if now.type == "TimerFailed":
            element = now.event.content["activity"]
            self._stop(now, told["wait"], element, TIMER + told["code"], told["reason"])
        elif "reason" in told:
            self._close(now, Resolution.RETRIED, told["reason"], told["wait"])

    def withdraw_all(self, now: Moment) -> None:
        """The case is over."""
        for row in self._open(None):
            if not row["code"].startswith(CALL):
                self._close(now, Resolution.WITHDRAWN, None, row["token_id"])

    def fail(self, now: Moment, element: str) -> None:
        """A call for the outside has failed."""
        told = now.input
        self._stop(now, told["call"], element, CALL + told["code"], told["reason"], told["attempt"])

    def settle(self, now: Moment) -> None:
        """An administrator has seen to a call that had failed."""
        self._close(now, _RESOLUTIONS[now.type], now.input["reason"], now.input["call"])

    def withdraw(self, now: Moment, call_id: str) -> None:
        """Nobody waits any more for a call that had failed."""
        self._close(now, Resolution.WITHDRAWN, None, call_id)

    def _stop(self, now: Moment, token: str, element: str, code: str, message: str, attempts: int = 1) -> None:
        self.append(
            Row(
                {
                    "id": Issued(now.event.content.get("seed")),
                    "instance_id": now.stream,
                    "token_id": token,
                    "element_id": element,
                    "name": now.bundle.name_of(element)[:_LONGEST],
                    "code": code[:_LONGEST],
                    "message": message,
                    "opened_at": now.at,
                    "opened_seq": now.seq,
                    "attempts": attempts,
                    **dict.fromkeys(("closed_at", "closed_by", "resolution", "reason")),
                },
                now.seq,
            )
        )

    def _open(self, token: str | None) -> list[Row]:
        return [row for row in self if row["closed_at"] is None and token in (None, row["token_id"])]

    def _close(self, now: Moment, resolution: Resolution, reason: Any, token: str | None) -> None:
        closed = {"closed_at": now.at, "closed_by": now.actor, "resolution": resolution, "reason": reason}
        for row in self._open(token):
            row.change(now.seq, closed)
