"""Inboxes are counted and put in order without a look at the tasks themselves."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_INDEX, _TABLE = "ix_user_task_inbox", "user_task"
_POSITION = ("status", "role", "unit_code", "due_at")


def upgrade() -> None:
    op.drop_index(_INDEX, _TABLE)
    op.create_index(_INDEX, _TABLE, [*_POSITION, "opened_at", "id", "assignee_id"])


def downgrade() -> None:
    op.drop_index(_INDEX, _TABLE)
    op.create_index(_INDEX, _TABLE, [*_POSITION])
