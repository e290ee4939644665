"""What the guide for designers shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine import feel
from engine.feel.builtins import BUILTINS

GUIDE = (Path(__file__).parents[3] / "docs" / "feel.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|$", GUIDE, re.MULTILINE)


@pytest.mark.parametrize(("expression", "result"), EXAMPLES)
def test_an_example_of_the_guide_holds(expression: str, result: str) -> None:
    assert feel.text_of(feel.compile(expression)({})) == feel.text_of(feel.compile(result)({}))


def test_the_guide_shows_every_built_in_function() -> None:
    shown = set(re.findall(r"\w[\w ]*(?=\()", GUIDE))

    assert [name for name in BUILTINS if not any(found.endswith(name) for found in shown)] == []
