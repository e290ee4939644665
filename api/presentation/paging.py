"""Page numbers, and the links to the pages around."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from engine.queries.page import Page

_LAST = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Pager:
    """Where one is among many pages."""

    number: int
    pages: int
    total: int
    previous: str | None
    next: str | None


def page_number(text: str) -> int:
    """A page number as people type it into addresses: anything else is the first page."""
    return min(max(int(text), 1), _LAST) if text.isdecimal() and len(text) < 10 else 1


def pager(page: Page[Any], address: str, search: str, chosen: Mapping[str, str] | None = None) -> Pager:
    """The links to the pages before and after; `chosen` are the other conditions of the list."""

    def link(number: int) -> str:
        query = {**(chosen or {}), **({"search": search.strip()} if search.strip() else {})}
        return f"{address}?{urlencode({**query, 'page': number})}"

    return Pager(
        number=page.number,
        pages=page.pages,
        total=page.total,
        previous=link(page.number - 1) if page.number > 1 else None,
        next=link(page.number + 1) if page.number < page.pages else None,
    )
