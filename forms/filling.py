"""A form together with what is in it at the moment: values read, parts hidden, figures computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from forms.components import Checklist, Component, Field, Filepicker, Group, Names, Number, NumberKind, Rows, is_empty
from forms.definition import Form
from forms.errors import Misfit
from forms.notation import LARGEST
from forms.rights import Right, Rights

#: Hiding one field may show another; a form settles within a few passes or is badly drawn.
_PASSES = 6


class Filling:
    """Reads a submission leniently: what cannot be read is noted and counts as empty."""

    def __init__(
        self,
        form: Form,
        submission: Mapping[str, Any],
        *,
        inputs: Mapping[str, Any] | None = None,
        rights: Mapping[str, str] | Rights | None = None,
        attachments: Mapping[str, Mapping[str, Any]] | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> None:
        self.form = form
        self.submission = submission
        self.inputs = inputs or {}
        self.rights = rights if isinstance(rights, Rights) else form.granted(rights or {})
        self.attachments = {**_brought_documents(form, self.inputs), **(attachments or {})}
        self.context = context or {}
        #: what could not be read, by path
        self.misfits: dict[str, str] = {}
        #: value of every field outside rows; rows hold a list of contexts
        self.values: dict[str, Any] = {}
        #: where each row kept stood in the submission
        self.places: dict[str, list[int]] = {}
        #: keys of fields and ids of groups and texts not shown for their condition
        self.hidden: frozenset[str] = frozenset()
        self._read()
        self._settle()

    def scope(self, row: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """The names an expression sees: facts, inputs, what is filled in, and the columns of a row."""
        return Scope(self, row or {})

    def shown(self, field: Field) -> bool:
        return field.key not in self.hidden and field.key in self.values

    def column_hidden(self, column: Field, row: Mapping[str, Any]) -> bool:
        return column.hide is not None and column.hide(self.scope(row)) is True

    def demanded(self, field: Field, row: Mapping[str, Any] | None = None) -> bool:
        """Whether the field must have a value now."""
        if field.required_if is not None and field.required_if(self.scope(row)) is True:
            return field.always or not self.relaxed
        return field.required and (field.always or not self.relaxed)

    @cached_property
    def relaxed(self) -> bool:
        return self.form.relax is not None and self.form.relax(self.scope()) is True

    def entered_rows(self, rows: Rows) -> list[Mapping[str, Any]]:
        """The rows as they stand in the submission, completed by what is fixed."""
        given = self.fixed_rows(rows)
        entered = self.submission.get(rows.key)
        listed = entered if isinstance(entered, list | tuple) else []
        entered = [row if isinstance(row, Mapping) else {} for row in listed]
        if given is None:
            return entered
        return [{**(entered[place] if place < len(entered) else {}), **row} for place, row in enumerate(given)]

    def fixed_rows(self, rows: Rows) -> list[Mapping[str, Any]] | None:
        """The rows that inputs or the form itself prescribe, None where people add their own."""
        if self.rights.of(rows) is Right.READ:
            return _contexts(self.inputs.get(rows.key))
        if not rows.fixed:
            return None
        source = _contexts(self.inputs.get(rows.key)) or rows.preset
        locked = {column.key for column in rows.columns_of if self.rights.of(column, rows) is not Right.EDIT}
        return [{key: value for key, value in row.items() if key in locked} for row in source]

    def given(self, field: Field) -> Any:
        """The value the system brings for a field nobody may type."""
        return settled(field, self.inputs.get(field.key))

    def _read(self) -> None:
        for key, field in self.form.fields.items():
            right = self.rights.of(field)
            if right is Right.HIDE:
                continue
            if isinstance(field, Rows):
                self.values[key] = self._read_rows(field)
            elif right is Right.READ:
                self.values[key] = self.given(field)
            else:
                self.values[key] = self._read_one(field, self.submission.get(key), key, field.label)

    def _read_rows(self, rows: Rows) -> list[dict[str, Any]]:
        try:
            rows.read(self.submission.get(rows.key))
        except Misfit as misfit:
            self.misfits[rows.key] = rows.label + misfit.message
        fixed = self.fixed_rows(rows) is not None
        entered = list(enumerate(self.entered_rows(rows)[: rows.max_rows]))
        kept = [(place, row) for place, row in entered if fixed or not self._blank(rows, row)]
        self.places[rows.key] = [place for place, _ in kept]
        return [self._read_row(rows, row, place) for place, row in kept]

    def _blank(self, rows: Rows, entered: Mapping[str, Any]) -> bool:
        return all(is_empty(entered.get(column.key)) for column in rows.columns_of)

    def _read_row(self, rows: Rows, entered: Mapping[str, Any], place: int) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for column in rows.columns_of:
            path, raw = f"{rows.key}.{place}.{column.key}", entered.get(column.key)
            if self.rights.of(column, rows) is not Right.EDIT:
                row[column.key] = settled(column, raw)
            else:
                row[column.key] = self._read_one(column, raw, path, f"{rows.label}第 {place + 1} 行：{column.label}")
        return row

    def _read_one(self, field: Field, raw: Any, path: str, label: str) -> Any:
        try:
            value = field.read(raw)
            return self._attached(field, value) if isinstance(field, Filepicker) else value
        except Misfit as misfit:
            self.misfits[path] = label + misfit.message
            return None

    def _attached(self, field: Filepicker, ids: list[str]) -> list[dict[str, Any]]:
        facts = [self.attachments.get(id) for id in ids]
        if None in facts:
            raise Misfit("中有附件找不到，请重新上传")
        found = [attachment_facts(fact) for fact in facts if fact is not None]
        for fact in found:
            if not field.accepts(fact["name"]):
                raise Misfit(f"不接受“{fact['name']}”，只能上传 {'、'.join(field.accept)} 文件")
        return found

    def _settle(self) -> None:
        for _ in range(_PASSES):
            self._compute()
            hidden = frozenset(self._hidden_in(self.form.conditional, within=False))
            if hidden == self.hidden:
                return
            self.hidden = hidden

    def _compute(self) -> None:
        for field, columns in self.form.computed:
            if columns:
                for row in self.values.get(field.key) or []:
                    self._compute_row(row, columns)
            elif field.key in self.values:
                self.values[field.key] = _figure(field, self.scope())

    def _compute_row(self, row: dict[str, Any], columns: tuple[Field, ...]) -> None:
        for column in columns:
            row[column.key] = _figure(column, self.scope(row))

    def _hidden_in(self, components: tuple[Component, ...], *, within: bool) -> Iterator[str]:
        for component in components:
            hidden = within or (component.hide is not None and component.hide(self.scope()) is True)
            if hidden:
                yield component.key if isinstance(component, Field) else component.id
            if isinstance(component, Group):
                yield from self._hidden_in(component.components, within=hidden)


class Scope(Mapping[str, Any]):
    """Looks names up where they stand at the moment; an expression reads few of the many there are."""

    __slots__ = ("_filling", "_row")

    def __init__(self, filling: Filling, row: Mapping[str, Any]) -> None:
        self._filling = filling
        self._row = row

    def __getitem__(self, name: str) -> Any:
        if name in self._row:
            return self._row[name]
        filling = self._filling
        if name in filling.values:
            return None if name in filling.hidden else filling.values[name]
        return filling.inputs[name] if name in filling.inputs else filling.context[name]

    def __iter__(self) -> Iterator[str]:
        filling = self._filling
        return iter({**filling.context, **filling.inputs, **filling.values, **self._row})

    def __len__(self) -> int:
        return sum(1 for _ in self)


_FACTS = frozenset({"id", "name", "sha256", "size", "media_type"})


def _brought_documents(form: Form, inputs: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Documents that an earlier step of the case kept and this task is given again."""
    found: dict[str, Mapping[str, Any]] = {}
    for field in form.holders:
        for holder, path in _holders(field, inputs.get(field.key)):
            for fact in _documents(holder.get(path)):
                found[str(fact["id"])] = fact
    return found


