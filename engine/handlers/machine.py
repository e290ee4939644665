"""Machine accounts and their tokens: made by the administrator of the unit they work for."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import insert, select, update

from engine.commands import SYSTEM
from engine.errors import Conflict, NotFound, Refused
from engine.history.images import images
from engine.machines import INTEGRATION, NO_PASSWORD, IssueToken, RegisterMachine, RevokeToken
from engine.model import ApiToken, OrgUnit, Person, Position
from engine.offices.administration import ensure_administrator
from engine.offices.roles import region_prefix
from engine.unit_of_work import UnitOfWork

#: a secret that nobody changes any more is known to too many
LONGEST = timedelta(days=731)
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,58}")


def register_machine(work: UnitOfWork, command: RegisterMachine) -> str:
    """A person record without a password, with one position."""
    unit, name = command.unit_code, command.name.strip()
    if work.connection.scalar(select(OrgUnit.code).where(OrgUnit.code == unit)) is None or not region_prefix(unit):
        raise NotFound("没有这个辖区，请填写 12 位区划代码。", unit=unit)
    _ensure_administered(work, unit)
    if not _LOGIN.fullmatch(command.login):
        raise Refused("账号应为 2 到 59 位小写字母、数字、点、横线或下划线，并以字母或数字开头。")
    if not 0 < len(name) <= 40:
        raise Refused("请填写外部系统的名称，不超过 40 字。")
    if work.connection.scalar(select(Person.id).where(Person.login == command.login)) is not None:
        raise Conflict(f"账号“{command.login}”已经有了，请换一个。", login=command.login)
    machine_id = work.new_id()
    told = {"id": machine_id, "name": name, "login": command.login, "password_hash": NO_PASSWORD}
    work.connection.execute(insert(Person).values(**told, failed_logins=0, disabled=False))
    held = {"id": work.new_id(), "person_id": machine_id, "role": INTEGRATION, "unit_code": unit}
    work.connection.execute(insert(Position).values(**held))
    put_in = {"name": name, "login": command.login, "unit": unit}
    told_rows = images(work.connection, (Person, Person.id == machine_id), (Position, Position.person_id == machine_id))
    work.record(f"person:{machine_id}", "MachineRegistered", input=put_in, outcome={"person": machine_id, **told_rows})
    return machine_id


def issue_token(work: UnitOfWork, command: IssueToken) -> str:
    """A new token beside those there are, so that a secret can be changed without a break."""
    _ensure_administered(work, unit_of_machine(work, command.person_id))
    note = command.note.strip()
    if not 0 < len(note) <= 200:
        raise Refused("请写明令牌的用途，不超过 200 字，例如放在哪台服务器上。")
    if not work.now < command.expires_at <= work.now + LONGEST:
        raise Refused("令牌的有效期应在今天以后，最长两年。")
    token_id = work.new_id()
    told = {"note": note, "expires_at": command.expires_at}
    work.connection.execute(
        insert(ApiToken).values(
            id=token_id,
            person_id=command.person_id,
            digest=command.digest,
            issued_at=work.now,
            issued_by=work.actor.person_id,
            **told,
        )
    )
    outcome = {"token": token_id, **images(work.connection, (ApiToken, ApiToken.id == token_id))}
    work.record(f"person:{command.person_id}", "TokenIssued", input=told, outcome=outcome)
    return token_id


def revoke_token(work: UnitOfWork, command: RevokeToken) -> None:
    """The machine's next request is refused."""
    token = work.connection.execute(select(ApiToken).where(ApiToken.id == command.token_id)).one_or_none()
    if token is None:
        raise NotFound("没有这个令牌。", token=command.token_id)
    _ensure_administered(work, unit_of_machine(work, token.person_id))
    if token.revoked_at is not None:
        raise Conflict("这个令牌已经撤销了。", token=token.id)
    work.connection.execute(update(ApiToken).where(ApiToken.id == token.id).values(revoked_at=work.now))
    outcome = images(work.connection, (ApiToken, ApiToken.id == token.id))
    work.record(f"person:{token.person_id}", "TokenRevoked", input={"token": token.id}, outcome=outcome)


def unit_of_machine(work: UnitOfWork, person_id: str) -> str:
    """Where a machine account works."""
    unit: str | None = work.connection.scalar(
        select(Position.unit_code)
        .join(Person, Person.id == Position.person_id)
        .where(Person.id == person_id, Person.password_hash == NO_PASSWORD, Position.role == INTEGRATION)
    )
    if unit is None:
        raise NotFound("没有这个机器账号。", person=person_id)
    return unit


def _ensure_administered(work: UnitOfWork, unit_code: str) -> None:
    """The command line acts for whoever has the machine itself."""
    if work.actor != SYSTEM:
        ensure_administrator(work, unit_code)
