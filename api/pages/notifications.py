"""通知: what a person was told, and where it is mailed."""

from __future__ import annotations

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from api.dependencies import FormOf, Visit, VisitOf
from api.pages.frame import page as page_of
from api.pages.frame import redirect
from api.presentation.notifications import COLOURS, KINDS, address_of
from api.presentation.paging import page_number, pager
from engine.errors import Refused
from engine.notifications.commands import ChangeEmail, ReadNotifications
from engine.notifications.postman import has_mail
from engine.notifications.words import sentence
from engine.queries.notifications import NotificationLine, email_of, notifications_of
from engine.queries.page import Page

router = APIRouter(prefix="/notifications", include_in_schema=False)


@router.get("")
def list_page(request: Request, visit: VisitOf, page: str = "1") -> Response:
    """通知"""
    with visit.reading() as connection:
        found = _found(connection, visit, page_number(page))
        email = email_of(connection, visit.viewer)
    return page_of(
        request,
        "notifications.html",
        visit=visit,
        active="notifications",
        lines=[(line, sentence(line.kind, line.task_name, line.result), address_of(line)) for line in found.items],
        kinds=KINDS,
        colours=COLOURS,
        email=email,
        mails=has_mail(visit.engine.tools.connectors),
        notice_days=visit.engine.tools.notice_days,
        pager=pager(found, "/notifications", ""),
    )


@router.post("/read")
def read(visit: VisitOf, form: FormOf) -> Response:
    """标为已读"""
    chosen = form.get("id")
    ids = (chosen,) if isinstance(chosen, str) and chosen else None
    visit.engine.execute(ReadNotifications(actor=visit.actor, notification_ids=ids))
    return redirect("/notifications")


@router.post("/email")
def change_email(visit: VisitOf, form: FormOf) -> Response:
    """通知邮箱"""
    typed = form.get("email")
    email = typed.strip() if isinstance(typed, str) else ""
    try:
        visit.engine.execute(ChangeEmail(actor=visit.actor, email=email or None))
    except Refused as refusal:
        return redirect("/notifications", "error", refusal.message, typed=("email", email))
    return redirect("/notifications", "success", f"以后的通知也会发到 {email}。" if email else "以后的通知不再发邮件。")


def _found(connection: Connection, visit: Visit, number: int) -> Page[NotificationLine]:
    """The page asked for; beyond the last one, the last."""
    found = notifications_of(connection, visit.viewer, number)
    return found if number <= found.pages else notifications_of(connection, visit.viewer, found.pages)
