"""Small documents to attach where a form demands some: real PDF, JPEG and Office signatures, nothing in them."""

from __future__ import annotations

from base64 import b64decode
from pathlib import PurePosixPath

#: a grey picture of one pixel
_JPEG = b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0"
    "Hyc5PTgyPC4zNDL/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AVN//2Q=="
)
_PNG = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==")


def paper(name: str) -> bytes:
    """The content of a document of that name; different names have different contents."""
    mark = name.encode()
    match PurePosixPath(name).suffix.lower():
        case ".jpg" | ".jpeg":
            return _JPEG + mark
        case ".png":
            return _PNG + mark
        case ".mp4":
            return b"\x00\x00\x00\x18ftypisom" + mark
        case ".docx" | ".xlsx":
            return b"PK\x03\x04" + mark
        case _:
            return _pdf(mark)


def _pdf(mark: bytes) -> bytes:
    """One empty page; readers ignore the comment."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    )
    body, places = b"%PDF-1.4\n%" + mark.replace(b"\n", b" ") + b"\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj%sendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + b"xref\n0 4\n0000000000 65535 f \n%strailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        table,
        len(body),
    )
