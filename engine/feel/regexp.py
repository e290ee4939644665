"""Regular expressions of XPath (DMN 1.5 refers to XQuery and XPath functions and operators, section 5.6)."""

from __future__ import annotations


def matches(text: str, pattern: str, flags: str) -> bool | None:
    raise NotImplementedError


def replace(text: str, pattern: str, replacement: str, flags: str) -> str | None:
    raise NotImplementedError


def split(text: str, delimiter: str) -> list[str] | None:
    raise NotImplementedError
