"""The languages other tools write expressions in."""

from __future__ import annotations

import re
from enum import StrEnum

_PYTHON = re.compile(r"\b(True|False|None|elif|is not|not in|len|timedelta)\b|\bif\b.+\belse\b|#")
_SCRIPTED = re.compile(r"&&|\|\||===|!==|!(?!=)|\?|\bnext\s*\(|\benvironment\.")


class Dialect(StrEnum):
    """Which words and precedences an expression has."""

    #: `${…}` and `#{…}` of Camunda 7, Flowable and Activiti
    JUEL = "JUEL"
    PYTHON = "Python"
    #: JavaScript, Groovy and Java where they look alike
    JAVASCRIPT = "JavaScript"
    XPATH = "XPath"

    @property
    def counts_from_one(self) -> bool:
        return self is Dialect.XPATH


_BY_NAME = (
    (Dialect.PYTHON, ("python",)),
    (Dialect.JAVASCRIPT, ("javascript", "ecmascript", "groovy", "java", "mvel")),
    (Dialect.JUEL, ("juel", "uel")),
    (Dialect.XPATH, ("xpath",)),
)


def named(language: str | None) -> Dialect | None:
    """What a `language` or `scriptFormat` attribute means."""
    text = (language or "").lower()
    return next((dialect for dialect, names in _BY_NAME if any(name in text for name in names)), None)


def guessed(text: str) -> Dialect:
    """What an expression that is not FEEL looks like."""
    if "getDataObject" in text:
        return Dialect.XPATH
    if _SCRIPTED.search(text) and not _PYTHON.search(text):
        return Dialect.JAVASCRIPT
    return Dialect.PYTHON
