"""The numbers that were given, told from the rows that bear them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, select

from engine.funds.model import Payment, Project, RecoveryClaim
from engine.model import Serial


def last_numbers(connection: Connection) -> Mapping[str, int]:
    """The last number of each series of projects, payments and claims.

    A claim may be taken back with its number, so that its series may be ahead of what is left.
    """
    found = _greatest(connection)
    ahead = select(Serial.series, Serial.last).where(Serial.series.startswith("recovery:"))
    for series, last in connection.execute(ahead):
        found[series] = max(found.get(series, 0), last)
    return found


def _greatest(connection: Connection) -> dict[str, int]:
    found: dict[str, int] = {}
    for noun, (number, county) in _given(connection):
        *_, year, serial = number.split("-")
        series = f"{noun}:{county}:{year}"
        found[series] = max(found.get(series, 0), int(serial))
    return found


def _given(connection: Connection) -> Iterator[tuple[str, tuple[str, str]]]:
    of_project = select(Project.number, Project.county_code)
    of_payment = select(Payment.number, Project.county_code).join(Project, Project.id == Payment.project_id)
    of_claim = select(RecoveryClaim.number, Project.county_code).join(Project, Project.id == RecoveryClaim.project_id)
    for number, county in connection.execute(of_project):
        yield "project", (number, county)
    for noun, statement in (("payment", of_payment), ("recovery", of_claim)):
        for number, county in connection.execute(statement):
            yield noun, (number, county[:6])
