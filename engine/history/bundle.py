"""The case bundle: everything about one case in one zip, with the program that checks it. Nothing of other cases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sqlalchemy import Connection, LargeBinary, select, type_coerce

from engine.definitions import load_blob
from engine.errors import NotFound
from engine.history.checkpoints import Inclusion, inclusion_of
from engine.history.digests import digest_of
from engine.history.event import Event
from engine.history.replay import events_of
from engine.model import Attachment, Bundle, ProcessInstance
from engine.store.attachments import AttachmentStore

_README = """安澜办件包

events/        每一步操作一个文件，就是系统里保存的原样字节；每个文件的摘要写在下一个文件的 previous 里
definitions/   办件依据的流程图、决策表、表单和固定版本清单，文件名里有摘要
policy.json    办件依据的政策参数
attachments/   附件
proof.json     办件历史包含在检查点里的证明（RFC 6962）
checkpoint.txt 检查点：对全部历史的签名
verify.py      核对程序，只需要 Python：python verify.py

核对时请把 checkpoint.txt 与另行保存的检查点对照：python verify.py --checkpoint 文件
伪造办件包的人也能换掉包里的 verify.py。来历不明的包请用另行取得的 verify.py 核对（安装了安澜的机器上：
python -m engine.history.standalone.verify 文件夹），或者先核对它的 SHA-256。
"""
#: a fixed instant, so that the same case gives the same bytes
_DATE = (1980, 1, 1, 0, 0, 0)


def checker() -> bytes:
    """The program that checks bundles, as this version ships it."""
    return (files("engine.history.standalone") / "verify.py").read_bytes()


class CaseBundle:
    """Collects the files of one case and their digests."""

    def __init__(self, connection: Connection, attachments: AttachmentStore | None, case_id: str) -> None:
        self._connection = connection
        self._attachments = attachments
        found = connection.execute(select(ProcessInstance).where(ProcessInstance.id == case_id)).one_or_none()
        if found is None:
            raise NotFound("没有找到这个办件。", instance=case_id)
        self._case = found
        self._files: dict[str, str] = {}

    def write(self, target: IO[bytes], sheet: tuple[str, bytes]) -> None:
        """Write the zip; `sheet` is the name and content of the sheet that people read."""
        with ZipFile(target, "w", ZIP_DEFLATED) as archive:
            events = list(events_of(self._connection, self._case.id))
            for name, content in self._contents(events, sheet):
                self._files[name] = digest_of(content)
                archive.writestr(_entry(name), content)
            archive.writestr(_entry("manifest.json"), _json(self._manifest(events)))

    def _contents(self, events: list[Event], sheet: tuple[str, bytes]) -> Iterator[tuple[str, bytes]]:
        yield "README.txt", _README.encode()
        yield sheet
        for event in events:
            yield f"events/{event.content['seq']:06d}.json", event.payload
        yield from self._definitions(events)
        yield from self._documents()
        yield from self._proof()
        yield "verify.py", checker()

    def _definitions(self, events: list[Event]) -> Iterator[tuple[str, bytes]]:
        told = [event.input for event in events]
        yield "policy.json", load_blob(self._connection, told[0]["policy"])
        blobs: dict[str, str] = {}
        for digest in dict.fromkeys(it["bundle"] for it in told if "bundle" in it):
            raw = type_coerce(Bundle.content, LargeBinary).label("raw")
            row = self._connection.execute(select(Bundle.content, raw).where(Bundle.digest == digest)).one()
            yield f"definitions/bundle-{digest[:16]}.json", row.raw
            blobs |= _named(row.content)
        for digest, name in blobs.items():
            yield f"definitions/{name}", load_blob(self._connection, digest)

    def _documents(self) -> Iterator[tuple[str, bytes]]:
        mine = select(Attachment).where(Attachment.instance_id == self._case.id).order_by(Attachment.id)
        for row in self._connection.execute(mine) if self._attachments else ():
            assert self._attachments is not None
            yield f"attachments/{row.id[:8]}-{row.name}", self._attachments.get(row.digest)

    def _proof(self) -> Iterator[tuple[str, bytes]]:
        try:
            proof: Inclusion = inclusion_of(self._connection, self._case.id)
        except NotFound:
            return
        yield "checkpoint.txt", proof.checkpoint.file.encode()
        told: dict[str, Any] = {"entry": dict(proof.entry), "index": proof.index, "proof": list(proof.proof)}
        if proof.end is not None:
            told["end"] = {"index": proof.end[0], "proof": list(proof.end[1])}
        yield "proof.json", _json(told)

    def _manifest(self, events: list[Event]) -> dict[str, Any]:
        return {
            "format": 1,
            "case": self._case.id,
            "number": self._case.number,
            "title": self._case.title,
            "events": len(events),
            "head": self._case.head,
            "files": self._files,
        }


def _named(bundle: dict[str, Any]) -> dict[str, str]:
    """The digest of everything pinned, with a name that people understand."""
    named = {bundle["diagram"]: f"{bundle['diagram'][:16]}.bpmn"}
    named |= {digest: f"called-{key}-{digest[:16]}.bpmn" for key, digest in bundle["called"].items()}
    named |= {digest: f"decision-{key}-{digest[:16]}.dmn" for key, digest in bundle["decisions"].items()}
    named |= {digest: f"form-{_safe(key)}-{digest[:16]}.json" for key, digest in bundle["forms"].items()}
    return named


def _safe(name: str) -> str:
    return "".join(sign if sign.isalnum() else "_" for sign in name)[:60]


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, _DATE)
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode()
