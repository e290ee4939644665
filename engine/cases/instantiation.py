"""Creating a case: pinned to the newest of all it refers to, numbered, and run to where people or time must act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, insert, select

from engine import interpreter, values
from engine.cases.case import Case, ensure_startable
from engine.clock import local_date
from engine.commands import SYSTEM, StartedProcess
from engine.errors import Refused
from engine.history.event import Occurrence
from engine.interpreter import WaitKind
from engine.model import InstanceStatus, ProcessInstance
from engine.offices.roles import Level, unit_at
from engine.rows import AnyRow
from engine.serials import next_serial
from engine.unit_of_work import UnitOfWork

_LONGEST_NUMBER = 60
_INSERT = insert(ProcessInstance)
_NUMBERED = select(ProcessInstance.id).where(ProcessInstance.number == bindparam("number"))


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What has started a case: the start event whose trigger happened, and what the trigger was."""

    element_id: str
    kind: WaitKind
    #: of the message or signal
    name: str = ""
    #: when the timer was due; from which case the message came
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """What a new case begins with."""

    definition: AnyRow
    region: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    project_id: str | None = None
    #: none where a person starts the process
    cause: Cause | None = None
    #: where that person lets it begin
    start_event: str | None = None

    @property
    def at(self) -> str | None:
        """The start event that has happened."""
        return self.cause.element_id if self.cause else self.start_event

    @property
    def input(self) -> dict[str, Any]:
        """As the history keeps it."""
        told: dict[str, Any] = {
            "process": self.definition.key,
            "definition": self.definition.id,
            "region": self.region,
            "project": self.project_id,
            "variables": dict(self.variables),
        }
        if self.at is not None:
            told["at"] = self.at
        if self.cause is not None:
            told["cause"] = {"kind": str(self.cause.kind), "name": self.cause.name, **self.cause.told}
        return told


def instantiate(work: UnitOfWork, beginning: Beginning) -> StartedProcess:
    """Create a case pinned to its definition and run it to its first tasks."""
    policy_id = _pinned_policy(work, beginning.region)
    ensure_startable(work, beginning.definition.key, beginning.project_id, policy_id)
    case = _create(work, beginning, policy_id)
    case.unattended = beginning.cause is not None
    step = interpreter.start(case.bundle.specification, beginning.variables, case.services, at=beginning.at)
    opened = case.save(step, Occurrence(type="ProcessStarted", input={**beginning.input, **_pinned(work, case)}))
    return StartedProcess(instance_id=case.row.id, number=case.row.number, task_ids=opened)


def _pinned(work: UnitOfWork, case: Case) -> dict[str, Any]:
    """What a replay needs besides: everything the case is pinned to, under its digest."""
    policy = work.tools.definitions.stored(
        work.connection, case.row.policy_id or "no policy", lambda: values.dumps(case.facts["policy"])
    )
    pinned = {"bundle": case.row.bundle_digest, "policy": policy, "policy_profile": case.row.policy_id}
    return {"case": dict(case.facts["case"]), **pinned}


def _pinned_policy(work: UnitOfWork, region: str) -> str | None:
    """The version of the county's policy profile that is in force today."""
    if work.tools.policies is None:
        return None
    return work.tools.policies.pin(work.connection, unit_at(region, Level.COUNTY), local_date(work.now))


def _create(work: UnitOfWork, beginning: Beginning, policy_id: str | None) -> Case:
    definition = beginning.definition
    bundle_digest = work.tools.definitions.newest_bundle(work.connection, work.tools.forms, definition)
    instance_id = work.new_id()
    work.connection.execute(
        _INSERT,
        {
            "id": instance_id,
            "number": _number(work, definition, bundle_digest, beginning.region),
            "title": definition.name,
            "definition_id": definition.id,
            "bundle_digest": bundle_digest,
            "policy_id": policy_id,
            "region_code": beginning.region,
            "project_id": beginning.project_id,
            "status": InstanceStatus.ACTIVE,
            "revision": 0,
            "tokens": b"",
            "variables": b"",
            "started_by": work.actor.principal if beginning.cause is None else SYSTEM.person_id,
            "started_at": work.now,
        },
    )
    return Case.load(work, instance_id)


def _number(work: UnitOfWork, definition: AnyRow, bundle_digest: str, region: str) -> str:
    """The case's number by the diagram's rule, such as `"XM-" + county + "-" + year + "-" + serial`."""
    county, year = region[:6], str(local_date(work.now).year)
    serial = f"{next_serial(work.connection, f'{definition.key}:{county}:{year}'):05d}"
    rule = work.tools.definitions.bundle(work.connection, bundle_digest).specification.number_rule
    number = rule({"county": county, "year": year, "serial": serial}) if rule else None
    if not isinstance(number, str) or not number.isprintable() or not 0 < len(number) <= _LONGEST_NUMBER:
        number = f"{definition.key}-{county}-{year}-{serial}"
    if work.connection.scalar(_NUMBERED, {"number": number}) is not None:
        raise Refused(f"编号“{number}”已有办件使用，这个流程的编号规则会重复，请联系流程设计员。", number=number)
    return number
