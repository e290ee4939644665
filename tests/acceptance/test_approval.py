"""P02 and P03a over HTTP: from the village's application to the registered contract."""

from __future__ import annotations

from decimal import Decimal

from api.demo.plan import row_of
from api.demo.stage import Stage
from api.demo.story import Story

SHIXI = Story.of_plan(row_of("岩坦镇"), contract_amount=Decimal("486300.00"))


def test_a_row_of_the_plan_becomes_a_project(stage: Stage) -> None:
    project_id = stage.approve(SHIXI)

    project = stage.desk.project(project_id)
    assert project["facts"]["approved_amount"] == "424660.00"
