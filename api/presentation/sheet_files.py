"""The case sheet as a file: PDF where a Chinese font is found, HTML otherwise."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

from fpdf import FPDF
from fpdf.enums import WrapMode, XPos, YPos
from jinja2 import Environment, PackageLoader

from api.presentation.case_sheet import CaseSheet, Facts, SheetStep
from api.presentation.fonts import Font, chinese_font

_FAMILY = "sheet"
#: the same case gives the same bytes
_DATE = datetime(2000, 1, 1, tzinfo=UTC)


def sheet_file(sheet: CaseSheet) -> tuple[str, bytes]:
    """Name and content."""
    font = chinese_font()
    if font is None:
        return "办理表.html", _html(sheet)
    return "办理表.pdf", _Paper(font).print(sheet)


def _html(sheet: CaseSheet) -> bytes:
    environment = Environment(loader=PackageLoader("api"), autoescape=True)
    return environment.get_template("case_sheet.html").render(sheet=sheet).encode()


class _Paper:
    """A4, with one font."""

    def __init__(self, font: Font) -> None:
        self._pdf = FPDF(format="A4")
        self._pdf.set_creation_date(_DATE)
        self._pdf.set_margins(18, 16)
        self._pdf.set_auto_page_break(True, 18)
        self._pdf.add_font(_FAMILY, fname=font.path, collection_font_number=font.face)
        self._pdf.add_page()

    def print(self, sheet: CaseSheet) -> bytes:
        self._pdf.set_title(f"{sheet.title} {sheet.number}")
        self._line(sheet.title, size=16)
        self._table(sheet.facts)
        for step in sheet.steps:
            self._step(step)
        if sheet.documents:
            self._line("附件及其摘要（SHA-256）", size=12)
            self._table(sheet.documents)
        target = BytesIO()
        self._pdf.output(target)
        return target.getvalue()

    def _step(self, step: SheetStep) -> None:
        self._line(f"{step.seq}. {step.title}{'：' + step.outcome if step.outcome else ''}", size=12)
        self._line(f"{step.when}　{step.who}", size=9)
        self._table(step.fields)
        for reason in step.reasons:
            self._line(reason, size=8)
        self._line(f"摘要 {step.digest}", size=7)

    def _line(self, text: str, *, size: float) -> None:
        self._pdf.set_font(_FAMILY, size=size)
        self._pdf.multi_cell(
            0, size * 0.55, text, wrapmode=WrapMode.CHAR, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )
        self._pdf.ln(1)

    def _table(self, facts: Facts) -> None:
        if not facts:
            return
        self._pdf.set_font(_FAMILY, size=9)
        with self._pdf.table(
            col_widths=(1, 3), wrapmode=WrapMode.CHAR, first_row_as_headings=False, line_height=5, text_align="LEFT"
        ) as table:
            for label, value in facts:
                table.row((label, value))
        self._pdf.ln(2)
