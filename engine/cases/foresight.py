"""Carrying a move out only to see what it does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from engine.cases.case import load_task
from engine.cases.preview import Preview, Standing, compare
from engine.commands import Command
from engine.handlers import handler_of
from engine.model import ProcessInstance
from engine.moves import ReturnTask
from engine.unit_of_work import UnitOfWork


def foresee(work: UnitOfWork, command: Command[Any]) -> Preview:
    """What the command would change in its case. The transaction must not be committed afterwards."""
    instance_id = _instance_of(work, command)
    before = Standing.of(work.connection, instance_id)
    names = dict(_names(work, instance_id))
    handler_of(command)(work, command)
    names |= _names(work, instance_id)
    preview = compare(work.connection, instance_id, before, names)
    if isinstance(command, ReturnTask) and command.direct:
        # 直达: what lies between is passed over when the step has been done again
        return replace(preview, undone=(names.get(command.activity_id) or command.activity_id,))
    return preview


def _instance_of(work: UnitOfWork, command: Command[Any]) -> str:
    known: str | None = getattr(command, "instance_id", None)
    task_id: str = getattr(command, "task_id", "")
    return known or str(load_task(work, task_id).instance_id)


def _names(work: UnitOfWork, instance_id: str) -> dict[str, str]:
    digest = work.connection.scalar(select(ProcessInstance.bundle_digest).where(ProcessInstance.id == instance_id))
    return dict(work.tools.definitions.bundle(work.connection, digest).names) if digest else {}
