"""Delegations: who may act for whom, and when."""

from __future__ import annotations

from fastapi import APIRouter

from api.dependencies import VisitOf
from api.schemas.organisation import Created, DelegationShown, NewDelegation
from engine.commands import Delegate
from engine.queries.delegation import delegations_of

router = APIRouter(prefix="/delegations", tags=["委托 delegations"])


@router.get("", summary="我的委托 My delegations")
def list_delegations(visit: VisitOf) -> list[DelegationShown]:
    """我委托别人的，和别人委托我的。"""
    with visit.reading() as connection:
        return [DelegationShown.model_validate(row) for row in delegations_of(connection, visit.viewer.person_id)]


@router.post("", status_code=201, summary="委托 Delegate")
def delegate(visit: VisitOf, body: NewDelegation) -> Created:
    """受托人在这段时间里可以代为办理，记录里写明受谁委托。"""
    command = Delegate(
        actor=visit.actor, to_person_id=body.to_person_id, valid_from=body.valid_from, valid_to=body.valid_to
    )
    return Created(id=visit.engine.execute(command))
