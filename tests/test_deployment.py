"""The examples for operators fit together: the compose file, the Procfile, the units of systemd and the settings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.monitoring.metrics import Metrics
from engine.bootstrap import build_library_engine
from engine.clock import SystemClock

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "docs" / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((EXAMPLES / "compose.yaml").read_text("utf-8"))
PROCFILE = dict(re.findall(r"^(\w+): (.+)$", (EXAMPLES / "Procfile").read_text("utf-8"), re.MULTILINE))
OURS = {name: service for name, service in COMPOSE["services"].items() if name != "database"}


def command_in(line: str) -> str:
    return line[line.index("anlan ") :]


def test_compose_starts_the_processes_of_the_procfile() -> None:
    assert {name: " ".join(service["command"]) for name, service in OURS.items()} == {
        name: command_in(line) for name, line in PROCFILE.items()
    }


def test_only_web_processes_leave_the_work_to_workers() -> None:
    without = {name for name, service in OURS.items() if service["environment"].get("ANLAN_WORKER") == "0"}

    assert without == {name for name, line in PROCFILE.items() if "ANLAN_WORKER=0" in line} == {"web1", "web2"}


def test_every_process_has_the_same_home_and_waits_for_the_database() -> None:
    for service in OURS.values():
        assert service["volumes"] == ["home:/var/lib/anlan"]
        assert service["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert set(COMPOSE["volumes"]) == {"home", "database"}


@pytest.mark.parametrize("unit", ["anlan@.service", "anlan-worker@.service"])
def test_the_units_of_systemd_start_the_same(unit: str) -> None:
    text = (EXAMPLES / unit).read_text("utf-8")

    started = re.search(r"^ExecStart=/opt/anlan/bin/(.+)$", text, re.MULTILINE)
    assert started is not None
    assert started[1] in {command_in(line) for line in PROCFILE.values()}
    assert ("ANLAN_WORKER=0" in text) == started[1].startswith("anlan serve")


def test_every_setting_that_is_named_is_explained() -> None:
    named = {name for path in EXAMPLES.iterdir() for name in re.findall(r"\bANLAN_[A-Z_]+\b", path.read_text("utf-8"))}
    explained = set(re.findall(r"ANLAN_[A-Z_]+", (ROOT / "docs" / "operations.md").read_text("utf-8")))

    # It is the password that the database's own container is made with.
    assert named - {"ANLAN_DATABASE_PASSWORD"} <= explained


def test_the_rules_for_prometheus_ask_for_figures_that_there_are() -> None:
    rules = yaml.safe_load((EXAMPLES / "alerts.yaml").read_text("utf-8"))["groups"][0]["rules"]
    asked = {name for rule in rules for name in re.findall(r"anlan_[a-z_]+", rule["expr"])}
    engine = build_library_engine("sqlite://", clock=SystemClock(), connectors={})
    there = {line.split()[2] for line in Metrics(engine).text().decode().splitlines() if line.startswith("# TYPE")}
    engine.database.dispose()

    assert {re.sub(r"_(total|bucket)$", "", name) for name in asked} <= {re.sub(r"_total$", "", name) for name in there}
