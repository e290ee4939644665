"""What an administrator does on the page of a case that has stopped."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from api.dependencies import FormOf, VisitOf
from api.pages.frame import redirect
from engine.errors import NotFound, Refused
from engine.moves import ResolveIncident, RetryIncident
from engine.queries.case import case_view

router = APIRouter(include_in_schema=False)
_ACTS = {"retry": RetryIncident, "resolve": ResolveIncident}


@router.post("/cases/{instance_id}/incidents/{incident_id}")
def settle(visit: VisitOf, form: FormOf, instance_id: str, incident_id: str) -> Response:
    """重试停滞点，或视同已经完成"""
    with visit.reading() as connection:
        case = case_view(connection, visit.viewer, instance_id)
    act = _ACTS.get(str(form.get("act") or ""))
    if act is None or incident_id not in {incident.id for incident in case.incidents}:
        raise NotFound("没有找到这个停滞点，它可能已经处理过了。", incident=incident_id)
    reason = str(form.get("reason") or "")[:500]
    address = f"/cases/{instance_id}"
    try:
        visit.engine.execute(act(actor=visit.actor, incident_id=incident_id, reason=reason))
    except Refused as refused:
        return redirect(address, "error", refused.message)
    with visit.reading() as connection:
        left = {incident.id for incident in case_view(connection, visit.viewer, instance_id).incidents}
    if incident_id in left:
        return redirect(address, "error", "重试没有成功，办件仍停在原处。")
    return redirect(address, "success", "停滞点已处理，办件继续。")
