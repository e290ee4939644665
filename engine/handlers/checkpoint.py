"""Making checkpoints: by the system on its schedule, or by those who audit or run it."""

from __future__ import annotations

from engine.clock import local_date
from engine.commands import SYSTEM, MakeCheckpoint
from engine.errors import Forbidden, Refused
from engine.history.checkpoints import make_checkpoint
from engine.offices.organisation import positions_of
from engine.unit_of_work import UnitOfWork

_ROLES = frozenset({"auditor_ro", "sys_admin"})


def sign_checkpoint(work: UnitOfWork, command: MakeCheckpoint) -> str:
    """Append what is new to the log and sign its root."""
    _ensure_may(work)
    if work.tools.signer is None:
        raise Refused("系统没有配置检查点的签名密钥，请联系系统管理员。")
    signed = make_checkpoint(work.connection, work.tools.signer(), work.now)
    statement = signed.statement
    work.record(
        "checkpoints",
        "CheckpointMade",
        input={"number": statement.number},
        outcome={"size": statement.size, "root": statement.root},
    )
    return signed.file


def _ensure_may(work: UnitOfWork) -> None:
    if work.actor == SYSTEM:
        return
    held = positions_of(work.connection, work.actor.person_id, local_date(work.now))
    if work.actor.on_behalf_of is not None or not any(position.role in _ROLES for position in held):
        raise Forbidden("只有审计人员和系统管理员可以生成检查点。")
