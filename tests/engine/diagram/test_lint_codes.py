"""Every code the lint can give is explained to designers, and every code explained exists."""

from __future__ import annotations

import re
from pathlib import Path

import engine.diagram
import engine.interpreter

ROOT = Path(engine.diagram.__file__).parents[2]
SOURCES = [
    *Path(engine.diagram.__file__).parent.glob("*.py"),
    *(Path(engine.diagram.__file__).parent / "lint").rglob("*.py"),
    Path(engine.interpreter.__file__).with_name("parser.py"),
]
GIVEN = re.compile(r"\b(?:error|warning|missing|ends|endless|severity|_problem|_refused)\(\s*\"([a-zA-Z-]+)\"( \+ )?")
EXPLAINED = re.compile(r"`([a-zA-Z-]+)`")


def test_every_code_is_explained() -> None:
    given = {
        match[1] + ("*" if match[2] else "")
        for source in SOURCES
        for match in GIVEN.finditer(source.read_text(encoding="utf-8"))
    }
    # The one code that is put together: no-role and no-formKey.
    given = given - {"no-*"} | {"no-role", "no-formKey"}

    assert explained() == given


def explained() -> set[str]:
    rows = [line.split("|")[1] for line in _lint_doc().splitlines() if line.startswith("| `")]
    return {code for row in rows for code in EXPLAINED.findall(row)}


def _lint_doc() -> str:
    return (ROOT / "docs" / "lint.md").read_text(encoding="utf-8")
