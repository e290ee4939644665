"""External workers: programs elsewhere fetch the calls of a topic, do the work and answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Security
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool

from api.dependencies import Visit, VisitOf
from api.schemas.calls import (
    BusinessError,
    Completion,
    Failure,
    Fetch,
    HeldCallShown,
    Lock,
    Locked,
    NextTry,
    Taken,
    WorkerName,
)
from api.waiting import WaitingRoom
from engine.calls.commands import (
    AnswerCall,
    ExtendLock,
    FailCall,
    FetchCalls,
    PostponeCall,
    RefuseCall,
    UnlockCall,
)
from engine.idempotency import is_answered
from engine.machines import INTEGRATION
from engine.queries.calls import has_free_call
from forms.submission import from_json

#: tells readers of the description how to get in; who asks is found out as for every other request
_TOKEN = HTTPBearer(auto_error=False, scheme_name="machineToken", description="机器账号的令牌，由系统管理员签发")

router = APIRouter(prefix="/calls", tags=["外部调用 calls"], dependencies=[Security(_TOKEN)])


@router.post("/fetch", summary="领取 Fetch and lock")
async def fetch(request: Request, visit: VisitOf, body: Fetch) -> list[HeldCallShown]:
    """领取一个主题下等得最久的外部调用并锁定，一次最多 100 项。

    没有时最多等 wait_seconds 秒；等的程序太多时不等，立即返回空。
    """
    visit.require(INTEGRATION)
    room: WaitingRoom = request.app.state.waiting_room
    command = FetchCalls(
        actor=visit.actor,
        topic=body.topic,
        count=body.count,
        lock_for=timedelta(seconds=body.lock_seconds),
        worker=body.worker,
    )
    there = await room.wait(request, visit.viewer.person_id, lambda: _is_there(visit, body.topic), body.wait_seconds)
    if not there and visit.request_key is None:
        return []
    held = await run_in_threadpool(visit.engine.execute, command)
    return [HeldCallShown.model_validate(call) for call in held]


def _is_there(visit: Visit, topic: str) -> bool:
    """Something to fetch, or the answer that was given to the same request before."""
    with visit.reading() as connection:
        if visit.request_key is not None and is_answered(connection, visit.request_key):
            return True
        return has_free_call(connection, visit.viewer, topic, visit.engine.clock.now())


@router.post("/{call_id}/completion", summary="办完 Complete")
def complete(visit: VisitOf, call_id: str, body: Completion) -> Taken:
    """办件带着结果继续；挂起的办件先收下，恢复时继续。"""
    results = from_json(body.results).values
    command = AnswerCall(actor=visit.actor, call_id=call_id, results=results, worker=body.worker)
    return Taken(taken=visit.engine.execute(command))


@router.post("/{call_id}/error", summary="业务错误 BPMN error")
def refuse(visit: VisitOf, call_id: str, body: BusinessError) -> Taken:
    """由流程图里的错误事件接住；没有事件接住就成为停滞点。"""
    command = RefuseCall(actor=visit.actor, call_id=call_id, code=body.code, message=body.message, worker=body.worker)
    return Taken(taken=visit.engine.execute(command))


@router.post("/{call_id}/failure", summary="没有办成 Failure")
def fail(visit: VisitOf, call_id: str, body: Failure) -> NextTry:
    """过一会儿再试；试够次数，或 retries_left 为 0 时，成为停滞点，由系统管理员处理。"""
    told = {"call_id": call_id, "message": body.message, "worker": body.worker}
    if body.retries_left == 0:
        visit.engine.execute(FailCall(actor=visit.actor, code="worker", **told))
        return NextTry(next_at=None)
    after = None if body.retry_after_seconds is None else timedelta(seconds=body.retry_after_seconds)
    return NextTry(next_at=visit.engine.execute(PostponeCall(actor=visit.actor, retry_after=after, **told)))


@router.post("/{call_id}/lock", summary="延长锁定 Extend the lock")
def extend(visit: VisitOf, call_id: str, body: Lock) -> Locked:
    """从现在起重新计算。"""
    lock_for = timedelta(seconds=body.lock_seconds)
    command = ExtendLock(actor=visit.actor, call_id=call_id, lock_for=lock_for, worker=body.worker)
    return Locked(locked_until=visit.engine.execute(command))


@router.delete("/{call_id}/lock", status_code=204, summary="交回 Unlock")
def unlock(visit: VisitOf, call_id: str, worker: Annotated[WorkerName, Query()] = "") -> None:
    """不办了，让别的程序领取。"""
    visit.engine.execute(UnlockCall(actor=visit.actor, call_id=call_id, worker=worker))
