"""The persons of a demo, grouped as the administration is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.offices.roles import region_prefix
from engine.queries.session import DemoPerson


@dataclass(frozen=True, kw_only=True)
class PersonChoice:
    """A button of the login page."""

    id: str
    name: str
    #: 乡镇移民经办人 · 瓯北街道
    positions: tuple[str, ...]
    waiting: int


@dataclass(frozen=True, kw_only=True)
class PersonGroup:
    """The persons of one unit, or of a county and its departments."""

    title: str
    persons: tuple[PersonChoice, ...]


def busy_persons(persons: Sequence[DemoPerson]) -> tuple[PersonChoice, ...]:
    """Those for whom something waits now: with them a demonstration goes on."""
    return tuple(_choice(person) for person in persons if person.waiting)


def grouped_persons(persons: Sequence[DemoPerson], search: str = "") -> tuple[PersonGroup, ...]:
    """City, county, its towns and villages, in the order of the division codes."""
    groups: dict[str, list[PersonChoice]] = {}
    titles: dict[str, str] = {}
    for person in sorted(persons, key=_seat):
        key = _group(person.positions[0][2])
        titles.setdefault(key, person.positions[0][1])
        if _matches(person, search):
            groups.setdefault(key, []).append(_choice(person))
    return tuple(PersonGroup(title=titles[key], persons=tuple(chosen)) for key, chosen in sorted(groups.items()))


def _seat(person: DemoPerson) -> tuple[str, bool, str]:
    """A county before its departments, so that the group bears the county's name."""
    unit_code = person.positions[0][2]
    return _group(unit_code), region_prefix(unit_code) is None, unit_code


def _group(unit_code: str) -> str:
    """A department is shown with its county."""
    return region_prefix(unit_code) or unit_code[:6]


def _choice(person: DemoPerson) -> PersonChoice:
    positions = tuple(f"{role} · {unit}" for role, unit, _ in person.positions)
    return PersonChoice(id=person.id, name=person.name, positions=positions, waiting=person.waiting)


def _matches(person: DemoPerson, search: str) -> bool:
    words = search.split()
    text = " ".join([person.name, person.login, *(part for position in person.positions for part in position)])
    return all(word in text for word in words)
