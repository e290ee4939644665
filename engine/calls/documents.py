"""Documents of a case for those who work for it outside any transaction."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from engine.errors import Refused
from engine.model import Attachment
from engine.ports import Document
from engine.process_engine import ProcessEngine

#: bytes of all documents that are handed over together
LARGEST = 10_000_000


def documents_of(engine: ProcessEngine, instance_id: str, ids: Sequence[str]) -> list[Document]:
    """The documents in the order asked for; those of other cases are as good as none."""
    of_case = select(Attachment).where(Attachment.id.in_(ids), Attachment.instance_id == instance_id)
    with engine.database.read() as connection:
        rows = {row.id: row for row in connection.execute(of_case)}
    missing = [id_ for id_ in ids if id_ not in rows]
    if missing or engine.tools.attachments is None:
        raise Refused(f"这个办件没有附件 {'、'.join(missing or ids)}，不能发送。")
    if sum(row.size for row in rows.values()) > LARGEST:
        raise Refused(f"附件合起来超过 {LARGEST // 1_000_000} MB，不能发送。")
    store = engine.tools.attachments
    return [
        Document(name=rows[id_].name, media_type=rows[id_].media_type, content=store.get(rows[id_].digest))
        for id_ in ids
    ]
