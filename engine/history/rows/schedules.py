"""What schedules have started, against the first events of the cases that came of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, select

from engine import values
from engine.history.event import Event
from engine.history.findings import Finding, Kind
from engine.model import ScheduledStart

_NAME = ScheduledStart.__tablename__


class Starts:
    """Cases that time has started: process, element, region and date -> case."""

    def __init__(self) -> None:
        self._cases: dict[tuple[str, str, str, datetime], str] = {}

    def see(self, stream: str, event: Event) -> None:
        """Note a case that a schedule has started."""
        told = event.content["input"]
        cause = told.get("cause") if event.content["type"] == "ProcessStarted" else None
        if cause and cause.get("kind") == "timer":
            due: datetime = values.revive(cause["due"])
            self._cases[(told["process"], told["at"], told["region"], due)] = stream

    def check(self, connection: Connection, *, complete: bool) -> Iterator[Finding]:
        """A date that was started is not owed again, and one that was not is not done.

        `complete`: every start by a schedule has a row.
        """
        missing = dict(self._cases) if complete else {}
        for row in connection.execute(select(ScheduledStart)):
            key = (row.key, row.element_id, row.region_code, row.due_at)
            case = self._cases.get(key)
            missing.pop(key, None)
            if row.instance_id != case or (case is not None and row.try_at is not None):
                shown = f"“{case}”" if case else "空"
                message = (
                    f"定时发起的登记（{_NAME} {row.id}）被改动：按历史，这一地区这一日期发起的办件应为 {shown}，"
                    f"实为 {row.instance_id or '空'}。"
                )
                yield Finding(kind=Kind.ROW, place=row.id, table=_NAME, message=message)
        for (process, element, region, due), case in missing.items():
            message = f"定时发起的登记（{_NAME} {process} {element} {region} {due}）已经缺失：会再次发起。"
            yield Finding(kind=Kind.ROW, place=case, table=_NAME, message=message)
