"""`anlan verify` says whether the history holds, and ends with 1 where it does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from api import cli
from api.composition import engine_for
from api.demo.loader import load_demo
from api.settings import Settings


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("verified")
    engine = engine_for(Settings.from_environment({"ANLAN_HOME": str(home)}))
    load_demo(engine, report=lambda _: None)
    engine.database.dispose()
    return home


def run(home: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli.app, ["verify", *arguments], env={"ANLAN_HOME": str(home), "COLUMNS": "200"})
    return result.exit_code, result.output


def _tamper(home: Path, statement: str) -> None:
    engine = engine_for(Settings.from_environment({"ANLAN_HOME": str(home)}))
    with engine.database.write() as connection:
        connection.exec_driver_sql(statement)
        connection.commit()
    engine.database.dispose()


def test_the_whole_demonstration_replays(home: Path) -> None:
    code, output = run(home, "--all")

    assert "核对通过" in output
    assert code == 0


def test_what_is_to_be_checked_must_be_said(home: Path) -> None:
    code, output = run(home)

    assert code == 1
    assert "--all" in output


def test_a_changed_variable_is_found(home: Path) -> None:
    _tamper(home, "UPDATE process_instance SET variables = tokens")

    code, output = run(home, "--all")
    assert code == 1
    assert "的当前变量（variables）被改动：按历史（第 " in output


def test_a_checkpoint_proves_that_it_goes_on_from_a_kept_one(home: Path, tmp_path: Path) -> None:
    kept, proof = tmp_path / "kept.txt", tmp_path / "proof.json"
    environment = {"ANLAN_HOME": str(home), "COLUMNS": "200"}
    made = CliRunner().invoke(cli.app, ["checkpoint", "-o", str(kept)], env=environment)
    proven = ["checkpoint", "--since", str(kept), "--proof", str(proof)]
    later = CliRunner().invoke(cli.app, proven, env=environment)

    assert (made.exit_code, later.exit_code) == (0, 0)
    assert "没有改动" in later.output
    assert '"proof"' in proof.read_text("utf-8")
    _tamper(home, "UPDATE history_log SET digest = '00' WHERE position = 1")
    assert CliRunner().invoke(cli.app, proven, env=environment).exit_code == 1
