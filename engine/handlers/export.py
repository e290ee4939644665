"""Exports: asked for by whoever may read cases, told about by the worker that makes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import insert, update

from engine.clock import local_date
from engine.commands import SYSTEM
from engine.errors import Forbidden, Refused
from engine.exports.commands import AskExport, FailExport, FinishExport, ForgetExports
from engine.history.images import images
from engine.jobs.queue import Job, JobKind
from engine.mining.selection import Selection
from engine.model.export import Export, ExportContent, ExportStatus
from engine.offices.organisation import positions_of
from engine.unit_of_work import UnitOfWork

#: How long a file is kept.
KEPT = timedelta(days=7)
#: So many bundles are one export at most.
MOST_BUNDLES = 1000
_STREAM = "exports"


def ask_export(work: UnitOfWork, command: AskExport) -> str:
    """Note who wants what of which regions, and leave the rest to a worker."""
    regions = _regions_of(work)
    _ensure_feasible(work, command, regions)
    export_id = work.new_id()
    wish: dict[str, Any] = {
        "content": command.content.value,
        "process_key": command.process_key,
        "since": command.since,
        "until": command.until,
        "regions": " ".join(sorted(regions)),
    }
    work.connection.execute(
        insert(Export).values(
            id=export_id,
            asked_by=work.actor.person_id,
            asked_at=work.now,
            status=ExportStatus.WAITING,
            **wish,
        )
    )
    work.record(_STREAM, "ExportAsked", input=wish, outcome={"export": export_id, **_image(work, export_id)})
    work.put(Job(kind=JobKind.EXPORT, subject=export_id, due_at=work.now))
    return export_id


def finish_export(work: UnitOfWork, command: FinishExport) -> bool:
    """From now on the file can be fetched."""
    made = {"digest": command.digest, "size": command.size, "cases": command.cases}
    if not _ended(work, command.export_id, ExportStatus.READY, kept_until=work.now + KEPT, **made):
        return False
    work.record(
        _STREAM, "ExportMade", input={"export": command.export_id}, outcome={**made, **_image(work, command.export_id)}
    )
    return True


def fail_export(work: UnitOfWork, command: FailExport) -> bool:
    """Whoever asked reads why."""
    if not _ended(work, command.export_id, ExportStatus.FAILED, error=command.message):
        return False
    outcome = {"message": command.message, **_image(work, command.export_id)}
    work.record(_STREAM, "ExportFailed", input={"export": command.export_id}, outcome=outcome)
    return True


def forget_exports(work: UnitOfWork, command: ForgetExports) -> int:
    """What was exported stays on record; the files are gone."""
    _ensure_system(work)
    old = update(Export).where(Export.id.in_(command.export_ids), Export.status == ExportStatus.READY)
    count = work.connection.execute(old.values(status=ExportStatus.EXPIRED)).rowcount
    if count:
        gone = sorted(command.export_ids)
        work.record(_STREAM, "ExportsForgotten", input={"exports": gone}, outcome=_image(work, *gone))
    return count


def _image(work: UnitOfWork, *export_ids: str) -> dict[str, Any]:
    return images(work.connection, (Export, Export.id.in_(export_ids)))


def _ended(work: UnitOfWork, export_id: str, status: ExportStatus, **values: Any) -> bool:
    """Whether it was still waited for."""
    _ensure_system(work)
    waiting = update(Export).where(Export.id == export_id, Export.status == ExportStatus.WAITING)
    return work.connection.execute(waiting.values(status=status, ended_at=work.now, **values)).rowcount == 1


def _regions_of(work: UnitOfWork) -> frozenset[str]:
    """The division digits that the person's own positions may read; what is delegated is read and not taken away."""
    held = positions_of(work.connection, work.actor.person_id, local_date(work.now))
    regions = frozenset(prefix for position in held if (prefix := position.readable_prefix))
    if work.actor.on_behalf_of is not None or not regions:
        raise Forbidden("只有能查询辖区内办件的人员可以导出。")
    return regions


def _ensure_feasible(work: UnitOfWork, command: AskExport, regions: frozenset[str]) -> None:
    if command.since and command.until and command.since > command.until:
        raise Refused("开始日期晚于结束日期，请改正后再导出。")
    if command.content is not ExportContent.BUNDLES:
        return
    chosen = Selection(process_key=command.process_key, since=command.since, until=command.until, regions=regions)
    if (number := chosen.count(work.connection)) > MOST_BUNDLES:
        raise Refused(f"选中了 {number:,} 个办件，办件包一次最多导出 {MOST_BUNDLES:,} 个，请缩小范围。")


def _ensure_system(work: UnitOfWork) -> None:
    if work.actor != SYSTEM:
        raise Forbidden("导出由系统完成。")
