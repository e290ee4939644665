"""Messages and signals that are not for one case known beforehand."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter

from api.dependencies import Visit, VisitOf
from api.errors import BadRequest
from api.presentation.messages import RECEIVERS
from api.schemas.messages import Broadcast, Delivered, Publication, Reached
from engine.diagram.iso8601 import parse_duration
from engine.errors import Forbidden
from engine.messaging.messages import BroadcastSignal, PublishMessage
from engine.offices.roles import region_prefix
from forms.submission import from_json

router = APIRouter(tags=["消息和信号 messages and signals"])
#: a year
_LONGEST_KEPT = timedelta(days=366)


@router.post("/messages", summary="发布消息 Publish a message")
def publish(visit: VisitOf, body: Publication) -> Delivered:
    """送给本辖区内等待它的那一个办件，或启动由它启动的流程；多个办件都在等待时拒绝。"""
    command = PublishMessage(
        actor=visit.actor,
        name=body.name,
        correlation=from_json({"correlation": body.correlation}).values["correlation"],
        values=from_json(body.values).values,
        keep_for=_duration(body.keep_for),
        region_code=body.region_code,
        within=_reach(visit),
    )
    return Delivered.model_validate(visit.engine.execute(command))


@router.post("/signals", summary="广播信号 Broadcast a signal")
def broadcast(visit: VisitOf, body: Broadcast) -> Reached:
    """送给本辖区内所有等待它的办件，并启动由它启动的流程。"""
    command = BroadcastSignal(
        actor=visit.actor,
        name=body.name,
        values=from_json(body.values).values,
        region_code=body.region_code,
        within=_reach(visit),
    )
    reached = visit.engine.execute(command)
    return Reached(instance_ids=list(reached))


def _reach(visit: Visit) -> tuple[str, ...]:
    """The regions whose cases the visitor's positions receive messages for."""
    positions = [held for held in visit.viewer.positions if held.role in RECEIVERS]
    reach = tuple(prefix for held in positions if (prefix := region_prefix(held.unit_code)) is not None)
    if not reach:
        raise Forbidden("您没有登记这类事项的岗位。")
    return reach


def _duration(text: str | None) -> timedelta:
    if text is None:
        return timedelta()
    period = parse_duration(text)
    if period is None or period.months or not timedelta() < period.time <= _LONGEST_KEPT:
        raise BadRequest("保留时间应为不超过一年的 ISO 8601 时长，例如 P1D 或 PT2H。")
    return period.time
