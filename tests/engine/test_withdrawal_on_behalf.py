"""Withdrawing a case in another's name needs that other's delegation."""

from __future__ import annotations

import pytest

from engine.commands import Actor, StartProcess, WithdrawProcess
from engine.errors import Forbidden
from engine.process_engine import ProcessEngine


def test_nobody_withdraws_in_the_starters_name_without_a_delegation(engine: ProcessEngine) -> None:
    started = engine.execute(StartProcess(actor=Actor(person_id="applicant"), process_key="grant"))
    pretender = Actor(person_id="clerk", on_behalf_of="applicant")

    with pytest.raises(Forbidden, match="委托"):
        engine.execute(WithdrawProcess(actor=pretender, instance_id=started.instance_id, reason="试一试"))
