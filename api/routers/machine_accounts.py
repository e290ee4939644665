"""Machine accounts: how other systems get in."""

from __future__ import annotations

from fastapi import APIRouter

from api.dependencies import VisitOf
from api.machines import issue_token
from api.schemas.machines import IssuedToken, MachineShown, NewMachine, NewToken
from api.schemas.organisation import Created
from engine.errors import Conflict, NotFound
from engine.idempotency import is_answered
from engine.machines import RegisterMachine, RevokeToken
from engine.offices.administration import ADMINISTRATOR
from engine.queries.machines import machine, machines

router = APIRouter(prefix="/machine-accounts", tags=["机器账号 machine accounts"])


@router.get("", summary="机器账号 Machine accounts")
def list_machines(visit: VisitOf) -> list[MachineShown]:
    """本辖区的外部系统和它们的令牌；系统管理员可以查看。"""
    visit.require(ADMINISTRATOR)
    with visit.reading() as connection:
        return [MachineShown.model_validate(found) for found in machines(connection, visit.viewer)]


@router.post("", status_code=201, summary="登记外部系统 Register a machine account")
def register(visit: VisitOf, body: NewMachine) -> Created:
    """机器账号没有密码，只能用令牌访问接口；岗位是外部系统（integration）。"""
    command = RegisterMachine(actor=visit.actor, login=body.login, name=body.name, unit_code=body.unit_code)
    return Created(id=visit.engine.execute(command))


@router.post("/{machine_id}/tokens", status_code=201, summary="签发令牌 Issue a token")
def issue(visit: VisitOf, machine_id: str, body: NewToken) -> IssuedToken:
    """令牌只在答复里出现这一次，系统只保存它的摘要；答复丢了就撤销它，再签发一个。"""
    with visit.reading() as connection:
        machine(connection, visit.viewer, machine_id)
        if visit.request_key is not None and is_answered(connection, visit.request_key):
            raise Conflict("这个请求已经办过。令牌不保存，不能再给一次；请撤销已签发的令牌，换一个幂等键再签发。")
    return IssuedToken.model_validate(issue_token(visit.engine, visit.actor, machine_id, body.note, body.days))


@router.delete("/{machine_id}/tokens/{token_id}", status_code=204, summary="撤销令牌 Revoke a token")
def revoke(visit: VisitOf, machine_id: str, token_id: str) -> None:
    """立即失效。"""
    with visit.reading() as connection:
        if token_id not in {token.id for token in machine(connection, visit.viewer, machine_id).tokens}:
            raise NotFound("没有这个令牌。", token=token_id)
    visit.engine.execute(RevokeToken(actor=visit.actor, token_id=token_id))
