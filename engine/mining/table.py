"""CSV for spreadsheets: nothing in it is taken for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from engine.clock import LOCAL_ZONE
from engine.mining.log import LogLine
from engine.rows import AnyRow

_HEADINGS = (
    "办件编号",
    "办件名称",
    "流程",
    "序号",
    "环节",
    "状态",
    "时间",
    "经办人",
    "角色",
    "单位",
    "办理结果",
    "操作",
)
#: spreadsheets skip blanks before a formula, and take the wide signs of Chinese keyboards for the same
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def table(cases: Iterable[tuple[AnyRow, Iterable[LogLine]]]) -> Iterator[str]:
    """The log, line by line; the first sign tells spreadsheets that it is UTF-8."""
    yield "\ufeff" + _line(_HEADINGS)
    for case, lines in cases:
        for line in lines:
            at = line.at.astimezone(LOCAL_ZONE).strftime("%Y-%m-%d %H:%M:%S")
            who = (line.resource, line.role or "", line.unit or "")
            told = (case.number, case.title, case.process_key, str(line.seq), line.activity, line.transition, at)
            yield _line((*told, *who, line.outcome or "", line.type))


def _line(cells: Iterable[str]) -> str:
    target = StringIO()
    csv.writer(target).writerow(guarded(cell) for cell in cells)
    return target.getvalue()


def guarded(cell: str) -> str:
    """A cell that a spreadsheet shows as it is: what could be a formula is marked as text."""
    return f"'{cell}" if cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA) else cell
