"""Every event stands on the one before it; the ends of the chains are kept."""

from __future__ import annotations

import hashlib
from datetime import UTC
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_EVENT = sa.table(
    "history_event",
    sa.column("stream", sa.String),
    sa.column("seq", sa.Integer),
    sa.column("type", sa.String),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("actor_id", sa.String),
    sa.column("on_behalf_of", sa.String),
    sa.column("task_id", sa.String),
    sa.column("activity_id", sa.String),
    sa.column("activity_name", sa.String),
    sa.column("input", sa.LargeBinary),
    sa.column("outcome", sa.LargeBinary),
    sa.column("payload", sa.LargeBinary),
    sa.column("digest", sa.String),
)
_STREAM = sa.table("history_stream", sa.column("stream", sa.String), sa.column("seq"), sa.column("head", sa.String))
_CASE = sa.table("process_instance", sa.column("id", sa.String), sa.column("revision"), sa.column("head", sa.String))


def upgrade() -> None:
    op.create_table(
        "history_stream",
        sa.Column("stream", sa.String(length=120), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("stream", name=op.f("pk_history_stream")),
    )
    op.add_column("process_instance", sa.Column("head", sa.String(length=64), nullable=True))
    op.add_column("process_instance", sa.Column("facts_digest", sa.String(length=64), nullable=True))
    op.add_column("history_event", sa.Column("payload", sa.LargeBinary(), nullable=True))
    op.add_column("history_event", sa.Column("digest", sa.String(length=64), nullable=True))
    _chain_what_is_there(op.get_bind())
    with op.batch_alter_table("history_event", schema=None) as batch_op:
        batch_op.alter_column("payload", existing_type=sa.LargeBinary(), nullable=False)
        batch_op.alter_column("digest", existing_type=sa.String(length=64), nullable=False)
        batch_op.drop_column("input")
        batch_op.drop_column("outcome")


def _chain_what_is_there(connection: sa.Connection) -> None:
    """Events from before the chain get one now; they say so, and are not replayed."""
    cases = set(connection.scalars(sa.select(_CASE.c.id)))
    streams = list(connection.scalars(sa.select(_EVENT.c.stream).distinct()))
    for stream in streams:
        seq, head = 0, None
        rows = connection.execute(sa.select(_EVENT).where(_EVENT.c.stream == stream).order_by(_EVENT.c.seq)).all()
        for row in rows:
            payload = _payload(row, head)
            seq, head = row.seq, hashlib.sha256(payload).hexdigest()
            connection.execute(
                sa.update(_EVENT)
                .where(_EVENT.c.stream == stream, _EVENT.c.seq == row.seq)
                .values(payload=payload, digest=head)
            )
        if stream in cases:
            connection.execute(sa.update(_CASE).where(_CASE.c.id == stream).values(revision=seq, head=head))
        else:
            connection.execute(sa.insert(_STREAM).values(stream=stream, seq=seq, head=head))


def _payload(row: sa.Row[*tuple[Any, ...]], previous: str | None) -> bytes:
    at = row.at.astimezone(UTC) if row.at.tzinfo else row.at.replace(tzinfo=UTC)
    told = {
        "stream": row.stream,
        "seq": row.seq,
        "type": row.type,
        "at": at,
        "actor": row.actor_id,
        "on_behalf_of": row.on_behalf_of,
        "task": row.task_id,
        "activity": row.activity_id,
        "activity_name": row.activity_name,
        "previous": previous,
    }
    return orjson.dumps(
        {
            **{name: value for name, value in told.items() if value is not None},
            "format": 0,
            "hash": "sha256",
            "input": orjson.Fragment(row.input),
            "outcome": orjson.Fragment(row.outcome),
        },
        option=orjson.OPT_SORT_KEYS,
    )


def downgrade() -> None:
    op.add_column("history_event", sa.Column("input", sa.LargeBinary(), nullable=True))
    op.add_column("history_event", sa.Column("outcome", sa.LargeBinary(), nullable=True))
    connection = op.get_bind()
    for row in connection.execute(sa.select(_EVENT.c.stream, _EVENT.c.seq, _EVENT.c.payload)).all():
        content = orjson.loads(row.payload)
        connection.execute(
            sa.update(_EVENT)
            .where(_EVENT.c.stream == row.stream, _EVENT.c.seq == row.seq)
            .values(
                input=orjson.dumps(content["input"], option=orjson.OPT_SORT_KEYS),
                outcome=orjson.dumps(content["outcome"], option=orjson.OPT_SORT_KEYS),
            )
        )
    with op.batch_alter_table("history_event", schema=None) as batch_op:
        batch_op.alter_column("input", existing_type=sa.LargeBinary(), nullable=False)
        batch_op.alter_column("outcome", existing_type=sa.LargeBinary(), nullable=False)
        batch_op.drop_column("digest")
        batch_op.drop_column("payload")
    op.drop_column("process_instance", "facts_digest")
    op.drop_column("process_instance", "head")
    op.drop_table("history_stream")
