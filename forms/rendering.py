"""Pages of a form: to be filled in, and as it was submitted. The macros in `templates/` do the writing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from forms.definition import Form
from forms.entry import entry_page
from forms.errors import FieldError
from forms.filling import Filling
from forms.submission import initial
from forms.views import Links, Page, sheet

_templates = Environment(
    loader=PackageLoader("forms", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(
    form: Form,
    values: Mapping[str, Any] | None = None,
    errors: Sequence[FieldError] = (),
    *,
    inputs: Mapping[str, Any] | None = None,
    rights: Mapping[str, str] | None = None,
    attachments: Mapping[str, Mapping[str, Any]] | None = None,
    context: Mapping[str, Any] | None = None,
    links: Links = Links(),  # noqa: B008 - a frozen value
) -> Markup:
    """The content of the form element. Without values it opens with defaults and what the task's inputs bring.

    `values` may be what was typed (texts) or what was kept (typed values).
    """
    started = initial(form, inputs or {}) if values is None else values
    filling = Filling(form, started, inputs=inputs, rights=rights, attachments=attachments, context=context)
    return _write("form.html", entry_page(filling, tuple(errors), links))


def render_read_only(
    form: Form,
    values: Mapping[str, Any],
    *,
    hidden: Iterable[str] = (),
    links: Links = Links(),  # noqa: B008 - a frozen value
) -> Markup:
    """What was submitted, as it was: only what was given, in the words and the order of the form."""
    return _write("sheet.html", sheet(form, values, frozenset(hidden), links))


def _write(template: str, page: Page) -> Markup:
    return Markup(_templates.get_template(template).render(page=page))
