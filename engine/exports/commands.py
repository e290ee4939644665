"""What may be asked of the engine about exports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine.commands import Command
from engine.model.export import ExportContent


@dataclass(frozen=True, kw_only=True)
class AskExport(Command[str]):
    """Have a file made of the cases in the actor's regions; gives the id of the export."""

    content: ExportContent
    process_key: str | None = None
    #: days on which the cases were started, both included
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class FinishExport(Command[bool]):
    """The file is made and stored. False when nobody waits for it any more."""

    export_id: str
    digest: str
    size: int
    cases: int


@dataclass(frozen=True, kw_only=True)
class FailExport(Command[bool]):
    """The file cannot be made."""

    export_id: str
    message: str


@dataclass(frozen=True, kw_only=True)
class ForgetExports(Command[int]):
    """The files of these exports, which were kept long enough, are deleted; tells how many there were."""

    export_ids: tuple[str, ...]
