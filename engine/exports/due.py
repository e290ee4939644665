"""Which exports are to be made, and which were kept long enough."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Exists, Select, and_, exists, select

from engine.model.export import Export, ExportStatus


def due_exports(now: datetime) -> Select[*tuple[Any, ...]]:
    """Exports that nobody has made yet; for the sweep."""
    return select(Export.id.label("subject"), Export.asked_at.label("due_at")).where(
        Export.status == ExportStatus.WAITING, Export.asked_at <= now
    )


def old_exports(now: datetime) -> Exists:
    """Whether there are files that were kept long enough."""
    return exists().where(and_(Export.status == ExportStatus.READY, Export.kept_until <= now))
