"""The arrows between the rooms (design §2), read from the imports themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for room in ("engine", "api", "forms") for path in (ROOT / room).rglob("*.py"))

#: what each room may import of ours, the longest matching name first
MAY_IMPORT = {
    "engine.feel": ("engine.feel",),
    "engine.dmn": ("engine.dmn", "engine.feel"),
    # Errors are the one vocabulary that every room shares.
    "forms": ("forms", "engine.feel", "engine.errors"),
    "engine.funds": ("engine",),
    "engine.bootstrap": ("engine",),
    "engine.store.tables": ("engine",),
    "engine": ("engine",),
    "api": ("api", "forms", "engine"),
}


def _module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _inside(name: str, room: str) -> bool:
    return name == room or name.startswith(room + ".")


def _room_of(module: str) -> str:
    return max((room for room in MAY_IMPORT if _inside(module, room)), key=len)


def _strangers(path: Path) -> set[str]:
    """What a file imports of ours although its room may not."""
    allowed = MAY_IMPORT[_room_of(_module_of(path))]
    ours = {name for name in _imports(path) if name.split(".")[0] in ("engine", "api", "forms")}
    return {name for name in ours if name != "engine" and not any(_inside(name, room) for room in allowed)}


def _importers_of(room: str) -> set[str]:
    return {_module_of(path) for path in SOURCES if any(_inside(name, room) for name in _imports(path))}


def test_a_room_imports_only_the_rooms_below_it() -> None:
    assert {_module_of(path): strangers for path in SOURCES if (strangers := _strangers(path))} == {}


def test_only_the_interpreter_imports_spiffworkflow() -> None:
    assert {module for module in _importers_of("SpiffWorkflow") if not _inside(module, "engine.interpreter")} == set()


def test_only_the_composition_root_and_reads_know_the_funds_room() -> None:
    knowing = {module for module in _importers_of("engine.funds") if not _inside(module, "engine.funds")}

    # Pages and the API read projects; nothing but commands changes them.
    assert {module for module in knowing if not _inside(module, "api")} == {
        "engine.bootstrap",
        "engine.store.tables",
    }


def test_the_engine_commits_in_one_place() -> None:
    committing = {_module_of(path) for path in SOURCES if _calls_commit(path)}

    # A migration runs before there is anything to execute commands on.
    assert committing == {"engine.process_engine", "engine.store.migrations.env"}


def test_only_the_queue_writes_beside_the_commands() -> None:
    writing = {_module_of(path) for path in SOURCES if _calls(path, "book")}

    assert {module for module in writing if not _inside(module, "engine.jobs")} == set()


def _calls_commit(path: Path) -> bool:
    return _calls(path, "commit")


def _calls(path: Path, name: str) -> bool:
    calls = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))
    return any(isinstance(call.func, ast.Attribute) and call.func.attr == name for call in calls)
