"""Finds and publishes policy profiles; a case is pinned to one at its start (design decision 5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select

from engine.errors import NotFound
from engine.policy.model import PolicyProfile
from engine.policy.parameters import resolve
from engine.roles import Level, unit_at
from engine.rows import AnyRow


class PolicyProfiles:
    """The policy port of the engine."""

    def pin(self, connection: Connection, county_code: str, day: date) -> str | None:
        """The id of the profile version in force, or None where the county has none."""
        row = profile_for(connection, county_code, day)
        return row.id if row else None

    def parameters(self, connection: Connection, policy_id: str | None) -> Mapping[str, Any]:
        """The parameters of a pinned version; the spec's defaults where there is none."""
        if policy_id is None:
            return resolve()
        values = connection.scalar(select(PolicyProfile.parameters).where(PolicyProfile.id == policy_id))
        if values is None:
            raise NotFound("政策参数版本缺失，请联系系统管理员。", policy=policy_id)
        found: Mapping[str, Any] = values
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


def profile_for(connection: Connection, county_code: str, day: date) -> AnyRow | None:
    """The version in force on a day: the one that began last, and of those the newest."""
    return connection.execute(
        select(PolicyProfile)
        .where(
            PolicyProfile.county_code == unit_at(county_code, Level.COUNTY),
            PolicyProfile.effective_from <= day,
            or_(PolicyProfile.effective_to.is_(None), PolicyProfile.effective_to >= day),
        )
        .order_by(PolicyProfile.effective_from.desc(), PolicyProfile.version.desc())
        .limit(1)
    ).one_or_none()


def profiles_of(connection: Connection, county_code: str) -> list[AnyRow]:
    """All versions of a county, newest first."""
    statement = (
        select(PolicyProfile)
        .where(PolicyProfile.county_code == unit_at(county_code, Level.COUNTY))
        .order_by(PolicyProfile.version.desc())
    )
    return list(connection.execute(statement))
