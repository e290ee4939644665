"""Outside work that service tasks have asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "connector_call",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("wait_id", sa.String(length=160), nullable=True),
        sa.Column("element_id", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("connector", sa.String(length=120), nullable=False),
        sa.Column("topic", sa.String(length=120), nullable=True),
        sa.Column("inputs", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.String(length=160), nullable=True),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("kept_answer", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name=op.f("fk_connector_call_instance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connector_call")),
    )
    op.create_index("ix_connector_call_order", "connector_call", ["instance_id", "seq", "ordinal"], unique=True)
    op.create_index("ix_connector_call_due", "connector_call", ["status", "next_at"])
    op.create_index("ix_connector_call_topic", "connector_call", ["topic", "status", "asked_at"])


def downgrade() -> None:
    op.drop_table("connector_call")