def _documents(value: Any) -> list[Mapping[str, Any]]:
    return [fact for fact in _contexts(value) if fact.keys() >= _FACTS and isinstance(fact["size"], Decimal | int)]


def _contexts(value: Any) -> list[Mapping[str, Any]]:
    """The contexts in a list; what a diagram brings may be anything."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []


def _holders(field: Field, brought: Any) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Where a field's documents are: under its own key, or in a column of each row."""
    if isinstance(field, Filepicker):
        yield {field.key: brought}, field.key
    elif isinstance(field, Rows):
        columns = [column.key for column in field.columns_of if isinstance(column, Filepicker)]
        yield from ((row, column) for row in _contexts(brought) for column in columns)


def attachment_facts(fact: Mapping[str, Any]) -> dict[str, Any]:
    """What a form keeps about a document."""
    kept = {name: str(fact[name]) for name in ("id", "name", "sha256", "media_type")}
    return {**kept, "size": Decimal(fact["size"])}


def settled(field: Field, value: Any) -> Any:
    """A value of the system's own making, read like any other where that is possible."""
    if isinstance(field, Filepicker):
        return [attachment_facts(fact) for fact in _documents(value)]
    if value is None:
        return None
    try:
        return field.read(value)
    except Misfit:
        return value


def _figure(field: Field, scope: Mapping[str, Any]) -> Any:
    """What a designer's formula gives; nothing where the field could not show it."""
    value = field.value(scope) if field.value else None
    if isinstance(field, Filepicker):
        return settled(field, value)
    if isinstance(field, Names | Checklist) and not isinstance(value, list):
        return None
    if not isinstance(value, Decimal) or not isinstance(field, Number):
        return value
    if abs(value) >= LARGEST:
        return None
    places = 4 if field.kind is NumberKind.PERCENT else field.decimals
    return value if places is None else value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
