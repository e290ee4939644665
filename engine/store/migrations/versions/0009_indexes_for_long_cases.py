"""Indexes with which a task of a long case is handled as fast as one of a new case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    on_behalf = sa.text("on_behalf_of IS NOT NULL")
    op.create_index("ix_user_task_opened", "user_task", ["instance_id", "opened_seq", "completed_by"])
    op.create_index("ix_user_task_acts", "user_task", ["instance_id", "completed_by", "role"])
    op.create_index(
        "ix_user_task_acts_for",
        "user_task",
        ["instance_id", "on_behalf_of", "role"],
        sqlite_where=on_behalf,
        postgresql_where=on_behalf,
    )
    op.drop_index("ix_user_task_instance_id", table_name="user_task")


def downgrade() -> None:
    op.create_index("ix_user_task_instance_id", "user_task", ["instance_id"])
    for name in ("ix_user_task_acts_for", "ix_user_task_acts", "ix_user_task_opened"):
        op.drop_index(name, table_name="user_task")
