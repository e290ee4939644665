"""Making units, persons, policy profiles and delegations known."""

from __future__ import annotations

from sqlalchemy import insert, select

from engine import values
from engine.clock import local_date
from engine.commands import Delegate, PersonRecord, PublishPolicy, RegisterOrganisation
from engine.connectors.letters import is_address
from engine.errors import NotFound, Refused
from engine.handlers.session import HASHER
from engine.history.digests import digest_of
from engine.history.images import images
from engine.model import Delegation, OrgUnit, Person, Position
from engine.policy.model import PolicyProfile
from engine.unit_of_work import UnitOfWork


def register_organisation(work: UnitOfWork, command: RegisterOrganisation) -> None:
    """Add the units and persons that are not known yet."""
    known_units = set(work.connection.scalars(select(OrgUnit.code)))
    for unit in command.units:
        if unit.code not in known_units:
            work.connection.execute(
                insert(OrgUnit).values(code=unit.code, name=unit.name, level=unit.level, parent_code=unit.parent_code)
            )
    known_persons = set(work.connection.scalars(select(Person.id)))
    hashes: dict[str, str] = {}
    new = [person for person in command.persons if person.id not in known_persons]
    for person in new:
        _add_person(work, person, hashes)
    added = {person.id for person in new}
    units = {unit.code for unit in command.units} - known_units
    work.record(
        "organisation",
        "OrganisationRegistered",
        input={"units": [unit.code for unit in command.units], "persons": [person.id for person in command.persons]},
        outcome=images(
            work.connection,
            (OrgUnit, OrgUnit.code.in_(units)),
            (Person, Person.id.in_(added)),
            (Position, Position.person_id.in_(added)),
        ),
    )


def _add_person(work: UnitOfWork, person: PersonRecord, hashes: dict[str, str]) -> None:
    if person.email is not None and not is_address(person.email):
        raise Refused(f"{person.name}的邮箱地址不正确，请写成 zhang@example.gov.cn 的样子。", person=person.id)
    # One hash serves all persons who are given the same first password: hashing is slow on purpose.
    if person.password not in hashes:
        hashes[person.password] = HASHER.hash(person.password)
    work.connection.execute(
        insert(Person).values(
            id=person.id,
            name=person.name,
            login=person.login,
            password_hash=hashes[person.password],
            failed_logins=0,
            disabled=False,
            email=person.email,
        )
    )
    for position in person.positions:
        work.connection.execute(
            insert(Position).values(
                id=work.new_id(),
                person_id=person.id,
                role=position.role,
                unit_code=position.unit_code,
                valid_from=position.valid_from,
                valid_to=position.valid_to,
            )
        )


def publish_policy(work: UnitOfWork, command: PublishPolicy) -> str:
    """Publish a new version of a county's policy profile."""
    if work.tools.policies is None:
        raise Refused("系统没有配置政策参数，请联系系统管理员。")
    policy_id = work.new_id()
    work.tools.policies.publish(
        work.connection, policy_id, command.county_code, command.effective_from, command.parameters
    )
    work.record(
        f"policy:{command.county_code}",
        "PolicyPublished",
        input={"effective_from": command.effective_from, "parameters": dict(command.parameters)},
        outcome={
            "policy": policy_id,
            "digest": _policy_digest(work, policy_id),
            **images(work.connection, (PolicyProfile, PolicyProfile.id == policy_id)),
        },
    )
    return policy_id


def _policy_digest(work: UnitOfWork, policy_id: str) -> str:
    assert work.tools.policies is not None
    return digest_of(values.dumps(work.tools.policies.parameters(work.connection, policy_id)))


def delegate(work: UnitOfWork, command: Delegate) -> str:
    """Let another person act for the actor."""
    if command.valid_to < command.valid_from or command.valid_to < local_date(work.now):
        raise Refused("委托的结束日期不能早于开始日期或今天。")
    if command.to_person_id == work.actor.person_id:
        raise Refused("不能委托给自己。")
    if work.connection.scalar(select(Person.id).where(Person.id == command.to_person_id)) is None:
        raise NotFound("没有这位受托人，请重新选择。", person=command.to_person_id)
    delegation_id = work.new_id()
    work.connection.execute(
        insert(Delegation).values(
            id=delegation_id,
            from_person_id=work.actor.person_id,
            to_person_id=command.to_person_id,
            valid_from=command.valid_from,
            valid_to=command.valid_to,
        )
    )
    work.record(
        f"person:{work.actor.person_id}",
        "Delegated",
        input={"to": command.to_person_id, "from": command.valid_from, "until": command.valid_to},
        outcome={
            "delegation": delegation_id,
            **images(work.connection, (Delegation, Delegation.id == delegation_id)),
        },
    )
    return delegation_id
