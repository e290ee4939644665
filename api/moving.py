"""From a page's form to a move: which command it asks for, and how the page speaks of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData

from engine.commands import Actor, Command, WithdrawProcess
from engine.errors import FieldProblem, Invalid
from engine.model import Signing
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

_LONGEST = 500


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A move as pages offer it."""

    #: what the button says
    verb: str
    #: what is asked before it is done
    question: str
    #: said when it is done
    told: str
    build: Callable[[Actor, str, Mapping[str, Any]], Command[Any]]
    danger: bool = False


def fields_of(form: FormData) -> dict[str, Any]:
    """The fields of a move's form, as they are handed on to its confirmation."""
    own = ("csrf_token", "request_key", "confirmed")
    names = dict.fromkeys(name for name, _ in form.multi_items() if name not in own)
    return {name: [str(value)[:_LONGEST] for value in form.getlist(name)] for name in names}


def _text(fields: Mapping[str, Any], name: str) -> str:
    return str((fields.get(name) or [""])[0]).strip()


def _needed(fields: Mapping[str, Any], name: str, message: str) -> str:
    text = _text(fields, name)
    if not text:
        raise Invalid((FieldProblem(path=name, message=message),), message)
    return text


def _returning(actor: Actor, task_id: str, fields: Mapping[str, Any]) -> ReturnTask:
    return ReturnTask(
        actor=actor,
        task_id=task_id,
        activity_id=_needed(fields, "step", "请选择退回到哪个环节。"),
        reason=_text(fields, "why"),
        direct=_text(fields, "direct") == "yes",
    )


def _transferring(actor: Actor, task_id: str, fields: Mapping[str, Any]) -> TransferTask:
    person = _needed(fields, "person", "请选择转办给谁。")
    return TransferTask(actor=actor, task_id=task_id, to_person_id=person, reason=_text(fields, "why"))


def _delegating(actor: Actor, task_id: str, fields: Mapping[str, Any]) -> DelegateTask:
    person = _needed(fields, "person", "请选择委派给谁。")
    return DelegateTask(actor=actor, task_id=task_id, to_person_id=person, reason=_text(fields, "why"))


def _adding(actor: Actor, task_id: str, fields: Mapping[str, Any]) -> AddSigner:
    _needed(fields, "person", "请选择加签给谁。")
    wanted = _text(fields, "signing")
    signing = Signing(wanted) if wanted in set(Signing) else Signing.BEFORE
    persons = tuple(str(person) for person in fields["person"])
    return AddSigner(actor=actor, task_id=task_id, person_ids=persons, signing=signing, reason=_text(fields, "why"))


def _removing(actor: Actor, task_id: str, fields: Mapping[str, Any]) -> RemoveSigner:
    return RemoveSigner(actor=actor, task_id=task_id, reason=_text(fields, "why"))


def _resolving(actor: Actor, task_id: str, fields: Mapping[str, Any]) -> ResolveTask:
    return ResolveTask(actor=actor, task_id=task_id, opinion=_text(fields, "opinion"))


def _recalling(actor: Actor, task_id: str, fields: Mapping[str, Any]) -> RecallTask:
    return RecallTask(actor=actor, task_id=task_id, reason=_text(fields, "why"))


def _withdrawing(actor: Actor, instance_id: str, fields: Mapping[str, Any]) -> WithdrawProcess:
    return WithdrawProcess(actor=actor, instance_id=instance_id, reason=_text(fields, "why"))


def _suspending(actor: Actor, instance_id: str, fields: Mapping[str, Any]) -> SuspendProcess:
    return SuspendProcess(actor=actor, instance_id=instance_id, reason=_text(fields, "why"))


def _resuming(actor: Actor, instance_id: str, fields: Mapping[str, Any]) -> ResumeProcess:
    return ResumeProcess(actor=actor, instance_id=instance_id, reason=_text(fields, "why"))


def _terminating(actor: Actor, instance_id: str, fields: Mapping[str, Any]) -> TerminateProcess:
    return TerminateProcess(actor=actor, instance_id=instance_id, reason=_text(fields, "why"))


def _placing(actor: Actor, instance_id: str, fields: Mapping[str, Any]) -> MoveProcess:
    named = tuple(str(token) for token in fields.get("withdraw") or ())
    return MoveProcess(
        actor=actor,
        instance_id=instance_id,
        activity_id=_needed(fields, "step", "请选择移动到哪个环节。"),
        reason=_text(fields, "why"),
        withdraw=named or None,
    )


def _migrating(actor: Actor, instance_id: str, fields: Mapping[str, Any]) -> MigrateProcess:
    version = _needed(fields, "version", "请选择迁移到哪一版。")
    if not version.isdecimal() or len(version) > 9:
        raise Invalid((FieldProblem(path="version", message="没有这一版。"),), "没有这一版。")
    return MigrateProcess(actor=actor, instance_id=instance_id, version=int(version), reason=_text(fields, "why"))


#: what is done from a task's page, by the last part of its address
TASK_MOVES: Mapping[str, Kind] = {
    "return": Kind(verb="退回", question="确定退回？", told="已退回。", build=_returning),
    "recall": Kind(verb="拿回", question="确定拿回？", told="已拿回，请在待办里重新办理。", build=_recalling),
    "transfer": Kind(verb="转办", question="确定转办？", told="已转办。", build=_transferring),
    "delegate": Kind(verb="委派", question="确定委派？", told="已委派，对方交回意见后由您办理。", build=_delegating),
    "resolve": Kind(verb="交回", question="确定交回意见？", told="意见已交回经办人。", build=_resolving),
    "add-signer": Kind(verb="加签", question="确定加签？", told="已加签。", build=_adding),
    "remove-signer": Kind(verb="减签", question="确定减签？", told="已减签。", build=_removing),
}

#: what is done from a case's page
CASE_MOVES: Mapping[str, Kind] = {
    "withdraw": Kind(
        verb="撤销", question="确定撤销？撤销后不能恢复。", told="办件已撤销。", build=_withdrawing, danger=True
    ),
    "suspend": Kind(verb="挂起", question="确定挂起？", told="办件已挂起。", build=_suspending),
    "resume": Kind(verb="恢复", question="确定恢复？", told="办件已恢复办理。", build=_resuming),
    "terminate": Kind(
        verb="终止", question="确定终止？终止后不能恢复。", told="办件已终止。", build=_terminating, danger=True
    ),
    "move": Kind(verb="移动", question="确定移动？", told="办件已移动。", build=_placing),
    "migrate": Kind(verb="迁移", question="确定迁移？", told="办件已迁移到新版本。", build=_migrating),
}
