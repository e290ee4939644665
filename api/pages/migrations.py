"""批量迁移: the running cases of a process on their way to another version, with a dry run and a report."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from api import migrations
from api.dependencies import FormOf, Visit, VisitOf
from api.migrations import Batch
from api.pages.frame import page
from engine.errors import Refused
from engine.offices.administration import ADMINISTRATOR, DESIGNER, given_reason
from engine.queries.migrations import MigrationPlan, MigrationQuery

router = APIRouter(include_in_schema=False)
_PLACE = "place:"
_TRIAL = "试运行"


@router.get("/designer/{key}/migration")
def migration_page(request: Request, visit: VisitOf, key: str, version: str = "") -> Response:
    """Which cases there are, and where each would go on."""
    visit.require(DESIGNER, ADMINISTRATOR)
    return _page(request, visit, _plan(visit, key, version))


@router.post("/designer/{key}/migration")
def migrate(request: Request, visit: VisitOf, form: FormOf, key: str) -> Response:
    """试运行, or 迁移"""
    visit.require(DESIGNER, ADMINISTRATOR)
    plan = _plan(visit, key, str(form.get("version") or ""))
    real = form.get("_action") == "migrate"
    batch = _batch(plan, form)
    try:
        _ensure_complete(batch, real)
    except Refused as refused:
        return _page(request, visit, plan, chosen=batch, status=422, messages=[("error", refused.message)])
    report = migrations.migrate(visit, batch) if real else migrations.rehearse(visit, replace(batch, reason=_TRIAL))
    # What has been migrated is no longer to be migrated.
    shown = _plan(visit, key, str(plan.version)) if real else plan
    return _page(request, visit, shown, report=report, real=real, chosen=batch)


def _plan(visit: Visit, key: str, version: str) -> MigrationPlan:
    number = int(version) if version.isdecimal() and len(version) < 10 else None
    with visit.reading() as connection:
        query = MigrationQuery(connection, visit.engine.tools, visit.now, visit.viewer.positions)
        return query.plan(key, number)


def _batch(plan: MigrationPlan, form: FormData) -> Batch:
    wanted = {str(value) for value in form.getlist("case")}
    mapping = {
        name.removeprefix(_PLACE): str(value)
        for name, value in form.multi_items()
        if name.startswith(_PLACE) and value in plan.choices
    }
    return Batch(
        cases=tuple(case for case in plan.cases if case.instance_id in wanted),
        version=plan.version,
        mapping=mapping,
        reason=str(form.get("why") or "").strip()[:500],
    )


def _ensure_complete(batch: Batch, real: bool) -> None:
    """Nobody has to say why for a dry run."""
    if not batch.cases:
        raise Refused("请选择要迁移的办件。")
    if real:
        given_reason(batch.reason, "迁移")


def _page(request: Request, visit: Visit, plan: MigrationPlan, **more: Any) -> Response:
    shown: dict[str, Any] = {"report": (), "real": False, "chosen": None, **more}
    return page(request, "migration.html", visit=visit, active="designer", plan=plan, **shown)
