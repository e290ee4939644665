"""Finds and publishes policy profiles; a case is pinned to one at its start (design decision 5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, or_, select

from engine.errors import NotFound
from engine.offices.roles import Level, unit_at
from engine.policy.model import PolicyProfile
from engine.policy.parameters import resolve
from engine.recent import Recent
from engine.rows import AnyRow

#: versions kept ready; a county publishes a few in a year
_MOST = 500
_PARAMETERS = select(PolicyProfile.parameters).where(PolicyProfile.id == bindparam("policy"))


class PolicyProfiles:
    """The policy port of the engine."""

    def __init__(self) -> None:
        # A version never changes once it is published.
        self._known: Recent[str, Mapping[str, Any]] = Recent(_MOST)

    def pin(self, connection: Connection, county_code: str, day: date) -> str | None:
        """The id of the profile version in force, or None where the county has none."""
        row = profile_for(connection, county_code, day)
        return row.id if row else None

    def parameters(self, connection: Connection, policy_id: str | None) -> Mapping[str, Any]:
        """The parameters of a pinned version; the spec's defaults where there is none."""
        if policy_id is None:
            return resolve()
        found = self._known.get(policy_id)
        if found is None:
            found = connection.scalar(_PARAMETERS, {"policy": policy_id})
            if found is None:
                raise NotFound("政策参数版本缺失，请联系系统管理员。", policy=policy_id)
            self._known.keep(policy_id, found)
        return found

    def publish(
        self,
        connection: Connection,
        policy_id: str,
        county_code: str,
        effective_from: date,
        parameters: Mapping[str, Any],
        effective_to: date | None = None,
    ) -> None:
        """Add the county's next version. What is not given takes the default of the catalogue."""
        county = unit_at(county_code, Level.COUNTY)
        last = connection.scalar(select(func.max(PolicyProfile.version)).where(PolicyProfile.county_code == county))
        connection.execute(
            insert(PolicyProfile).values(
                id=policy_id,
                county_code=county,
                version=(last or 0) + 1,
                effective_from=effective_from,
                effective_to=effective_to,
                parameters=resolve(parameters),
            )
        )


_IN_FORCE = (
    select(PolicyProfile)
    .where(
        PolicyProfile.county_code == bindparam("county"),
        PolicyProfile.effective_from <= bindparam("day"),
        or_(PolicyProfile.effective_to.is_(None), PolicyProfile.effective_to >= bindparam("day")),
    )
    .order_by(PolicyProfile.effective_from.desc(), PolicyProfile.version.desc())
    .limit(1)
)


def profile_for(connection: Connection, county_code: str, day: date) -> AnyRow | None:
    """The version in force on a day: the one that began last, and of those the newest."""
    return connection.execute(_IN_FORCE, {"county": unit_at(county_code, Level.COUNTY), "day": day}).one_or_none()


def profiles_of(connection: Connection, county_code: str) -> list[AnyRow]:
    """All versions of a county, newest first."""
    statement = (
        select(PolicyProfile)
        .where(PolicyProfile.county_code == unit_at(county_code, Level.COUNTY))
        .order_by(PolicyProfile.version.desc())
    )
    return list(connection.execute(statement))
