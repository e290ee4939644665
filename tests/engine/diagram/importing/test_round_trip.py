"""What an import does not change on purpose comes back as it was (issue: foreign models)."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from engine import diagram
from engine.diagram.namespaces import BPMN

from .canonical import facts, layout, order, owners

SUITE = Path(__file__).resolve().parents[5] / "shared" / "suites" / "bpmn-miwg"
FILES = sorted(SUITE.glob("*.bpmn"))
#: What these models draw that is refused: compensation, several tokens at once, conditions over names with blanks.
REFUSED = {
    "C.3.0": {"expression", "unsupported"},
    "C.6.0": {"unsupported", "unsupported-event", "boundary-outgoing"},
    "C.8.0": {"expression"},
    "C.8.1": {"expression"},
}
#: What their authors left open: these drawings are descriptive, nobody filled in how they run.
OPEN = {
    "empty", "no-reference", "no-collection", "no-timer", "no-condition", "no-code", "loop-endless",
}  # fmt: skip

needs_suite = pytest.mark.skipif(not FILES, reason="the suite bpmn-miwg is not beside this checkout (shared/suites)")


def _parsed(content: bytes) -> etree._Element:
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False))


@needs_suite
def test_the_suite_is_complete() -> None:
    assert len(FILES) == 21


@needs_suite
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
class TestSuite:
    """The models of the BPMN Model Interchange Working Group."""

    def test_only_what_is_listed_changes(self, file: Path) -> None:
        content, changes = diagram.import_draft(file.read_bytes())
        before, after = facts(_parsed(file.read_bytes())), facts(_parsed(content))

        changed = owners(before - after) | owners(after - before)

        kinds: dict[str | None, set[str]] = {}
        for change in changes:
            kinds.setdefault(change.element_id, set()).add(change.kind)
        assert changed <= {owner for owner, found in kinds.items() if found - {"kept"}}
        assert {owner for owner, found in kinds.items() if found & {"translated", "dropped"}} <= changed

    def test_nothing_is_taken_out_but_what_is_translated_or_dropped(self, file: Path) -> None:
        content, changes = diagram.import_draft(file.read_bytes())
        before, after = facts(_parsed(file.read_bytes())), facts(_parsed(content))

        lost = owners(before - after)

        assert lost <= {change.element_id for change in changes if change.kind in ("translated", "dropped")}
        assert not [what for _, _, what in before - after if what == "element"]

    def test_the_layout_and_the_order_stay(self, file: Path) -> None:
        content, _ = diagram.import_draft(file.read_bytes())
        before, after = _parsed(file.read_bytes()), _parsed(content)

        assert layout(after) == layout(before)
        assert [line for line in order(after) if "urn:anlan" not in line] == order(before)

    def test_importing_again_changes_nothing(self, file: Path) -> None:
        content, _ = diagram.import_draft(file.read_bytes())

        again, changes = diagram.import_draft(content)

        assert again == content
        assert not [change for change in changes if change.kind in ("translated", "dropped")]

    def test_every_extension_is_told(self, file: Path) -> None:
        content, changes = diagram.import_draft(file.read_bytes())
        told = {change.element_id for change in changes}
        assert told <= {change.element_id for change in diagram.import_draft(content)[1]} | {
            change.element_id for change in changes if change.kind in ("translated", "dropped")
        }

        for holder in _parsed(file.read_bytes()).iter(f"{{{BPMN}}}extensionElements"):
            owner = holder.getparent()
            assert owner is not None
            assert len(holder) == 0 or owner.get("id") is None or owner.get("id") in told

    def test_what_the_lint_still_finds_is_not_the_imports_fault(self, file: Path) -> None:
        content, _ = diagram.import_draft(file.read_bytes())

        found = {problem.code for problem in diagram.lint(content) if problem.severity == "error"}

        assert found <= OPEN | REFUSED.get(file.stem, set())


MODEL = """<?xml version='1.0' encoding='{encoding}' standalone='yes'?>
<?tool keep="me"?>
<!-- before the root: 审批 -->
<{p}definitions xmlns{x}="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:unused="urn:unused" id="d" targetNamespace="urn:t">
  <{p}process id="p" isExecutable="true" name="审批 &lt;&amp;&#10;&quot;">
    <{p}documentation><![CDATA[<b>一 & 二</b>]]></{p}documentation><!-- inside --><?inside it?>
    <{p}userTask id="a" camunda:formKey="check" xmlns:unused="urn:other"/>
    <{p}sequenceFlow id="f" sourceRef="a" targetRef="a">
      <{p}conditionExpression xsi:type="{p}tFormalExpression">${{x == 1}}</{p}conditionExpression>
    </{p}sequenceFlow>
  </{p}process>
</{p}definitions>
<!-- after the root -->
"""


@pytest.mark.parametrize("prefix", ["", "bpmn:", "bpmn2:", "semantic:"])
@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "GB18030"])
def test_prefix_encoding_comments_and_instructions_survive(prefix: str, encoding: str) -> None:
    mark = f":{prefix.removesuffix(':')}" if prefix else ""
    text = MODEL.format(encoding=encoding, p=prefix, x=mark)

    content, _ = diagram.import_draft(text.encode(encoding))

    written = content.decode(encoding)
    for kept in (
        f"<?xml version='1.0' encoding='{encoding}' standalone='yes'?>\n",
        '<?tool keep="me"?>\n<!-- before the root: 审批 -->\n<',
        ">\n<!-- after the root -->\n",
        "<!-- inside --><?inside it?>",
        "<![CDATA[<b>一 & 二</b>]]>",
        f"<{prefix}userTask ",
        f'xsi:type="{prefix}tFormalExpression">x = 1<',
        'xmlns:unused="urn:unused"',
        'xmlns:unused="urn:other"',
    ):
        assert kept in written
    assert written.count("urn:anlan:bpmn:1") == 1


def test_a_file_in_latin_1_keeps_its_encoding_and_takes_chinese_texts() -> None:
    text = MODEL.format(encoding="ISO-8859-1", p="", x="").replace("审批", "é").replace("一 & 二", "é")

    content, _ = diagram.import_draft(text.replace("check", "café").encode("latin-1"))

    assert content.startswith(b"<?xml version='1.0' encoding='ISO-8859-1' standalone='yes'?>\n")
    assert 'anlan:formKey="café"'.encode("latin-1") in content


@pytest.mark.parametrize("head", [b"", b"\xef\xbb\xbf", b'\xef\xbb\xbf<?xml version="1.0"?>\n'])
def test_the_beginning_of_the_file_stays(head: bytes) -> None:
    body = MODEL.format(encoding="", p="", x="").partition("-->\n")[2].encode()

    content, _ = diagram.import_draft(head + body)

    assert content.startswith(head + b"<definitions ")


def test_our_prefix_gives_way_where_it_means_something_else() -> None:
    body = MODEL.format(encoding="UTF-8", p="", x="").replace("xmlns:unused", "xmlns:anlan").encode()

    content, _ = diagram.import_draft(body)

    root = _parsed(content)
    assert root.nsmap["anlan"] == "urn:unused"
    assert [e.get("{urn:anlan:bpmn:1}formKey") for e in root.iter() if e.get("id") == "a"] == ["check"]


def test_a_model_that_needs_nothing_comes_back_byte_for_byte() -> None:
    body = MODEL.format(encoding="UTF-8", p="", x="").replace("camunda:formKey", "camunda:x")
    body = body.replace("${x == 1}", "x = 1").replace("\n", "\r\n")

    content, changes = diagram.import_draft(body.encode())

    assert content == body.encode()
    assert [change.kind for change in changes] == ["kept"]
