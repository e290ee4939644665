"""What persons and regions are called. No command renames one, so a name that is known stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from engine.offices.organisation import NOBODY, known_name, region_facts
from engine.recent import Recent

_MOST = 10_000


class Names:
    """The names that every expression of a case may read, looked up once."""

    def __init__(self) -> None:
        self._persons: Recent[str, str] = Recent(_MOST)
        self._regions: Recent[str, Mapping[str, Any]] = Recent(_MOST)

    def person(self, connection: Connection, person_id: str) -> str:
        """The name of a person; the system has none of its own."""
        name = self._persons.get(person_id)
        if name is None:
            name = known_name(connection, person_id)
            if name is None:
                return NOBODY
            self._persons.keep(person_id, name)
        return name

    def region(self, connection: Connection, code: str) -> Mapping[str, Any]:
        """The `region` that expressions see; kept when all its levels are known."""
        facts = self._regions.get(code)
        if facts is None:
            facts = region_facts(connection, code)
            if self._lasts(facts):
                self._regions.keep(code, facts)
        return facts

    def _lasts(self, facts: Mapping[str, Any]) -> bool:
        return all(around["name"] for around in facts.values() if isinstance(around, Mapping))


class NoNames(Names):
    """Where there are neither persons nor offices, nobody will ever have a name."""

    def person(self, connection: Connection, person_id: str) -> str:
        return NOBODY

    def _lasts(self, facts: Mapping[str, Any]) -> bool:
        return True
