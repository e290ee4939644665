"""A case bundle with its sheet, for the command line and for the page alike."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from sqlalchemy import Connection

from api.plain_json import text_of
from api.presentation.case_sheet import case_sheet
from api.presentation.sheet_files import sheet_file
from engine.definitions import DefinitionCache
from engine.history.bundle import CaseBundle
from engine.history.verification import case_of
from engine.process_engine import ProcessEngine
from engine.queries.export import case_export
from engine.unit_of_work import Tools


def write_bundle(connection: Connection, tools: Tools, case_id: str, target: IO[bytes]) -> str:
    """Write the zip and give the name of the sheet in it."""
    sheet = sheet_of(connection, tools.definitions, case_id)
    CaseBundle(connection, tools.attachments, case_id).write(target, sheet)
    return sheet[0]


def sheet_of(connection: Connection, definitions: DefinitionCache, case_id: str) -> tuple[str, bytes]:
    """The name and content of the sheet that people read."""
    return sheet_file(case_sheet(connection, definitions, case_id))


def export_bundle(engine: ProcessEngine, case: str, output: Path | None) -> tuple[Path, str]:
    """Write the bundle of a case to a file; gives the file and the name of the sheet."""
    with engine.database.read() as connection:
        case_id = case_of(connection, case)
        number = case_export(connection, case_id)["case"]["number"]
        path = output or Path(f"{number.replace('/', '_')}.zip")
        with path.open("wb") as target:
            return path, write_bundle(connection, engine.tools, case_id, target)


def export_json(engine: ProcessEngine, case: str) -> str:
    """A case as JSON, for programs."""
    with engine.database.read() as connection:
        return text_of(case_export(connection, case)) + "\n"
