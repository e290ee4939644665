"""Messages between cases: who waits for a name, and what is kept for those who will."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_message",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("correlation", sa.LargeBinary(), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=True),
        sa.Column("source_id", sa.String(length=32), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name=op.f("fk_kept_message_instance_id")),
        sa.ForeignKeyConstraint(["source_id"], ["process_instance.id"], name=op.f("fk_kept_message_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_message")),
    )
    op.create_index("ix_kept_message_name", "kept_message", ["kind", "name"])
    op.create_index("ix_event_subscription_name", "event_subscription", ["kind", "name"])


def downgrade() -> None:
    op.drop_index("ix_event_subscription_name", table_name="event_subscription")
    op.drop_table("kept_message")
