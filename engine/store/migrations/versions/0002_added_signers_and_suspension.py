"""Added signers of a task, and when a case was suspended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user_task", sa.Column("signers", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("user_task", sa.Column("parent_id", sa.String(length=32), nullable=True))
    op.add_column("user_task", sa.Column("signing", sa.String(length=16), nullable=True))
    op.add_column("process_instance", sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True))
    added = sa.text("parent_id IS NOT NULL")
    op.create_index(
        "ix_user_task_signer", "user_task", ["assignee_id", "status"], sqlite_where=added, postgresql_where=added
    )


def downgrade() -> None:
    op.drop_index("ix_user_task_signer", table_name="user_task")
    op.drop_column("process_instance", "suspended_at")
    for column in ("signing", "parent_id", "signers"):
        op.drop_column("user_task", column)
