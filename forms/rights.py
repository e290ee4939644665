"""What a task lets its holder do with a field: edit it, read it, or not see it (anlan:fieldRight)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from forms.components import Field


class Right(StrEnum):
    EDIT = "edit"
    READ = "read"
    HIDE = "hide"


#: the key that stands for every field not named
EVERY = "*"


class Rights:
    """The rights of one task to the fields of one form, by field key or `rows.column`."""

    def __init__(self, named: Mapping[str, str]) -> None:
        self._named = {path: Right(right) for path, right in named.items()}
        self._known: dict[tuple[str, str | None], Right] = {}

    def of(self, field: Field, rows: Field | None = None) -> Right:
        """The right to a field, or to a column of rows; what the form itself fixes is never editable."""
        place = (field.key, None if rows is None else rows.key)
        known = self._known.get(place)
        if known is None:
            known = self._known[place] = self._of(field, rows)
        return known

    def _of(self, field: Field, rows: Field | None) -> Right:
        path = f"{rows.key}.{field.key}" if rows else field.key
        right = self._named.get(path) or (self.of(rows) if rows else self._named.get(EVERY, Right.EDIT))
        return Right.READ if right is Right.EDIT and not field.typed else right
