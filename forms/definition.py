"""A form as its designers drew it: form-js JSON, read once into typed components."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from engine.feel import Expression
from forms.components import Component, Field, Filepicker, Rows, walk

if TYPE_CHECKING:
    from forms.rights import Rights

#: Names every expression of the product may read; a field may not take one of them.
FACTS = frozenset({"policy", "region", "case", "project", "starter", "actor", "today", "now", "decide"})
#: Functions of the office calendar; a field of the same name comes first.
FUNCTIONS = frozenset({"deadline", "notice_over_at"})


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A condition between fields; where it is false, the message appears at the field."""

    test: Expression
    #: a text, or FEEL that gives one
    message: str | Expression
    #: the field, or `rows.column`
    field: str
    #: the rows whose every row is to be tested on its own
    each: str | None = None

    @cached_property
    def reads(self) -> frozenset[str]:
        """The names it is about: those it tests, and the field itself."""
        return frozenset({path[0] for path in self.test.references if path} | {self.key})

    @cached_property
    def key(self) -> str:
        """The key of the field or of the rows."""
        return self.field.partition(".")[0]

    def explain(self, scope: Mapping[str, Any]) -> str:
        """The sentence for the person who filled it in."""
        if isinstance(self.message, str):
            return self.message
        text = self.message(scope)
        return text if isinstance(text, str) else "不符合规定，请核对"


@dataclass(frozen=True, kw_only=True)
class Form:
    """A versionless form; its content is pinned by whoever deploys it."""

    key: str
    title: str
    components: tuple[Component, ...]
    rules: tuple[Rule, ...] = ()
    #: number of the form in the specification's dictionary, such as `F02`
    code: str = ""
    source: str = ""
    #: names of values the task computes, beyond those shown in read-only fields
    inputs: frozenset[str] = frozenset()
    #: FEEL; while true only the fields marked `always` are demanded and no rule is applied
    relax: Expression | None = None
    #: whether a task with outcomes adds the common review fields, or the outcome alone
    review: bool = True
    content: bytes = field(default=b"", repr=False)

    @classmethod
    def parse(cls, content: bytes) -> Form:
        """Read form-js JSON. Raises `InvalidForm` with every problem found."""
        from forms.form_js import read

        return read(content)

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """The fields outside rows, by key, in the order of the page."""
        return {component.key: component for component in walk(self.components) if isinstance(component, Field)}

    @cached_property
    def computed(self) -> tuple[tuple[Field, tuple[Field, ...]], ...]:
        """What formulas give values to, in the order of the page: fields, and rows with their columns of that kind."""
        found: list[tuple[Field, tuple[Field, ...]]] = []
        for it in self.fields.values():
            columns = it.columns_of if isinstance(it, Rows) else ()
            computed = tuple(column for column in columns if column.value is not None)
            if computed or (it.value is not None and not isinstance(it, Rows)):
                found.append((it, computed))
        return tuple(found)

    def granted(self, named: Mapping[str, str]) -> Rights:
        """The rights that a task names; there are few tasks with the same form."""
        from forms.rights import Rights

        key = tuple(named.items())
        known = self._granted.get(key)
        if known is None:
            known = self._granted[key] = Rights(named)
        return known

    @cached_property
    def _granted(self) -> dict[tuple[tuple[str, str], ...], Rights]:
        return {}

    @cached_property
    def conditional(self) -> tuple[Component, ...]:
        """The components, not yet taken apart, of which something may be hidden."""
        return tuple(it for it in self.components if any(part.hide is not None for part in walk((it,))))

    @cached_property
    def holders(self) -> tuple[Field, ...]:
        """The fields that documents are in: their own, or in a column of each row."""
        return tuple(filter(_holds_documents, self.fields.values()))

    @cached_property
    def drivers(self) -> frozenset[str]:
        """Keys of fields on which what is shown, demanded or computed depends."""
        return frozenset(path[0] for expression in self._conditions() for path in expression.references if path)

    def _conditions(self) -> Iterator[Expression]:
        for component in walk(self.components):
            yield from _conditions_of(component)
            if isinstance(component, Rows):
                for column in component.columns_of:
                    yield from _conditions_of(column)

    def validate(
        self,
        submission: Mapping[str, Any],
        *,
        inputs: Mapping[str, Any] | None = None,
        rights: Mapping[str, str] | Rights | None = None,
        attachments: Mapping[str, Mapping[str, Any]] | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The values to keep. Raises `InvalidSubmission` with a message at each field."""
        from forms.filling import Filling
        from forms.validation import validate

        return validate(
            Filling(self, submission, inputs=inputs, rights=rights, attachments=attachments, context=context)
        )

    def schema(self) -> dict[str, Any]:
        """A JSON Schema of a submission, for programs."""
        from forms.schema import describe

        return describe(self)


def _holds_documents(field: Field) -> bool:
    columns = field.columns_of if isinstance(field, Rows) else ()
    return isinstance(field, Filepicker) or any(isinstance(column, Filepicker) for column in columns)


def _conditions_of(component: Component) -> Iterator[Expression]:
    candidates = [component.hide]
    if isinstance(component, Field):
        candidates += [component.required_if, component.value]
    yield from (expression for expression in candidates if expression is not None)
