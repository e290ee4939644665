"""Script tasks: short scripts of other tools as lines `name = FEEL`."""

from __future__ import annotations

import re

from lxml import etree

from engine.diagram import script
from engine.diagram.importing import expressions, vendors
from engine.diagram.importing.draft import Draft
from engine.diagram.importing.expression_slots import shortened
from engine.diagram.importing.expressions import Dialect, Untranslatable
from engine.diagram.importing.expressions.dialect import named
from engine.diagram.importing.variables import is_name
from engine.diagram.importing.vendors import ZEEBE
from engine.diagram.lint.expressions import FEEL_LANGUAGE
from engine.diagram.namespaces import bpmn, text_of

_SET_VARIABLE = re.compile(
    r"(?:\w+\.)?setVariable(?:Local)?\s*\(\s*(['\"])(?P<target>\w+)\1\s*,(?P<source>.*)\)", re.DOTALL
)
_ASSIGNMENT = re.compile(
    r"(?:(?:var|let|const|def|int|String|boolean|double)\s+)?"
    r"(?P<target>[^\W\d]\w*(?:\.[^\W\d]\w*|\[(?:\"[^\W\d]\w*\"|'[^\W\d]\w*')\])*)\s*(?P<change>[+\-*/]?)=(?!=)(?P<source>.*)",
    re.DOTALL,
)
_APPEND = re.compile(r"(?P<target>[^\W\d]\w*)\.(?:append|push|add)\((?P<source>.*)\)", re.DOTALL)
#: How bpmn-engine's scripts name a variable.
_ENVIRONMENT = re.compile(r"^(?:this\.)?environment\.(?:variables|output)\.")
_LONGEST = 20_000
_KEY = re.compile(r"\[[\"']([^\"']*)[\"']\]")


def translate(draft: Draft, task: etree._Element) -> None:
    zeebe = vendors.extension(task, "script", ZEEBE)
    if zeebe is not None:
        _zeebe(draft, task, zeebe)
        return
    element = task.find(bpmn("script"))
    text = text_of(element)
    language = (task.get("scriptFormat") or "").strip()
    if element is None or text is None or (_is_feel(language) and _is_ours(text)):
        return
    result = vendors.attribute(task, "resultVariable")
    try:
        lines = _lines(text, language, result[1] if result else None)
    except Untranslatable as fault:
        message = f"脚本没有翻译，请改写成一行一个“名称 = FEEL 表达式”：{fault.message}"
        draft.needs_work(task, "script", message)
        return
    if result is not None:
        draft.tell_of(task, result[0])
    draft.set_text(element, lines)
    if not _is_feel(language) or not language:
        draft.set_attribute(task, "scriptFormat", "feel")
    draft.translated(
        task, "script", f"{language + ' ' if language else '没有标明语言的'}脚本译为 FEEL：“{shortened(lines)}”。"
    )


def _is_ours(text: str) -> bool:
    """Whether a text is a script of ours."""
    if len(text) > _LONGEST:
        return False
    assignments, faults = script.parse(text)
    return not faults and all(expressions.is_feel(assignment.source) for assignment in assignments)


def _zeebe(draft: Draft, task: etree._Element, zeebe: etree._Element) -> None:
    """Its expression moves into the standard's script; left where it is, it would look like code that runs."""
    name = zeebe.get("resultVariable") or ""
    source = (zeebe.get("expression") or "").strip().removeprefix("=").strip()
    if not is_name(name) or not expressions.is_feel(source) or task.find(bpmn("script")) is not None:
        draft.needs_work(zeebe, "script", f"Zeebe 的脚本“{shortened(source)}”没有翻译，请写成“名称 = FEEL 表达式”。")
        return
    draft.translated(zeebe, "script", f"Zeebe 的脚本移到脚本内容里：“{name} = {shortened(source)}”。")
    draft.remove(zeebe)
    draft.add_script(task, f"{name} = {source}")
    draft.set_attribute(task, "scriptFormat", "feel")


def _lines(text: str, language: str, result: str | None) -> str:
    if len(text) > _LONGEST:
        raise Untranslatable(f"脚本超过 {_LONGEST} 个字。")
    dialect = named(language) or Dialect.PYTHON
    statements = list(_statements(text, dialect))
    if not statements:
        # bpmn-engine's scripts must go on; ours do so by themselves.
        return "// " + shortened(text)
    *before, last = statements
    lines = [_line(statement, dialect) for statement in before]
    lines.append(_last(last, dialect, result))
    return "\n".join(lines)


def _last(statement: str, dialect: Dialect, result: str | None) -> str:
    """The value of the last line is the script's result, where a variable is named for it."""
    if result is None or not is_name(result):
        return _line(statement, dialect)
    try:
        return _line(statement, dialect)
    except Untranslatable:
        bare = statement.removeprefix("return ").strip()
        return f"{result} = {_value(bare, dialect)}"


def _statements(text: str, dialect: Dialect) -> list[str]:
    """One statement a line; a line goes on while a bracket is open, as in our own scripts."""
    comment = "#" if dialect is Dialect.PYTHON else "//"
    found: list[str] = []
    pending = ""
    for line in text.splitlines():
        bare = line.split(comment, 1)[0] if not re.search(r"[\"'].*" + comment, line) else line
        if dialect is Dialect.PYTHON and pending == "" and bare.strip() and bare[:1].isspace() and found:
            raise Untranslatable("有缩进的语句块。")
        pending += ("\n" if pending else "") + bare
        if sum(pending.count(sign) for sign in "([{") <= sum(pending.count(sign) for sign in ")]}"):
            found += [part.strip() for part in pending.split(";")]
            pending = ""
    return [statement for statement in [*found, pending.strip()] if statement and statement != "next()"]


def _line(statement: str, dialect: Dialect) -> str:
    statement = _ENVIRONMENT.sub("", statement, count=1)
    called = _SET_VARIABLE.fullmatch(statement)
    if called:
        return f"{called['target']} = {_value(called['source'], dialect)}"
    added = _APPEND.fullmatch(statement)
    if added:
        return f"{added['target']} = append({added['target']}, {_value(added['source'], dialect)})"
    assigned = _ASSIGNMENT.fullmatch(statement)
    if assigned is None:
        raise Untranslatable(f"“{shortened(statement)}”不是赋值。")
    target = _KEY.sub(r".\1", assigned["target"])
    source = _value(assigned["source"], dialect)
    if assigned["change"]:
        source = f"{target} {assigned['change']} ({source})"
    return f"{target} = {source}"


def _value(text: str, dialect: Dialect) -> str:
    if dialect is Dialect.JUEL:
        return expressions.template(text)
    return expressions.value(text, dialect)


def _is_feel(language: str) -> bool:
    return FEEL_LANGUAGE.fullmatch(language.lower()) is not None
