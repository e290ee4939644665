"""What every command of the command line shares: where it writes, how it tells what went wrong, its engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.settings import Settings

if TYPE_CHECKING:
    from engine.errors import AnlanError
    from engine.process_engine import ProcessEngine

console = Console()
errors = Console(stderr=True)


@contextmanager
def installed_engine() -> Iterator[ProcessEngine]:
    """The engine of this installation, for one command."""
    from api.composition import engine_for

    engine = engine_for(Settings.from_environment())
    try:
        yield engine
    finally:
        engine.database.dispose()


@contextmanager
def reported() -> Iterator[None]:
    """Tell a refusal in words, and what the machine does not give; anything else is a fault and shows its traceback."""
    from sqlalchemy.exc import DatabaseError

    from engine.errors import AnlanError
    from engine.store.outages import FOR_OPERATORS, Outage, outage_of

    try:
        yield
    except AnlanError as error:
        _tell(error)
        raise typer.Exit(1) from error
    except OSError as error:
        fail(f"无法读写“{error.filename or '文件'}”，请检查路径和权限。（{error.strerror}）")
    except DatabaseError as error:
        reason = str(error.orig).partition("\n")[0]
        outage = outage_of(error)
        fail(f"{FOR_OPERATORS[outage or Outage.UNREACHABLE]}（{reason}）")


def _tell(error: AnlanError) -> None:
    problems = getattr(error, "problems", ())
    # The table says each problem; the message only needs to say that there are some.
    headline = error.message.partition("：")[0] if problems else error.message
    errors.print(Text(headline, style="red"), soft_wrap=True)
    if problems:
        errors.print(problem_table(map(place_of, problems)))


def place_of(problem: object) -> tuple[str | None, int | None, str]:
    """Where a problem is: an element with its line, or a file or field."""
    place = getattr(problem, "element_id", None) or getattr(problem, "path", None)
    return place, getattr(problem, "line", None), str(getattr(problem, "message", problem))


def problem_table(problems: Iterable[tuple[str | None, int | None, str]], title: str | None = None) -> Table:
    """What a lint or a form has found, as a table."""
    table = Table("元素", "行", "说明", title=title)
    for place, line, sentence in problems:
        table.add_row(Text(place or ""), "" if line is None else str(line), Text(sentence))
    return table


def fail(message: str) -> NoReturn:
    """End with a sentence."""
    errors.print(Text(message, style="red"), soft_wrap=True)
    raise typer.Exit(1)
