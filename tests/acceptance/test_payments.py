"""P04 to P06b over HTTP: every payment of the specification's examples, and what is refused on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from api.demo.stage import Stage
from api.demo.story import Story
from api.demo.walker import Answer


def test_worked_example_a_from_application_to_retention(desk: Any, stage: Stage, example_a: Story) -> None:
    desk.asks_passwords = True
    project_id = stage.approve(example_a)
    stage.advance(example_a, project_id)
    for earned in ("240000.00", "384000.00", "480000.00"):
        stage.progress(example_a, project_id, Decimal(earned))
    stage.settle(example_a, project_id, Decimal("470000.00"))
    desk.clock.advance(timedelta(days=366))
    stage.release(example_a, project_id)

    project = desk.project(project_id)
    assert [(payment["kind"], payment["amount"]) for payment in project["payments"]] == [
        ("advance", "144000.00"),
        ("progress", "134400.00"),
        ("progress", "28800.00"),
        ("progress", "76800.00"),
        ("settlement", "71900.00"),
        ("retention", "14100.00"),
    ]
    assert (project["money"]["paid"], project["money"]["retention_held"]) == ("470000.00", "0.00")
    assert project["facts"]["status"] == "closed"


def test_a_row_of_the_plan_from_application_to_retention_with_setbacks(desk: Any, stage: Stage, shixi: Story) -> None:
    walk = stage.start("project_approval", shixi)
    setbacks = {
        "p4_town_review": [Answer(outcome="return_for_correction"), Answer()],
        "p1c_correct": shixi.application(),
        "p5_town_finance": [Answer(outcome="return_to_previous"), Answer()],
        "p6_town_sign": [Answer(outcome="return_to_previous"), Answer()],
        "p7_county_intake": [Answer(outcome="return_for_correction"), Answer()],
        "p12_deputy": [Answer(outcome="return_to_previous"), Answer()],
        "p15_filing": [Answer(values={"filing_result": "returned"}), Answer()],
        "p16_check": [Answer(outcome="return_to_previous"), Answer()],
        "p3x_investigate": Answer(values={"valid": "false"}),
    }
    walk.run(shixi.approval(), timers=False)
    desk.deliver("yantan.clerk", walk.case_id, "objection_received")
    walk.run({**shixi.approval(), **setbacks})
    project_id = stage.project_of(walk)
    stage.advance(shixi, project_id)
    for earned in ("200000.00", "350000.00", "486300.00"):
        stage.progress(shixi, project_id, Decimal(earned))
    stage.settle(shixi, project_id, Decimal("480000.00"))
    desk.clock.advance(timedelta(days=366))
    stage.release(shixi, project_id)

    project = desk.project(project_id)
    # ceiling 85 % of 486,300 = 413,355; settled 85 % of 480,000 = 408,000, of it 3 % retention
    assert [(payment["kind"], payment["amount"]) for payment in project["payments"]] == [
        ("advance", "124006.50"),
        ("progress", "108403.90"),
        ("progress", "25500.00"),
        ("progress", "72773.60"),
        ("settlement", "65076.00"),
        ("retention", "12240.00"),
    ]
    assert project["money"]["paid"] == "408000.00"


def test_example_b_too_much_paid_becomes_a_claim(desk: Any, backstage: Stage, example_a: Story) -> None:
    story = replace(example_a, contract_amount=Decimal("500000.00"))
    project_id = backstage.approve(story)
    backstage.advance(story, project_id)
    backstage.progress(story, project_id, Decimal("500000.00"))

    walk = backstage.settle(story, project_id, Decimal("390000.00"))

    project = desk.project(project_id)
    assert project["money"]["paid"] == "400000.00"
    assert project["money"]["retention_held"] == "11700.00"
    (claim,) = project["claims"]
    assert (claim["amount"], claim["remaining"]) == ("21700.00", "21700.00")
    assert [payment["kind"] for payment in project["payments"]] == ["advance", "progress"]
    assert "c8_pay" not in [done.activity_id for done in walk.done]


def test_example_c_two_sources_share_every_payment_to_the_fen(desk: Any, backstage: Stage, example_a: Story) -> None:
    story = replace(
        example_a,
        total_invest=Decimal("600000.00"),
        support=Decimal("600000.00"),
        contract_amount=Decimal("599999.99"),
        sources=(("support_fund_project", "60"), ("county_matching", "40")),
    )
    project_id = backstage.approve(story)
    backstage.advance(story, project_id)
    backstage.progress(story, project_id, Decimal("251234.57"))

    project = desk.project(project_id)
    for payment in project["payments"]:
        amount, first = Decimal(payment["amount"]), Decimal(payment["shares"]["support_fund_project"])
        assert first + Decimal(payment["shares"]["county_matching"]) == amount
        assert abs(first - amount * Decimal("0.6")) <= Decimal("0.005")
    assert project["payments"][0]["amount"] == "180000.00"


def test_retention_is_not_released_before_its_day(project_at: Any, example_a: Story, refused: Any) -> None:
    project = project_at("settled")

    with refused(409) as refusal:
        project.stage.start("retention_release", example_a, project.id)

    assert "质保期" in refusal.detail
    assert project.show()["money"]["retention_held"] == "14100.00"


def test_retention_is_released_on_its_very_day(project_at: Any, example_a: Story, refused: Any) -> None:
    project = project_at("settled")
    end = project.show()["facts"]["warranty_end"]
    hour = timedelta(hours=1)
    midnight = project.desk.clock.now().fromisoformat(f"{end}T00:00:00+08:00")

    project.desk.clock.set(midnight - hour)
    with refused(409):
        project.stage.start("retention_release", example_a, project.id)
    project.desk.clock.set(midnight + hour)

    assert project.stage.start("retention_release", example_a, project.id).task("r1_apply")


def test_an_invoice_is_paid_once_and_its_case_is_named(project_at: Any, example_a: Story, refused: Any) -> None:
    project = project_at("advanced")
    first = project.stage.progress(example_a, project.id, Decimal("240000.00"))
    (invoice,) = first.last("g3_request").submission["invoice_list"]
    walk = project.stage.start("progress_payment", example_a, project.id)
    walk.run(example_a.progress(Decimal("384000.00")), until="g3_request")

    photo = project.desk.upload("shixi.applicant", "发票.pdf", b"%PDF-1.4 the same invoice again")

    with refused(422) as refusal:
        walk.complete("g3_request", invoice_list=[{**invoice, "photo": [photo]}])

    number = project.desk.case(first.case_id)["number"]
    assert number in refusal.problems["invoice_list.0.invoice_no"]
    assert walk.task("g3_request")


def test_no_more_than_the_allowed_advance_is_asked_for(project_at: Any, example_a: Story, refused: Any) -> None:
    project = project_at("approved")
    walk = project.stage.start("advance_payment", example_a, project.id)

    with refused(422) as refusal:
        walk.complete("a1_request", advance_amount="144000.01")

    assert "advance_amount" in refusal.problems


def test_the_county_cannot_pay_more_than_is_computed(project_at: Any, example_a: Story, refused: Any) -> None:
    project = project_at("approved")
    walk = project.stage.start("advance_payment", example_a, project.id)
    walk.run(example_a.advance(), until="a7_county_finance")

    with refused(422) as refusal:
        walk.complete("a7_county_finance", payable_approved="144000.01")

    assert "payable_approved" in refusal.problems
    assert project.payments() == []


def test_a_second_advance_is_refused_with_the_reason(project_at: Any, example_a: Story, refused: Any) -> None:
    project = project_at("advanced")

    with refused(409) as refusal:
        project.stage.start("advance_payment", example_a, project.id)

    assert "144,000.00" in refusal.detail


def test_progress_waits_for_the_advance(project_at: Any, example_a: Story, refused: Any) -> None:
    project = project_at("approved")

    with refused(409) as refusal:
        project.stage.start("progress_payment", example_a, project.id)

    assert "预拨" in refusal.detail


def test_a_payment_sent_back_by_the_bank_is_made_to_another_account(project_at: Any, example_a: Story) -> None:
    project = project_at("approved")
    walk = project.stage.start("advance_payment", example_a, project.id)
    returned = Answer(values={"bank_status": "returned", "return_reason": "账号与户名不符，银行退回"})

    walk.run({**example_a.advance(), "a10_pay": [returned, Answer()]})

    done = [step.activity_id for step in walk.done]
    assert done.index("a10x_payee_change") < done.index("a11_receipt")
    assert done.count("a7_county_finance") == 2
    paid = [payment for payment in project.show()["payments"] if payment["status"] == "paid"]
    assert [payment["amount"] for payment in paid] == ["144000.00"]


def test_a_refused_reimbursement_may_be_asked_for_again(project_at: Any, example_a: Story) -> None:
    project = project_at("advanced")
    walk = project.stage.start("progress_payment", example_a, project.id)
    refusing = {"g5_town_review": Answer(outcome="refuse_reimbursement")}

    walk.run({**example_a.progress(Decimal("240000.00")), **refusing})
    project.stage.progress(example_a, project.id, Decimal("240000.00"))

    assert project.payments() == [("advance", "144000.00"), ("progress", "134400.00")]


@pytest.mark.parametrize("role", ["village_finance_group"])
def test_three_members_of_the_finance_group_sign_each_for_themselves(
    project_at: Any, example_a: Story, refused: Any, role: str
) -> None:
    project = project_at("approved")
    walk = project.stage.start("advance_payment", example_a, project.id)
    walk.run(example_a.advance(), until="a2_village_sign_group")
    first = walk.complete("a2_village_sign_group")

    with refused(403):
        walk.complete("a2_village_sign_group", person=first.person)

    assert [task.role for task in walk.open_tasks()].count(role) == 2


@pytest.mark.parametrize(
    ("milestone", "process", "pay", "change", "amount"),
    [
        ("advanced", "progress_payment", "g11_pay", "g11x_payee_change", "134400.00"),
        ("built", "completion_settlement", "c8_pay", "c8x_payee_change", "71900.00"),
        ("settled", "retention_release", "r4_pay", "r4x_payee_change", "14100.00"),
    ],
)
def test_every_payment_survives_a_return_by_the_bank(
    project_at: Any, example_a: Story, milestone: str, process: str, pay: str, change: str, amount: str
) -> None:
    project = project_at(milestone)
    project.desk.clock.advance(timedelta(days=400))
    backstage = project.backstage()
    script = {**example_a.progress(Decimal("240000.00")), **example_a.settlement(Decimal("470000.00"))}
    returned = Answer(values={"bank_status": "returned", "return_reason": "账号与户名不符，银行退回"})

    walk = backstage.start(process, example_a, project.id)
    walk.run({**script, pay: [returned, Answer()], change: Answer(values={"bank_account": "201000999999999"})})

    last = [payment for payment in project.show()["payments"] if payment["case_id"] == walk.case_id]
    assert [(payment["amount"], payment["status"]) for payment in last] == [(amount, "returned"), (amount, "paid")]


@pytest.mark.parametrize(("repair", "released"), [("4100.00", "10000.00"), ("14100.00", None)])
def test_repairs_are_taken_from_the_retention(
    project_at: Any, example_a: Story, repair: str, released: str | None
) -> None:
    project = project_at("settled")
    project.desk.clock.advance(timedelta(days=400))
    broken = Answer(values={"issue_found": "true", "repair_cost": repair})

    walk = project.backstage().start("retention_release", example_a, project.id)
    walk.run({"r1_apply": broken, "r2_recheck": broken})

    paid = [amount for kind, amount in project.payments() if kind == "retention"]
    assert paid == ([released] if released else [])
    assert project.show()["money"]["retention_held"] == "0.00"
