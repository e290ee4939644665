"""A whole case as plain data: what it is, what was submitted, every event, every document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, or_, select

from engine.errors import NotFound
from engine.model import Attachment, ProcessDefinition, ProcessInstance, UserTask
from engine.queries.history import history_of
from engine.rows import AnyRow

_HIDDEN = frozenset({"tokens", "variables", "token_id", "instance_id"})


def case_export(connection: Connection, number_or_id: str) -> dict[str, Any]:
    """The case with that number or id. Whoever calls this must be allowed to read every case."""
    row = connection.execute(
        select(
            ProcessInstance,
            ProcessDefinition.key.label("process_key"),
            ProcessDefinition.name.label("process_name"),
            ProcessDefinition.version.label("process_version"),
        )
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(or_(ProcessInstance.number == number_or_id, ProcessInstance.id == number_or_id))
    ).one_or_none()
    if row is None:
        raise NotFound(f"没有编号为“{number_or_id}”的办件。", case=number_or_id)
    return {
        "case": _plain(row),
        "tasks": [_plain(task) for task in _tasks(connection, row.id)],
        "history": [asdict(event) for event in history_of(connection, row.id)],
        "attachments": [_plain(attachment) for attachment in _attachments(connection, row.id)],
    }


def _plain(row: AnyRow) -> Mapping[str, Any]:
    return {key: value for key, value in row._mapping.items() if key not in _HIDDEN}


def _tasks(connection: Connection, instance_id: str) -> list[AnyRow]:
    statement = select(UserTask).where(UserTask.instance_id == instance_id)
    return list(connection.execute(statement.order_by(UserTask.opened_seq, UserTask.opened_at, UserTask.id)))


def _attachments(connection: Connection, instance_id: str) -> list[AnyRow]:
    statement = select(Attachment).where(Attachment.instance_id == instance_id)
    return list(connection.execute(statement.order_by(Attachment.uploaded_at, Attachment.id)))
