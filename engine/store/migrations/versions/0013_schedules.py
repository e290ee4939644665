"""Schedules: a rule that goes on in the next version, a pause, and the cases that are owed to regions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("start_subscription", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rule", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("regions", sa.String(length=16), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("daily", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "scheduled_start",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("element_id", sa.String(length=120), nullable=False),
        sa.Column("region_code", sa.String(length=24), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("instance_id", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduled_start")),
        sa.UniqueConstraint("key", "element_id", "region_code", "due_at", name="uq_scheduled_start_once"),
    )
    op.create_index("ix_scheduled_start_try_at", "scheduled_start", ["try_at"])


def downgrade() -> None:
    op.drop_table("scheduled_start")
    with op.batch_alter_table("start_subscription", schema=None) as batch_op:
        for name in ("paused_at", "daily", "regions", "rule"):
            batch_op.drop_column(name)
