"""加签, 减签 and 委派: others sign or work on a task, and the token waits for them."""

from __future__ import annotations

from typing import Any

import pytest

from engine.commands import Actor, CompleteTask, ReleaseTask
from engine.errors import Conflict, Forbidden, Refused
from engine.model import Signing
from engine.moves import AddSigner, DelegateTask, RecallTask, RemoveSigner, ResolveTask
from engine.queries.inbox import done, todo
from engine.queries.viewer import viewer_of


def _add(office: Any, signing: Signing, *persons: str, by: str = "clerk", activity: str = "review") -> tuple[str, ...]:
    command = AddSigner(
        actor=Actor(person_id=by),
        task_id=office.task(activity).id,
        person_ids=persons,
        signing=signing,
        reason="请一并把关",
    )
    added: tuple[str, ...] = office.execute(command)
    return added


def _sign(office: Any, login: str, outcome: str = "agree") -> Any:
    task = office.added(login)
    command = CompleteTask(
        actor=Actor(person_id=login), task_id=task.id, outcome=outcome, submission={"opinion_text": "已看过，同意。"}
    )
    return office.execute(command)


def _inbox(office: Any, login: str) -> list[str]:
    with office.engine.database.read() as connection:
        viewer = viewer_of(connection, login, office.clock.now().date())
        return [item.task_name for item in todo(connection, viewer).items]


def test_the_owner_waits_for_those_who_sign_before(office: Any) -> None:
    _add(office.applied(), Signing.BEFORE, "second_clerk")

    with pytest.raises(Conflict, match="还在等second_clerk的意见"):
        office.complete("review", "clerk", "agree")
    _sign(office, "second_clerk")
    assert office.complete("review", "clerk", "agree").open == ["check", "town_sign"]


def test_an_added_signer_finds_the_task_in_the_inbox_and_nobody_else_does(office: Any) -> None:
    _add(office.applied(), Signing.BEFORE, "finance")

    assert _inbox(office, "finance") == ["乡镇审查（前加签）"]
    assert _inbox(office, "second_clerk") == []
    assert _inbox(office, "clerk") == ["乡镇审查"]


def test_parallel_signers_and_the_owner_sign_in_any_order(office: Any) -> None:
    _add(office.applied(), Signing.PARALLEL, "second_clerk")
    office.complete("review", "clerk", "agree")
    assert office.tasks("submitted")[0].activity_id == "review"
    assert "town_sign" not in office.open

    assert len(_sign(office, "second_clerk").opened_task_ids) == 1
    assert office.open == ["check", "town_sign"]
    assert office.tasks("submitted") == []


def test_the_last_to_sign_may_be_the_owner(office: Any) -> None:
    _add(office.applied(), Signing.PARALLEL, "second_clerk")
    _sign(office, "second_clerk")

    assert office.complete("review", "clerk", "agree").open == ["check", "town_sign"]


def test_those_who_sign_after_are_asked_when_the_owner_has_submitted(office: Any) -> None:
    _add(office.applied(), Signing.AFTER, "second_clerk", "finance")
    assert _inbox(office, "second_clerk") == []

    office.complete("review", "clerk", "agree")
    assert _inbox(office, "second_clerk") == ["乡镇审查（后加签）"]
    _sign(office, "second_clerk")
    assert "town_sign" not in office.open
    _sign(office, "finance")
    assert office.open == ["check", "town_sign"]


def test_what_the_owner_has_submitted_moves_the_case_unchanged(office: Any) -> None:
    _add(office.applied(), Signing.AFTER, "second_clerk")
    office.complete("review", "clerk", "agree", note="材料齐全")
    _sign(office, "second_clerk", "disagree")

    event = office.events()[-1]
    assert event.header.type == "TaskSigned"
    assert event.input["kept"] == {"outcome": "agree", "values": {"note": "材料齐全"}}
    assert office.task("review", status="completed").completed_by == "clerk"


def test_a_signer_who_is_no_longer_needed_is_taken_back(office: Any) -> None:
    added = _add(office.applied(), Signing.PARALLEL, "second_clerk")
    office.complete("review", "clerk", "agree")

    office.execute(RemoveSigner(actor=Actor(person_id="clerk"), task_id=added[0], reason="已经电话沟通"))
    assert office.row(added[0]).status == "canceled"
    assert office.open == ["check", "town_sign"]


def test_only_who_asked_takes_a_signer_back(office: Any) -> None:
    added = _add(office.applied(), Signing.BEFORE, "second_clerk")

    with pytest.raises(Forbidden, match="只有“乡镇审查”的经办人"):
        office.execute(RemoveSigner(actor=Actor(person_id="second_clerk"), task_id=added[0], reason="我不想签"))


def test_a_signer_is_bound_by_what_they_did_before(office: Any) -> None:
    office.start().complete("apply", "both", title="石溪路面硬化")

    with pytest.raises(Forbidden, match=r"两个层级.*“填写申请”已由both办理"):
        _add(office, Signing.BEFORE, "both")


def test_a_signer_does_not_decide_later_in_another_role(office: Any) -> None:
    office.applied()
    _add(office, Signing.BEFORE, "finance", by="checker", activity="check")
    _sign(office, "finance")
    _add(office, Signing.BEFORE, "deputy", by="checker", activity="check")
    _sign(office, "deputy")
    office.complete("check", "checker", "agree").complete("review", "clerk", "agree")
    office.complete("town_sign", "lead", "agree")

    with pytest.raises(Forbidden, match="“县业务审查（前加签）”已由您办理"):
        office.complete("deputy", "deputy", "agree")


