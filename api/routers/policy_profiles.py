"""Policy profiles, to be read; publishing one is a command of its own right."""

from __future__ import annotations

from fastapi import APIRouter

from api.dependencies import VisitOf
from api.schemas.organisation import PolicyShown
from engine.policy.profiles import profiles_of

router = APIRouter(prefix="/policy-profiles", tags=["政策参数 policy profiles"])


@router.get("/{county_code}", summary="一个县的政策参数 A county's profiles")
def list_profiles(visit: VisitOf, county_code: str) -> list[PolicyShown]:
    """全部版本，新版本在前。办件按发起时有效的版本办。"""
    with visit.reading() as connection:
        return [PolicyShown.model_validate(row) for row in profiles_of(connection, county_code)]
