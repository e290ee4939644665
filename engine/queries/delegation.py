"""Delegations a person has given or been given."""

from __future__ import annotations

from sqlalchemy import Connection, or_, select
from sqlalchemy.orm import aliased

from engine.model import Delegation, Person
from engine.rows import AnyRow


def delegations_of(connection: Connection, person_id: str) -> tuple[AnyRow, ...]:
    """Both directions, the latest first."""
    giver, taker = aliased(Person), aliased(Person)
    return tuple(
        connection.execute(
            select(
                Delegation.id,
                Delegation.from_person_id,
                giver.name.label("from_name"),
                Delegation.to_person_id,
                taker.name.label("to_name"),
                Delegation.valid_from,
                Delegation.valid_to,
            )
            .join(giver, giver.id == Delegation.from_person_id)
            .join(taker, taker.id == Delegation.to_person_id)
            .where(or_(Delegation.from_person_id == person_id, Delegation.to_person_id == person_id))
            .order_by(Delegation.valid_from.desc(), Delegation.id)
        )
    )
