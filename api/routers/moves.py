"""Moves of tasks and cases. With `preview=true` each tells what it would do and changes nothing."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.dependencies import Visit, VisitOf
from api.migrations import Batch, begun_before, rehearse
from api.migrations import migrate as migrate_batch
from api.schemas.moves import (
    BatchMigration,
    Migration,
    Moved,
    Placement,
    PreviewShown,
    Reason,
    Reasoned,
    ReportShown,
    Resolution,
    Resumption,
    Return,
    Signers,
    TargetShown,
    Transfer,
)
from engine.commands import Command, CompletedTask
from engine.errors import Forbidden
from engine.moves import (
    AddSigner,
    DelegateTask,
    MigrateProcess,
    MoveProcess,
    RecallTask,
    RemoveSigner,
    ResolveTask,
    ResumeProcess,
    ReturnTask,
    SuspendProcess,
    TerminateProcess,
    TransferTask,
)
from engine.offices.administration import ADMINISTRATOR, DESIGNER
from engine.queries.case import case_of_task, case_view
from engine.queries.migrations import MigrationQuery
from engine.queries.moves import MoveQuery

router = APIRouter(tags=["移动 moves"])

OnlyPreview = Annotated[bool, Query(description="只看影响，不改动")]


def _task(visit: Visit, task_id: str, command: Command[Any], preview: bool) -> Moved:
    with visit.reading() as connection:
        case_of_task(connection, visit.viewer, task_id)
    return _carry_out(visit, command, preview)


def _case(visit: Visit, instance_id: str, command: Command[Any], preview: bool) -> Moved:
    with visit.reading() as connection:
        case_view(connection, visit.viewer, instance_id)
    return _carry_out(visit, command, preview)


def _carry_out(visit: Visit, command: Command[Any], preview: bool) -> Moved:
    if preview:
        return Moved(preview=PreviewShown.model_validate(visit.engine.preview(command)))
    result = visit.engine.execute(command)
    if isinstance(result, CompletedTask):
        return Moved(opened_task_ids=list(result.opened_task_ids), ended=result.ended)
    if isinstance(result, str):
        return Moved(opened_task_ids=[result])
    return Moved(opened_task_ids=list(result or ()))


@router.get("/user-tasks/{task_id}/return-targets", summary="可退回的环节 Return targets")
def return_targets(visit: VisitOf, task_id: str) -> list[TargetShown]:
    """由近到远。"""
    with visit.reading() as connection:
        case, _ = case_of_task(connection, visit.viewer, task_id)
        query = MoveQuery(connection, visit.engine.tools, visit.now, visit.actor, case)
        return [TargetShown.model_validate(target) for target in query.return_targets(task_id)]


@router.post("/user-tasks/{task_id}/return", summary="退回 Return")
def send_back(visit: VisitOf, task_id: str, body: Return, preview: OnlyPreview = False) -> Moved:
    """退回到办过的环节；逐级重新办理，或改正后直达。"""
    command = ReturnTask(
        actor=visit.acting_for(body.on_behalf_of),
        task_id=task_id,
        activity_id=body.activity_id,
        reason=body.reason,
        direct=body.direct,
    )
    return _task(visit, task_id, command, preview)


@router.post("/user-tasks/{task_id}/recall", summary="拿回 Recall")
def recall(visit: VisitOf, task_id: str, body: Reasoned, preview: OnlyPreview = False) -> Moved:
    """下一环节还没有人办理时，拿回自己办过的环节。"""
    actor = visit.acting_for(body.on_behalf_of)
    return _task(visit, task_id, RecallTask(actor=actor, task_id=task_id, reason=body.reason), preview)


@router.post("/user-tasks/{task_id}/transfer", summary="转办 Transfer")
def transfer(visit: VisitOf, task_id: str, body: Transfer, preview: OnlyPreview = False) -> Moved:
    """交给同岗位的另一位人员。"""
    command = TransferTask(
        actor=visit.acting_for(body.on_behalf_of), task_id=task_id, to_person_id=body.to_person_id, reason=body.reason
    )
    return _task(visit, task_id, command, preview)


@router.post("/user-tasks/{task_id}/delegation", summary="委派 Delegate")
def delegate(visit: VisitOf, task_id: str, body: Transfer, preview: OnlyPreview = False) -> Moved:
    """请另一位人员先办，交回意见后由经办人提交；返回新开待办的 id。"""
    command = DelegateTask(
        actor=visit.acting_for(body.on_behalf_of), task_id=task_id, to_person_id=body.to_person_id, reason=body.reason
    )
    return _task(visit, task_id, command, preview)


@router.post("/user-tasks/{task_id}/resolution", summary="交回委派 Resolve")
def resolve(visit: VisitOf, task_id: str, body: Resolution, preview: OnlyPreview = False) -> Moved:
    """受托人写明意见，交回经办人。"""
    actor = visit.acting_for(body.on_behalf_of)
    return _task(visit, task_id, ResolveTask(actor=actor, task_id=task_id, opinion=body.opinion), preview)


@router.post("/user-tasks/{task_id}/signers", summary="加签 Add signers")
def add_signers(visit: VisitOf, task_id: str, body: Signers, preview: OnlyPreview = False) -> Moved:
    """每人一项待办；加签的待办用 completion 签署，结果为 agree 或 disagree。"""
    command = AddSigner(
        actor=visit.acting_for(body.on_behalf_of),
        task_id=task_id,
        person_ids=tuple(body.person_ids),
        signing=body.signing,
        reason=body.reason,
    )
    return _task(visit, task_id, command, preview)


@router.post("/user-tasks/{task_id}/removal", summary="减签 Remove a signer")
def remove_signer(visit: VisitOf, task_id: str, body: Reasoned, preview: OnlyPreview = False) -> Moved:
    """撤回一项加签或委派的待办，只有经办人可以。"""
    actor = visit.acting_for(body.on_behalf_of)
    return _task(visit, task_id, RemoveSigner(actor=actor, task_id=task_id, reason=body.reason), preview)


@router.post("/process-instances/{instance_id}/suspension", summary="挂起 Suspend")
def suspend(visit: VisitOf, instance_id: str, body: Reason, preview: OnlyPreview = False) -> Moved:
    """系统管理员：挂起期间谁都不能办理，计时不触发。"""
    command = SuspendProcess(actor=visit.actor, instance_id=instance_id, reason=body.reason)
    return _case(visit, instance_id, command, preview)


@router.post("/process-instances/{instance_id}/resumption", summary="恢复 Resume")
def resume(visit: VisitOf, instance_id: str, body: Resumption, preview: OnlyPreview = False) -> Moved:
    """系统管理员：恢复办理，期限按政策顺延。"""
    command = ResumeProcess(actor=visit.actor, instance_id=instance_id, reason=body.reason)
    return _case(visit, instance_id, command, preview)


@router.post("/process-instances/{instance_id}/termination", summary="终止 Terminate")
def terminate(visit: VisitOf, instance_id: str, body: Reason, preview: OnlyPreview = False) -> Moved:
    """系统管理员：终止后不能恢复。"""
    command = TerminateProcess(actor=visit.actor, instance_id=instance_id, reason=body.reason)
    return _case(visit, instance_id, command, preview)


@router.post("/process-instances/{instance_id}/placement", summary="移动 Move")
def place(visit: VisitOf, instance_id: str, body: Placement, preview: OnlyPreview = False) -> Moved:
    """系统管理员：移动到任一环节。"""
    command = MoveProcess(
        actor=visit.actor,
        instance_id=instance_id,
        activity_id=body.activity_id,
        reason=body.reason,
        withdraw=None if body.withdraw is None else tuple(body.withdraw),
    )
    return _case(visit, instance_id, command, preview)


@router.post("/process-definitions/{key}/migration", summary="批量迁移 Migrate many cases")
def migrate_many(visit: VisitOf, key: str, body: BatchMigration) -> list[ReportShown]:
    """流程设计员或系统管理员；rehearse 为 true 时在副本上试运行，一直办到结束，什么都不改动。"""
    visit.require(DESIGNER, ADMINISTRATOR)
    with visit.reading() as connection:
        plan = MigrationQuery(connection, visit.engine.tools, visit.now, visit.viewer.positions).plan(key, body.version)
    wanted = None if body.instance_ids is None else set(body.instance_ids)
    found = {case.number: case for case in (*plan.cases, *begun_before(visit))}
    cases = tuple(found[number] for number in sorted(found) if wanted is None or found[number].instance_id in wanted)
    batch = Batch(cases=cases, version=body.version, mapping=body.mapping, reason=body.reason)
    report = rehearse(visit, batch) if body.rehearse else migrate_batch(visit, batch)
    return [ReportShown.model_validate(line) for line in report]


@router.post("/process-instances/{instance_id}/migration", summary="迁移 Migrate")
def migrate(visit: VisitOf, instance_id: str, body: Migration, preview: OnlyPreview = False) -> Moved:
    """系统管理员或流程设计员：迁移到同一流程的另一版。"""
    command = MigrateProcess(
        actor=visit.actor,
        instance_id=instance_id,
        version=body.version,
        reason=body.reason,
        mapping=body.mapping,
    )
    try:
        return _carry_out(visit, command, preview)
    except Forbidden:
        # Designers migrate cases that they do not read; strangers are not told that there is one.
        with visit.reading() as connection:
            case_view(connection, visit.viewer, instance_id)
        raise
