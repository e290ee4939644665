"""Calls for the outside: held while they are performed, answered, refused, put off, failed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from engine import interpreter, values
from engine.calls.asking import job_of
from engine.calls.book import FREE, ORDER, change, close, ensure_held, goes_on, held, is_free, is_next, load_call
from engine.calls.commands import LONGEST_REST, AnswerCall, FailCall, HeldCall, HoldCall, PostponeCall, RefuseCall
from engine.cases.case import Case
from engine.cases.incidents import open_call_incident
from engine.errors import Refused
from engine.history.event import Occurrence
from engine.model import CallStatus, ConnectorCall, InstanceStatus, ProcessInstance
from engine.rows import AnyRow
from engine.unit_of_work import UnitOfWork

#: the code of a call that was tried often enough
EXHAUSTED = "exhausted"


def hold_call(work: UnitOfWork, command: HoldCall) -> HeldCall | None:
    """Take a call of our own that is due, in the order of its case where it is delivered, unless another has it."""
    case = select(ProcessInstance.id).where(ProcessInstance.id == ConnectorCall.instance_id, goes_on())
    until = work.now + command.lock_for
    taken = work.connection.execute(
        update(ConnectorCall)
        .where(
            ConnectorCall.id == command.call_id,
            ConnectorCall.topic.is_(None),
            is_free(work.now, command.holder),
            case.exists(),
            is_next(),
        )
        .values(worker=command.holder, locked_until=until)
    )
    if taken.rowcount:
        return held(load_call(work, command.call_id), until)
    _come_back(work, command.call_id)
    return None


def _come_back(work: UnitOfWork, call_id: str) -> None:
    """Whoever is at it now may be killed: look again when that would be seen."""
    call = work.connection.execute(select(ConnectorCall).where(ConnectorCall.id == call_id)).one_or_none()
    if call is None:
        return
    if call.status == CallStatus.OPEN and call.locked_until is not None and call.locked_until > work.now:
        job = job_of(call, call.locked_until)
        work.put(*filter(None, [job]))


def answer_call(work: UnitOfWork, command: AnswerCall) -> bool:
    """Let the case go on with the results."""
    return _take(work, command, {"results": _checked(command.results)})


def _checked(results: Mapping[str, Any]) -> dict[str, Any]:
    """Results that can be kept; what cannot be is refused before anything is said of it."""
    try:
        values.dumps(dict(results))
    except (Refused, TypeError, ValueError, RecursionError) as error:
        message = "答复里有不能保存的内容：只能是文字、整数和十进制数、日期时间、真假值，以及它们的列表和对象。"
        raise Refused(message) from error
    return dict(results)


def refuse_call(work: UnitOfWork, command: RefuseCall) -> bool:
    """Let the case go on at the error event that catches the code; without one it is an incident."""
    return _take(work, command, {"code": command.code, "message": command.message})


def _take(work: UnitOfWork, command: AnswerCall | RefuseCall, answer: Mapping[str, Any]) -> bool:
    call = load_call(work, command.call_id)
    ensure_held(work, call, command.worker)
    case = _case(work, call)
    if call.status != CallStatus.OPEN:
        _note_late(case, call, answer)
        return bool(call.status == CallStatus.KEPT)
    if call.wait_id is not None and case.row.status == InstanceStatus.SUSPENDED:
        _note(case, "CallAnswerKept", call, answer)
        change(work, call.id, status=CallStatus.KEPT, kept_answer=answer, next_at=None, locked_until=None)
    else:
        take_up(case, call, answer)
    return True


def _note_late(case: Case, call: AnyRow, answer: Mapping[str, Any]) -> None:
    """Nobody waits for the answer any more; it is told once, where nothing is known of it yet."""
    known = call.status in (CallStatus.ANSWERED, CallStatus.KEPT) or call.kept_answer is not None
    if not known:
        _note(case, "CallAnsweredLate", call, answer)
        change(case.work, call.id, kept_answer=answer, locked_until=None)


def take_up(case: Case, call: AnyRow, answer: Mapping[str, Any]) -> None:
    """Go on with an answer. One with which the case cannot go on is kept, and is an incident."""
    try:
        with case.work.trial():
            _go_on(case, call, answer)
    except Refused as refusal:
        case = _case(case.work, call)
        fail(case, call, refusal.code, f"对方已经答复，但办件不能据此继续：{refusal.message}", answer=answer)


def _go_on(case: Case, call: AnyRow, answer: Mapping[str, Any]) -> None:
    if call.wait_id is None:
        _delivered(case, call, answer)
        return
    specification, state, services = case.bundle.specification, case.state, case.services
    if "results" in answer:
        type_ = "CallAnswered"
        step = interpreter.answer(specification, state, call.wait_id, answer["results"], services)
    else:
        type_, (code, message) = "CallRefused", (answer["code"], answer["message"])
        step = interpreter.refuse(specification, state, call.wait_id, code, message, services)
    case.save(step, _occurrence(type_, call, answer), answered_wait=call.wait_id)
    close(case.work, call.id, CallStatus.ANSWERED)


def _delivered(case: Case, call: AnyRow, answer: Mapping[str, Any]) -> None:
    """What nobody waits for can only have gone well: a refusal has no event that could catch it."""
    if "results" not in answer:
        fail(case, call, answer["code"], answer["message"])
        return
    _note(case, "CallDelivered", call, answer)
    close(case.work, call.id, CallStatus.ANSWERED)
    put_next(case.work, call)


def postpone_call(work: UnitOfWork, command: PostponeCall) -> datetime | None:
    """Try again after a while, or no more by itself when that was tried often enough."""
    call = load_call(work, command.call_id)
    ensure_held(work, call, command.worker)
    if call.status != CallStatus.OPEN:
        return None
    case = _case(work, call)
    if call.attempts >= len(work.tools.backoff):
        fail(case, call, EXHAUSTED, command.message)
        return None
    wished = work.tools.backoff[call.attempts] if command.retry_after is None else command.retry_after
    next_at = work.now + min(max(wished, timedelta()), LONGEST_REST)
    _note(case, "CallPostponed", call, {"reason": command.message, "next": next_at})
    change(work, call.id, attempts=call.attempts + 1, next_at=next_at, error=command.message, **FREE)
    put_job(work, call.id)
    return next_at


def fail_call(work: UnitOfWork, command: FailCall) -> bool:
    """Keep a hopeless call as an incident; False when nobody waits for it any more."""
    call = load_call(work, command.call_id)
    ensure_held(work, call, command.worker)
    if call.status != CallStatus.OPEN:
        return False
    fail(_case(work, call), call, command.code, command.message)
    return True


def fail(case: Case, call: AnyRow, code: str, message: str, *, answer: Mapping[str, Any] | None = None) -> None:
    """An administrator must see to it."""
    told = {"code": code, "reason": message, **({"answer": answer} if answer else {})}
    _note(case, "CallFailed", call, told)
    attempts = call.attempts + 1
    open_call_incident(case, call, code, message, attempts)
    status: dict[str, Any] = {"status": CallStatus.FAILED, "next_at": None, "kept_answer": answer}
    change(case.work, call.id, attempts=attempts, error=message, **status, **FREE)


def resume_calls(work: UnitOfWork, instance_id: str) -> None:
    """A suspended case goes on: with the answers that have come meanwhile, and with what is still to be asked."""
    for call_id in _of(work, instance_id, CallStatus.KEPT):
        call = load_call(work, call_id)
        # What an earlier answer has led to may have made a later one needless.
        if call.status == CallStatus.KEPT:
            take_up(_case(work, call), call, call.kept_answer)
    for call_id in _of(work, instance_id, CallStatus.OPEN):
        put_job(work, call_id)


def _of(work: UnitOfWork, instance_id: str, status: CallStatus) -> list[str]:
    which = (ConnectorCall.instance_id == instance_id, ConnectorCall.status == status)
    return list(work.connection.scalars(select(ConnectorCall.id).where(*which).order_by(*ORDER)))


def put_job(work: UnitOfWork, call_id: str) -> None:
    """Have an open call performed when it is due."""
    call = load_call(work, call_id)
    job = job_of(call, call.next_at)
    if job is not None:
        work.put(job)


def put_next(work: UnitOfWork, call: AnyRow) -> None:
    """Have what a case has sent after this call delivered."""
    behind = (
        select(ConnectorCall.id)
        .where(
            ConnectorCall.instance_id == call.instance_id,
            ConnectorCall.wait_id.is_(None),
            ConnectorCall.status == CallStatus.OPEN,
        )
        .order_by(*ORDER)
        .limit(1)
    )
    call_id = work.connection.scalar(behind)
    if call_id is not None:
        put_job(work, call_id)


def _case(work: UnitOfWork, call: AnyRow) -> Case:
    case = Case.load(work, call.instance_id)
    case.unattended = True
    return case


def _note(case: Case, type_: str, call: AnyRow, told: Mapping[str, Any]) -> None:
    case.note(_occurrence(type_, call, told), {})


def _occurrence(type_: str, call: AnyRow, told: Mapping[str, Any]) -> Occurrence:
    facts = {"call": call.id, "wait": call.wait_id, "attempt": call.attempts + 1}
    return Occurrence(type=type_, activity_id=call.element_id, activity_name=call.name, input={**facts, **told})
