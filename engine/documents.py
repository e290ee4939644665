"""Which documents may be uploaded, judged by their content and not only by their name."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from engine.errors import Refused

#: the largest document, in bytes
MAX_SIZE = 20 * 1024 * 1024

_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"|?*]')
_OFFICE = b"PK\x03\x04"
_LEGACY_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class DocumentRefused(Refused):
    """这个文件不能上传。"""

    code = "document-refused"


@dataclass(frozen=True, kw_only=True)
class DocumentKind:
    """A kind of document: its media type, and what its content must contain at the start."""

    media_type: str
    signature: bytes
    offset: int = 0


KINDS: dict[str, DocumentKind] = {
    ".pdf": DocumentKind(media_type="application/pdf", signature=b"%PDF-"),
    ".jpg": DocumentKind(media_type="image/jpeg", signature=b"\xff\xd8\xff"),
    ".jpeg": DocumentKind(media_type="image/jpeg", signature=b"\xff\xd8\xff"),
    ".png": DocumentKind(media_type="image/png", signature=b"\x89PNG\r\n\x1a\n"),
    ".doc": DocumentKind(media_type="application/msword", signature=_LEGACY_OFFICE),
    ".xls": DocumentKind(media_type="application/vnd.ms-excel", signature=_LEGACY_OFFICE),
    ".docx": DocumentKind(
        media_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document", signature=_OFFICE
    ),
    ".xlsx": DocumentKind(
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", signature=_OFFICE
    ),
    ".mp4": DocumentKind(media_type="video/mp4", signature=b"ftyp", offset=4),
    ".mov": DocumentKind(media_type="video/quicktime", signature=b"ftyp", offset=4),
}


def safe_name(name: str) -> str:
    """The last part of a file name, without anything a path or a header could be broken with."""
    last = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    return _UNSAFE.sub("_", last).strip(" .")[-120:] or "未命名"


def media_type_of(name: str, content: bytes) -> str:
    """The media type of an acceptable document; anything else is refused."""
    if not content:
        raise DocumentRefused(f"“{name}”是空文件，请重新选择。", name=name)
    if len(content) > MAX_SIZE:
        raise DocumentRefused(f"“{name}”超过 {MAX_SIZE // 1024 // 1024} MB，请压缩后再上传。", name=name)
    kind = KINDS.get(PurePosixPath(name).suffix.lower())
    if kind is None:
        raise DocumentRefused(
            f"不能上传“{name}”：只接受 PDF、图片（JPG、PNG）、Word、Excel 文件和 MP4、MOV 视频。", name=name
        )
    if content[kind.offset : kind.offset + len(kind.signature)] != kind.signature:
        raise DocumentRefused(f"“{name}”的内容与文件类型不符，可能已损坏，请重新导出后上传。", name=name)
    return kind.media_type
