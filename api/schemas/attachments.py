"""Documents."""

from __future__ import annotations

from api.schemas.common import Shown


class AttachmentShown(Shown):
    """A stored document; its id goes into the form."""

    id: str
    name: str
    size: int
    sha256: str
