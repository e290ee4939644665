"""Shapes that every room of the API shares."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from engine.queries.page import Page as QueryPage

Item = TypeVar("Item", bound=BaseModel)
_DEEPEST = 32


class Received(BaseModel):
    """A request body. What is not known is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


class Shown(BaseModel):
    """An answer."""

    model_config = ConfigDict(from_attributes=True)


class Problem(Shown):
    """One thing that is wrong: with a form's field, or with a diagram's element."""

    path: str | None = Field(default=None, description="表单字段路径，如 rows.0.amount")
    severity: str | None = Field(default=None, description="error 或 warning（流程图）")
    element_id: str | None = Field(default=None, description="流程图元素的 id")
    line: int | None = None
    code: str | None = None
    message: str


class ProblemDocument(Shown):
    """application/problem+json"""

    type: str
    title: str
    status: int
    detail: str
    problems: list[Problem] = Field(default_factory=list)


class Page(Shown, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    total: int
    page: int
    pages: int


def page_of(found: QueryPage[Any], kind: type[Item]) -> Page[Item]:
    """A query's page as an answer."""
    items = [kind.model_validate(item) for item in found.items]
    return Page(items=items, total=found.total, page=found.number, pages=found.pages)


def _printable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("含有无法识别的字符")
    text.encode("utf-8")
    return text


def _clean(document: dict[str, Any]) -> dict[str, Any]:
    ensure_keepable(document)
    return document


def ensure_keepable(value: Any, depth: int = 0) -> None:
    """Raise `ValueError` for JSON that the database cannot keep, or that nobody would send in earnest."""
    if depth > _DEEPEST:
        raise ValueError("嵌套太深")
    if isinstance(value, str):
        _printable(value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("数字不合法")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _printable(key)
            ensure_keepable(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            ensure_keepable(item, depth + 1)


#: a form's values: any JSON that the database can keep
Document = Annotated[dict[str, Any], AfterValidator(_clean)]
#: a short text that the database can keep
Text = Annotated[str, StringConstraints(max_length=200), AfterValidator(_printable)]
LongText = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_printable)]
#: what a message tells: texts, numbers, yes or no. It has no form that could check more.
Facts = Annotated[dict[Text, LongText | int | float | bool | None], Field(max_length=20), AfterValidator(_clean)]
