"""Who may stop, end or move cases by hand: the system administrator of the case's region."""

from __future__ import annotations

from engine.clock import local_date
from engine.errors import Forbidden, Refused
from engine.offices.organisation import HeldPosition, positions_of
from engine.offices.roles import region_prefix
from engine.unit_of_work import UnitOfWork

ADMINISTRATOR = "sys_admin"
DESIGNER = "process_designer"

_SHORTEST = 2


def ensure_administrator(work: UnitOfWork, region_code: str, *roles: str) -> None:
    """Refuse whoever runs nothing where the case lies; nobody administers on another's behalf.

    In a library session there is nobody else: its program does everything.
    """
    if not work.tools.offices:
        return
    wanted = roles or (ADMINISTRATOR,)
    positions = positions_of(work.connection, work.actor.person_id, local_date(work.now))
    if work.actor.on_behalf_of is not None or not administers(positions, region_code, *wanted):
        raise Forbidden("这一操作只能由本辖区的系统管理员办理。" if not roles else "您没有在本辖区办理这一操作的岗位。")


def administers(positions: tuple[HeldPosition, ...], region_code: str, *roles: str) -> bool:
    """Whether one of the positions has one of the roles in a unit around the region."""
    return any(
        held.role in roles and (prefix := region_prefix(held.unit_code)) is not None and region_code.startswith(prefix)
        for held in positions
    )


def given_reason(reason: str, act: str) -> str:
    """The reason of an act that needs one."""
    told = reason.strip()
    if len(told) < _SHORTEST:
        raise Refused(f"请写明{act}的原因。")
    return told
