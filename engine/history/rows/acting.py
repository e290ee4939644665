"""Whoever acted for somebody else, against the delegations on record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from engine import values
from engine.clock import local_date
from engine.history.event import Event
from engine.history.findings import Finding, Kind

#: acts that are refused without a delegation in force
_BOUND = frozenset({"TaskClaimed", "TaskCompleted", "TaskSubmitted", "TaskSigned", "TaskReturned"})


class Acting:
    """Follows delegations and those who used them; streams come in any order, so all is compared in the end."""

    def __init__(self) -> None:
        #: delegation -> from whom, to whom, first and last day
        self._delegations: dict[str, tuple[str, str, date, date]] = {}
        self._acts: list[Event] = []

    def see(self, event: Event) -> None:
        """Note a delegation, or an act for another."""
        if event.content["type"] == "Delegated":
            for row in event.content["outcome"].get("rows", {}).get("delegation", ()):
                first, last = values.revive(row["valid_from"]), values.revive(row["valid_to"])
                self._delegations[row["id"]] = (row["from_person_id"], row["to_person_id"], first, last)
        elif event.content.get("delegation") or event.content.get("on_behalf_of"):
            self._acts.append(event)

    def check(self, *, complete: bool) -> Iterator[Finding]:
        """Every act; `complete`: all events tell all delegations."""
        for event in self._acts if complete else ():
            if not self._is_covered(event):
                message = "代他人办理所依据的委托不在记录里，或者当天无效、不是这两个人之间的。"
                place, seq = event.content["stream"], event.content["seq"]
                yield Finding(kind=Kind.CHAIN, place=place, seq=seq, message=message)

    def _is_covered(self, event: Event) -> bool:
        told = event.content
        named = told.get("delegation")
        if named is None:
            return told["type"] not in _BOUND or told["format"] == 0
        if named not in self._delegations:
            return False
        giver, taker, first, last = self._delegations[named]
        return (giver, taker) == (told.get("on_behalf_of"), told["actor"]) and (
            first <= local_date(event.header.at) <= last
        )
