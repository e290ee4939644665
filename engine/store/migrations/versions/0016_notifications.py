"""What persons are told, and where they are written to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notification",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notification_person_id")),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name=op.f("fk_notification_instance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint("person_id", "kind", "subject_id", name="uq_notification_person_id"),
    )
    op.create_index("ix_notification_list", "notification", ["person_id", "made_at"])
    _partial("ix_notification_unread", "notification", "person_id", "read_at IS NULL")
    _partial("ix_notification_mail", "notification", "mail_at", "mail_at IS NOT NULL")
    op.create_table(
        "notification_start",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_start")),
    )
    op.add_column("person", sa.Column("email", sa.String(length=254), nullable=True))
    _partial("ix_process_instance_ended", "process_instance", "ended_at", "ended_at IS NOT NULL")
    corrected = "outcome IN ('return_for_correction', 'returned')"
    _partial("ix_user_task_corrected", "user_task", "completed_at", corrected)


def _partial(name: str, table: str, column: str, where: str) -> None:
    op.create_index(name, table, [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    op.drop_index("ix_user_task_corrected", "user_task")
    op.drop_index("ix_process_instance_ended", "process_instance")
    # Without a copy of the table, which on SQLite others refer to.
    op.drop_column("person", "email")
    op.drop_table("notification_start")
    op.drop_table("notification")