def test_nobody_signs_beside_themselves_twice_or_from_another_county(office: Any) -> None:
    office.applied()
    _add(office, Signing.BEFORE, "second_clerk")

    with pytest.raises(Conflict, match="不能交给自己"):
        _add(office, Signing.BEFORE, "clerk")
    with pytest.raises(Conflict, match="不能重复"):
        _add(office, Signing.PARALLEL, "second_clerk")
    with pytest.raises(Refused, match="不在本县"):
        _add(office, Signing.BEFORE, "stranger")
    with pytest.raises(Forbidden, match="系统管理员不得办理办件"):
        _add(office, Signing.BEFORE, "admin")
    with pytest.raises(Refused, match="auditor的岗位只查阅办件"):
        _add(office, Signing.AFTER, "auditor")
    with pytest.raises(Refused, match="外部单位"):
        _add(office, Signing.AFTER, "builder")


def test_whose_task_it_is_does_not_put_it_back_while_others_sign(office: Any) -> None:
    _add(office.applied(), Signing.BEFORE, "second_clerk")

    with pytest.raises(Refused, match="不能放回"):
        office.execute(ReleaseTask(actor=Actor(person_id="clerk"), task_id=office.task("review").id))


def test_a_delegate_gives_the_task_back_with_an_opinion(office: Any) -> None:
    office.applied()
    review = office.task("review").id
    delegate = DelegateTask(actor=Actor(person_id="clerk"), task_id=review, to_person_id="finance", reason="核对账目")
    task_id = office.execute(delegate)
    with pytest.raises(Conflict, match="还在等finance的意见"):
        office.complete("review", "clerk", "agree")

    office.execute(ResolveTask(actor=Actor(person_id="finance"), task_id=task_id, opinion="账目相符"))
    assert office.row(task_id).submission == {"opinion_text": "账目相符"}
    assert office.events()[-1].input["opinion"] == "账目相符"
    assert office.complete("review", "clerk", "agree").open == ["check", "town_sign"]


def test_a_delegate_is_bound_by_what_they_did_since_they_were_asked(office: Any) -> None:
    office.applied()
    task_id = office.task("review").id
    asked = DelegateTask(
        actor=Actor(person_id="clerk"), task_id=task_id, to_person_id="second_checker", reason="核对坐标"
    )
    delegated = office.execute(asked)
    office.complete("check", "second_checker", "agree")

    with pytest.raises(Forbidden, match="两个层级"):
        office.execute(ResolveTask(actor=Actor(person_id="second_checker"), task_id=delegated, opinion="坐标无误"))


def test_a_delegate_does_not_complete_the_task(office: Any) -> None:
    office.applied()
    review = office.task("review").id
    delegate = DelegateTask(actor=Actor(person_id="clerk"), task_id=review, to_person_id="finance", reason="核对账目")
    task_id = office.execute(delegate)

    with pytest.raises(Forbidden, match="乡镇移民经办人"):
        office.complete("review", "finance", "agree")
    with pytest.raises(Refused, match="写明意见后交回"):
        office.execute(CompleteTask(actor=Actor(person_id="finance"), task_id=task_id, submission={}))


def test_the_owner_takes_a_submission_back_while_others_have_not_signed(office: Any) -> None:
    _add(office.applied(), Signing.AFTER, "second_clerk")
    review = office.task("review").id
    office.complete("review", "clerk", "agree")

    office.execute(RecallTask(actor=Actor(person_id="clerk"), task_id=review, reason="金额写错了"))
    assert office.row(review).status == "created"
    office.complete("review", "clerk", "agree")
    _sign(office, "second_clerk")
    assert office.open == ["check", "town_sign"]


def test_a_task_that_is_withdrawn_takes_its_signers_with_it(office: Any) -> None:
    _add(office.applied(), Signing.BEFORE, "second_clerk")
    office.complete("check", "checker", "agree")
    from engine.moves import TerminateProcess

    office.execute(TerminateProcess(actor=Actor(person_id="admin"), instance_id=office.case_id, reason="重复申报"))
    assert office.added("second_clerk").status == "canceled"


def test_a_submitted_task_is_among_what_its_owner_has_done(office: Any) -> None:
    _add(office.applied(), Signing.AFTER, "second_clerk")
    office.complete("review", "clerk", "agree")

    with office.engine.database.read() as connection:
        viewer = viewer_of(connection, "clerk", office.clock.now().date())
        assert [item.task_name for item in done(connection, viewer).items] == ["乡镇审查"]


def test_a_preview_of_added_signers_opens_their_tasks_and_keeps_the_owners(office: Any) -> None:
    office.applied()
    command = AddSigner(
        actor=Actor(person_id="clerk"),
        task_id=office.task("review").id,
        person_ids=("second_clerk",),
        signing=Signing.BEFORE,
        reason="请一并把关",
    )

    preview = office.engine.preview(command)
    assert [(effect.name, effect.holder) for effect in preview.opened] == [("乡镇审查（前加签）", "second_clerk")]
    assert [effect.name for effect in preview.kept] == ["县业务审查", "乡镇审查"]
    assert preview.cancelled == ()


@pytest.mark.parametrize("signing", [Signing.BEFORE, Signing.PARALLEL, Signing.AFTER])
def test_an_unused_task_reads_nothing_about_signers(office: Any, signing: Signing) -> None:
    office.applied()
    assert office.task("review").signers == 0
    _add(office, signing, "second_clerk")
    assert office.task("review").signers == 1
