"""Files that a browser saves and never opens as pages of ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from typing import IO
from urllib.parse import quote

from starlette.responses import StreamingResponse

from api.bundling import write_bundle
from api.dependencies import Visit
from engine.queries.case import case_view

#: a bundle stays in memory up to this size
_SPOOLED = 8 * 1024 * 1024


def download(pieces: Iterable[bytes], name: str, media_type: str) -> StreamingResponse:
    """An answer that is sent while it is made."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return StreamingResponse(pieces, media_type=media_type, headers=headers)


def bundle_of(visit: Visit, case_id: str) -> StreamingResponse:
    """A case's bundle; it is complete before the first byte is sent, so that a fault is an error and no torn file."""
    with ExitStack() as opened:
        made = opened.enter_context(SpooledTemporaryFile(max_size=_SPOOLED))
        with visit.reading() as connection:
            case = case_view(connection, visit.viewer, case_id)
            write_bundle(connection, visit.engine.tools, case_id, made)
        # It is closed when it has been sent, or now if it could not be made.
        opened.pop_all()
    return download(_sent(made), f"{case.number}.zip", "application/zip")


def _sent(made: IO[bytes]) -> Iterator[bytes]:
    with made:
        made.seek(0)
        while piece := made.read(65536):
            yield piece
