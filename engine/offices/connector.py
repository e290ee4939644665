"""What diagrams may ask of the organisation; the answer is part of the history, as units come and go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from engine.model import OrgUnit
from engine.offices.roles import Level, region_prefix, unit_at
from engine.ports import Work


class VillagesByTown:
    """The townships of the case's region, each with its villages, for a multi-instance activity to go through."""

    type = "offices.villages_by_town"

    def execute(self, inputs: Mapping[str, Any], work: Work) -> Mapping[str, Any]:
        """Townships without a village have nothing to do and are left out."""
        prefix = region_prefix(str(work.case.region["code"])) or ""
        villages: dict[str, list[dict[str, str]]] = {}
        for code, name in _units(work.connection, Level.VILLAGE, prefix):
            villages.setdefault(unit_at(code, Level.TOWN), []).append({"code": code, "name": name})
        towns = [
            {"code": code, "name": name, "villages": villages[code]}
            for code, name in _units(work.connection, Level.TOWN, prefix)
            if code in villages
        ]
        return {"towns": towns}


def _units(connection: Connection, level: Level, prefix: str) -> list[tuple[str, str]]:
    rows = connection.execute(
        select(OrgUnit.code, OrgUnit.name)
        .where(OrgUnit.level == level.value, OrgUnit.code.startswith(prefix))
        .order_by(OrgUnit.code)
    )
    return [(row.code, row.name) for row in rows]
