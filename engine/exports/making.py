"""Makes the file of an export and deletes old ones: by whoever works on the job, outside any transaction."""

from __future__ import annotations

import logging
from contextlib import closing
from datetime import timedelta
from tempfile import SpooledTemporaryFile
from typing import IO
from zipfile import ZIP_STORED, ZipFile

from sqlalchemy import Connection, exists, select

from engine.commands import SYSTEM
from engine.errors import AnlanError, Refused
from engine.exports.commands import FailExport, FinishExport, ForgetExports
from engine.history.bundle import CaseBundle
from engine.mining.exports import LogFormat, write_log
from engine.mining.selection import Selection
from engine.model import Attachment
from engine.model.export import Export, ExportContent, ExportStatus
from engine.process_engine import ProcessEngine
from engine.rows import AnyRow
from engine.store.attachments import AttachmentStore
from engine.unit_of_work import Tools

_LOG = logging.getLogger(__name__)
#: What has gone wrong this long after it was asked for is given up.
PATIENCE = timedelta(hours=1)
#: A bundle stays in memory up to this size.
_SPOOLED = 8 * 1024 * 1024


def make_export(engine: ProcessEngine, export_id: str) -> bool:
    """Make the file if it is still waited for; tells whether it was. A disk that is full now may have room later."""
    with engine.database.read() as connection:
        wanted = connection.execute(select(Export).where(Export.id == export_id)).one_or_none()
    if wanted is None or wanted.status != ExportStatus.WAITING:
        return False
    try:
        command = _made(engine, wanted)
    except AnlanError as refusal:
        return engine.execute(FailExport(actor=SYSTEM, export_id=export_id, message=refusal.message))
    except Exception as fault:
        if engine.clock.now() - wanted.asked_at < PATIENCE:
            raise
        _LOG.exception("export %s is given up", export_id)
        message = f"多次尝试都没有成功（{type(fault).__name__}），请联系系统管理员。"
        return engine.execute(FailExport(actor=SYSTEM, export_id=export_id, message=message))
    return engine.execute(command)


def delete_old_exports(engine: ProcessEngine) -> int:
    """Delete files that were kept long enough: first the files, so that one that stays is found again."""
    with engine.database.read() as connection:
        old = connection.execute(
            select(Export.id, Export.digest).where(
                Export.status == ExportStatus.READY, Export.kept_until <= engine.clock.now()
            )
        ).all()
        ids = tuple(row.id for row in old)
        unused = {row.digest for row in old if not _is_used(connection, row.digest, ids)}
    for digest in unused:
        _store(engine.tools).drop(digest)
    return engine.execute(ForgetExports(actor=SYSTEM, export_ids=ids)) if ids else 0


def _is_used(connection: Connection, digest: str, old: tuple[str, ...]) -> bool:
    """Whether the same content is somebody's document, or an export that is still kept."""
    document = exists().where(Attachment.digest == digest)
    other = exists().where(Export.digest == digest, Export.status == ExportStatus.READY, Export.id.not_in(old))
    return bool(connection.scalar(select(document | other)))


def _made(engine: ProcessEngine, wanted: AnyRow) -> FinishExport:
    cases = 0

    def write(target: IO[bytes]) -> None:
        nonlocal cases
        with engine.database.read() as connection:
            cases = _written(connection, engine.tools, wanted, target)

    digest, size = _store(engine.tools).put_written(write)
    return FinishExport(actor=SYSTEM, export_id=wanted.id, digest=digest, size=size, cases=cases)


def _store(tools: Tools) -> AttachmentStore:
    if tools.attachments is None:
        raise Refused("系统没有配置附件存储，请联系系统管理员。")
    return tools.attachments


def _written(connection: Connection, tools: Tools, wanted: AnyRow, target: IO[bytes]) -> int:
    """Write the file, and tell how many cases are in it."""
    chosen = Selection(
        process_key=wanted.process_key,
        since=wanted.since,
        until=wanted.until,
        regions=frozenset(wanted.regions.split()),
    )
    if wanted.content == ExportContent.BUNDLES:
        return _write_bundles(connection, tools, chosen, target)
    write_log(connection, tools.definitions, chosen, LogFormat(wanted.content), target)
    return chosen.count(connection)


def _write_bundles(connection: Connection, tools: Tools, chosen: Selection, target: IO[bytes]) -> int:
    """A zip of bundles, each as it is exported alone."""
    with ZipFile(target, "w", ZIP_STORED) as archive, closing(chosen.cases(connection)) as cases:
        for case in cases:
            with SpooledTemporaryFile(max_size=_SPOOLED) as bundle:
                CaseBundle(connection, tools.attachments, case.id).write(bundle, _sheet(connection, tools, case.id))
                bundle.seek(0)
                archive.writestr(f"{case.number.replace('/', '_')}.zip", bundle.read())
        return len(archive.namelist())


def _sheet(connection: Connection, tools: Tools, case_id: str) -> tuple[str, bytes]:
    """The sheet that people read, where the house can draw one."""
    if tools.sheets is None:
        raise Refused("系统没有配置办理表，不能导出办件包，请联系系统管理员。")
    return tools.sheets(connection, tools.definitions, case_id)
