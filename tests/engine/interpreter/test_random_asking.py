"""Random processes whose service tasks wait for the outside, against the oracle: a sample of the campaign."""

from __future__ import annotations

import pytest
from random_processes.asking import AskingReturnTrial, AskingTrial

BATCH = 25
SAMPLE = range(0, 500, BATCH)


@pytest.mark.parametrize("first", SAMPLE, ids=lambda first: f"seeds {first} to {first + BATCH - 1}")
def test_every_answer_agrees_with_the_standard(first: int) -> None:
    told = "".join(line for seed in range(first, first + BATCH) for line in AskingTrial(seed).play().story)

    assert "answer" in told
    assert "refuse" in told


@pytest.mark.parametrize("first", SAMPLE[:12], ids=lambda first: f"seeds {first} to {first + BATCH - 1}")
def test_returns_and_recalls_take_questions_back(first: int) -> None:
    for seed in range(first, first + BATCH):
        AskingReturnTrial(seed).play()
