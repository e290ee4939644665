"""`anlan demo --walk` shows worked example A of the specification, exact to the fen."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app


def test_every_payment_of_the_worked_example_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANLAN_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "140")

    result = CliRunner().invoke(app, ["demo", "--walk"])

    assert result.exit_code == 0
    for amount in ("144,000.00", "134,400.00", "28,800.00", "76,800.00", "71,900.00", "14,100.00", "470,000.00"):
        assert amount in result.output
    assert list(tmp_path.iterdir()) == []
