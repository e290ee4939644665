"""The demo's units and persons, read from their data files. Every person is invented."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from engine.commands import SYSTEM, PersonRecord, PositionRecord, RegisterOrganisation, UnitRecord

#: the password of every demo person; printed at start, never used outside the demo
DEMO_PASSWORD = "anlan-demo"


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """Units and persons as the engine takes them, and who may hold a task."""

    units: tuple[UnitRecord, ...]
    persons: tuple[PersonRecord, ...]

    def holders(self, role: str, unit_code: str | None) -> tuple[str, ...]:
        """The persons who hold a role in a unit, in the order of the data file."""
        wanted = PositionRecord(role=role, unit_code=unit_code or "")
        return tuple(person.id for person in self.persons if wanted in person.positions)

    def unit_named(self, name: str, within: str = "") -> str:
        """The code of the first unit with that name whose code begins with the given digits."""
        return next(unit.code for unit in self.units if unit.name == name and unit.code.startswith(within))

    def registration(self) -> RegisterOrganisation:
        """The command that makes everybody known."""
        return RegisterOrganisation(actor=SYSTEM, units=self.units, persons=self.persons)


@cache
def demo_organisation() -> Organisation:
    """Wenzhou, two of its counties, seven townships and eight villages."""
    return Organisation(units=tuple(_units()), persons=tuple(_persons()))


def _units() -> Iterator[UnitRecord]:
    for row in rows_of("units.csv"):
        yield UnitRecord(code=row["code"], name=row["name"], level=row["level"], parent_code=row["parent_code"] or None)


def _persons() -> Iterator[PersonRecord]:
    for row in rows_of("persons.csv"):
        yield PersonRecord(
            id=row["login"],
            name=row["name"],
            login=row["login"],
            password=DEMO_PASSWORD,
            positions=tuple(_position(text) for text in row["positions"].split()),
        )


def _position(text: str) -> PositionRecord:
    role, _, unit_code = text.partition("@")
    return PositionRecord(role=role, unit_code=unit_code)


def rows_of(name: str) -> Iterator[dict[str, str]]:
    """The rows of one of the demo's data files."""
    yield from csv.DictReader((files("api.demo") / name).read_text(encoding="utf-8").splitlines())
