"""A bounded sample of `make chaos`."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from .monkey import unleash

FAULTS = int(os.environ.get("CHAOS_FAULTS", "12"))


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_nothing_acknowledged_is_lost_and_nothing_happens_twice(database):
    with TemporaryDirectory(prefix="anlan-chaos-") as home:
        losses = unleash(database, Path(home) / database, FAULTS, Random(f"{database} 1"))

    assert losses.complaints == []
    assert losses.faults.total() >= FAULTS
    assert losses.acknowledged > 0
    assert losses.errands > 0
