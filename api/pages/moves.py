"""Moves of a case: each is first shown with all it would change, then confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.dependencies import FormOf, Visit, VisitOf
from api.moving import CASE_MOVES, TASK_MOVES, Kind, fields_of
from api.pages.frame import page, redirect
from api.presentation.previews import outlook, passages
from api.presentation.tasks import task_address
from engine.commands import Actor, Command
from engine.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from engine.moves import MigrateProcess, MoveProcess, ReturnTask
from engine.queries.case import CaseView, case_of_task, case_view

router = APIRouter(include_in_schema=False)


@router.post("/tasks/{task_id}/moves/{name}")
def move_task(
    request: Request,
    visit: VisitOf,
    form: FormOf,
    task_id: str,
    name: str,
    principal: str | None = Query(None, alias="for"),
) -> Response:
    """退回、拿回、转办、委派、加签、减签"""
    kind = _kind(TASK_MOVES, name)
    with visit.reading() as connection:
        case, task = case_of_task(connection, visit.viewer, task_id)
    # An added task is spoken of on the page of the task it was added to.
    back = task_address(task.parent_id if name == "remove-signer" and task.parent_id else task_id, principal)
    if name == "recall":
        back = f"/cases/{case.id}"
    there = "/inbox" if name in ("return", "transfer", "resolve") else back
    mover = _Mover(request, visit, case, kind, fields_of(form), back, there)
    return mover.answer(visit.acting_for(principal), task_id, confirmed=form.get("confirmed") == "yes")


@router.post("/cases/{instance_id}/moves/{name}")
def move_case(request: Request, visit: VisitOf, form: FormOf, instance_id: str, name: str) -> Response:
    """撤销、挂起、恢复、终止、移动、迁移"""
    kind = _kind(CASE_MOVES, name)
    with visit.reading() as connection:
        case = case_view(connection, visit.viewer, instance_id)
    address = f"/cases/{instance_id}"
    mover = _Mover(request, visit, case, kind, fields_of(form), address, address)
    actor = _starter(visit, case) if name == "withdraw" else visit.actor
    return mover.answer(actor, instance_id, confirmed=form.get("confirmed") == "yes")


def _kind(kinds: Mapping[str, Kind], name: str) -> Kind:
    if name not in kinds:
        raise NotFound("没有这种操作。")
    return kinds[name]


def _starter(visit: Visit, case: CaseView) -> Actor:
    """Whoever stands in for the starter withdraws in the starter's name."""
    principals = {person.person_id for person in visit.viewer.principals}
    return visit.acting_for(case.started_by if case.started_by in principals else None)


class _Mover:
    """One move of one case, asked for on a page."""

    def __init__(
        self,
        request: Request,
        visit: Visit,
        case: CaseView,
        kind: Kind,
        fields: Mapping[str, Any],
        back: str,
        there: str,
    ) -> None:
        self._request = request
        self._visit = visit
        self._case = case
        self._kind = kind
        self._fields = fields
        self._back = back
        self._there = there

    def answer(self, actor: Actor, noun_id: str, *, confirmed: bool) -> Response:
        """Show what would happen, or let it happen; a refusal is told where the person came from."""
        try:
            command = self._kind.build(actor, noun_id, self._fields)
            return self._done(command) if confirmed else self._shown(command)
        except (Conflict, Forbidden, Invalid, NotFound, Refused) as refused:
            if isinstance(refused, Forbidden) and self._kind in CASE_MOVES.values():
                raise
            why = (self._fields.get("why") or self._fields.get("opinion") or [""])[0]
            return redirect(self._back, "error", refused.message, (self._typed_into(noun_id), why))

    def _typed_into(self, noun_id: str) -> str:
        """The id of the field on the page where the move was asked for."""
        name = self._request.path_params["name"]
        odd = {
            "withdraw": "why",
            "resolve": "opinion",
            "add-signer": "why-signer",
            "recall": f"why-recall-{noun_id}",
            "remove-signer": f"why-{noun_id}",
        }
        return odd.get(name, f"why-{name}")

    def _done(self, command: Command[Any]) -> Response:
        self._visit.engine.execute(command)
        return redirect(self._there, "success", f"办件 {self._case.number}：{self._kind.told}")

    def _shown(self, command: Command[Any]) -> Response:
        shown = passages(self._visit.engine.preview(command), self._case.status)
        if isinstance(command, MoveProcess | MigrateProcess):
            # Placed by hand, a case may wait for ever: in one branch of a join, for instance.
            shown = (*shown, outlook(self._visit.engine.rehearse(command)))
        return page(
            self._request,
            "move.html",
            visit=self._visit,
            case=self._case,
            kind=self._kind,
            passages=shown,
            straight=isinstance(command, ReturnTask) and command.direct,
            fields=[(name, value) for name, values in self._fields.items() for value in values],
            reason=(self._fields.get("why") or self._fields.get("opinion") or [""])[0],
            address=str(self._request.url.path) + (f"?{self._request.url.query}" if self._request.url.query else ""),
            back=self._back,
        )
