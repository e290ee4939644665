"""The documents: their links lead somewhere, and their programs run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
_PROGRAM = re.compile(r"```python\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(document: Path) -> None:
    links = _LINK.findall(document.read_text(encoding="utf-8"))

    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_map_of_the_house_names_what_is_there() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## The map of the house")[2].partition("\n## ")[0]
    paths = re.findall(r"`([\w.-]+/[\w./-]+)`", section)

    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_programs_of_the_library_page_run_as_they_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    programs = _PROGRAM.findall((ROOT / "docs" / "library.md").read_text(encoding="utf-8"))
    names: dict[str, object] = {}

    for program in programs:
        exec(compile(program, "library.md", "exec"), names)

    session, _, office = capsys.readouterr().out.partition("leave-330324-")
    assert session.startswith("check Check {'amount': Decimal('21')} None None\n[('timer', 'rest', ")
    assert "\ncompleted end {'amount': Decimal('21'), 'by': 'li', 'checked': True, 'fee': Decimal('42')}" in session
    assert re.match(r"\d{4}-00001 True\n1 ProcessStarted", office)
