"""The nearest name to one that is not known: “是不是想写 …？”"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache

#: Shorter names differ by a letter on purpose.
SHORTEST = 4
LIKENESS = 0.8
#: Names compared at most, and their length; a hint is not worth more work.
MOST, LONGEST = 300, 80


def similar(name: str, names: Iterable[str]) -> str | None:
    """The most similar of some names, if one is similar enough to have been meant."""
    return _similar(name, tuple(names)[:MOST])


def hint(name: str, names: Iterable[str]) -> str:
    """A question to the designer, or nothing."""
    close = similar(name, names)
    return f"是不是想写 {close}？" if close else ""


@lru_cache(maxsize=1024)
def _similar(name: str, names: tuple[str, ...]) -> str | None:
    if not SHORTEST <= len(name) <= LONGEST:
        return None
    best, close = LIKENESS, None
    for other in names:
        if len(other) > LONGEST or abs(len(other) - len(name)) > 3 or _is_numbered(name, other):
            continue
        likeness = SequenceMatcher(None, name.lower(), other.lower()).ratio()
        if likeness >= best and other != name:
            best, close = likeness, other
    return close


def _is_numbered(name: str, other: str) -> bool:
    """Whether two names differ by their number only, as `sign_1` and `sign_2` do."""
    return name.rstrip("0123456789") == other.rstrip("0123456789")
