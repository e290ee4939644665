"""What users without a checkout get: the wheel holds everything that `anlan serve` reads."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parent.parent


@cache
def wheel_contents() -> frozenset[str]:
    """The paths inside the wheel, without building it."""
    return frozenset(file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files())


def _on_disk(folder: str, pattern: str) -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob(pattern)}


def test_every_diagram_and_decision_table_is_in_the_wheel() -> None:
    shipped = _on_disk("bpmn", "*.bpmn") | _on_disk("bpmn", "*.dmn")

    assert shipped
    assert shipped <= wheel_contents()


def test_every_form_is_in_the_wheel() -> None:
    assert _on_disk("forms/library", "*") >= {"forms/library/project_application/form.json"}
    assert _on_disk("forms/library", "*.json") | _on_disk("forms/library", "*.html") <= wheel_contents()


def test_templates_styles_and_bundles_are_in_the_wheel() -> None:
    needed = (
        _on_disk("api/templates", "*.html")
        | _on_disk("forms/templates", "*.html")
        | _on_disk("api/static", "*.css")
        | _on_disk("api/static", "*.js")
        | {"api/static/dist/.stamp"}
    )

    assert needed <= wheel_contents()


def test_data_of_the_engine_and_of_the_demo_are_in_the_wheel() -> None:
    needed = _on_disk("engine", "*.json") | _on_disk("engine", "*.mako") | _on_disk("api/demo", "*.csv")

    assert needed <= wheel_contents()


def test_migrations_are_in_the_wheel() -> None:
    assert _on_disk("engine/store/migrations", "*.py") <= wheel_contents()


def test_neither_tests_nor_front_end_sources_are_in_the_wheel() -> None:
    assert not [path for path in wheel_contents() if path.startswith(("tests/", "api/frontend/", "var/"))]
