"""What goes into an activity and what comes out, as `anlan:in` and `anlan:out`."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from engine.diagram.importing import expressions, parameters, vendors
from engine.diagram.importing.draft import Draft
from engine.diagram.importing.expression_slots import shortened
from engine.diagram.importing.expressions import Dialect, Untranslatable
from engine.diagram.importing.nested import context, nested_inputs
from engine.diagram.importing.variables import is_name
from engine.diagram.importing.vendors import SPIFF, ZEEBE
from engine.diagram.namespaces import local_name, text_of

_DIRECTIONS = {"in": "传入", "out": "传出"}


def translate(draft: Draft, element: etree._Element) -> None:
    """All dialects' mappings of one activity or event."""
    for direction in _DIRECTIONS:
        for mapping in list(vendors.extensions(element, direction)):
            _camunda(draft, element, mapping, direction)
    for holder in list(vendors.extensions(element, "ioMapping", ZEEBE)):
        together = nested_inputs(holder)
        for mapping in _children(holder):
            if mapping not in together:
                _zeebe(draft, element, mapping)
        _nested(draft, element, together)
        draft.tell_of(holder)
    for holder in list(vendors.extensions(element, "inputOutput")):
        for mapping in _children(holder):
            _parameter(draft, element, mapping)
        draft.tell_of(holder)
    for field in list(vendors.extensions(element, "field")):
        _field(draft, element, field)
    for operator in list(vendors.extensions(element, "serviceTaskOperator", SPIFF)):
        for parameter in operator.iter(f"{{{SPIFF}}}parameter"):
            _spiff(draft, element, parameter)


def _camunda(draft: Draft, element: etree._Element, mapping: etree._Element, direction: str) -> None:
    draft.tell_of(mapping)
    if mapping.get("variables") == "all" and local_name(element) == "callActivity":
        draft.map_all(element, direction)
        return
    if mapping.get("variables") or mapping.get("businessKey"):
        if draft.targets(element, direction):
            draft.kept(mapping, "mapping", f"“{_whole(mapping)}”原样保留，变量以 anlan:{direction} 为准。")
            return
        message = (
            f"“{_whole(mapping)}”没有对应：这里只{_DIRECTIONS[direction]}映射过的变量，请逐个写 anlan:{direction}。"
        )
        draft.needs_work(mapping, "mapping", message)
        return
    expression = mapping.get("sourceExpression")
    given = expression or mapping.get("source") or ""
    _add(draft, element, mapping, direction, given, mapping.get("target") or "", plain=expression is None)


def _zeebe(draft: Draft, element: etree._Element, mapping: etree._Element) -> None:
    direction = {"input": "in", "output": "out"}.get(local_name(mapping))
    if direction is None:
        return
    _add(draft, element, mapping, direction, _given(mapping), mapping.get("target") or "", plain=True)


def _nested(draft: Draft, element: etree._Element, together: Mapping[etree._Element, tuple[str, ...]]) -> None:
    """Inputs `a.b` and `a.c` become one input `a`."""
    roots: dict[str, dict[etree._Element, tuple[str, ...]]] = {}
    for mapping, path in together.items():
        roots.setdefault(path[0], {})[mapping] = path[1:]
    for root, members in roots.items():
        try:
            text = context(((path, _source(_given(mapping), plain=True)) for mapping, path in members.items()))
        except Untranslatable as fault:
            first = next(iter(members))
            _refuse(draft, first, "in", _given(first), root, fault.message)
            continue
        _add(draft, element, next(iter(members)), "in", text, root, plain=True)


def _given(mapping: etree._Element) -> str:
    given = mapping.get("source") or ""
    return given if given.startswith("=") else expressions.quoted(given)


def _parameter(draft: Draft, element: etree._Element, mapping: etree._Element) -> None:
    direction = {"inputParameter": "in", "outputParameter": "out"}.get(local_name(mapping))
    name = mapping.get("name") or ""
    if direction is None:
        return
    if _structured(draft, element, mapping, direction, name):
        return
    if any(isinstance(child.tag, str) for child in mapping):
        draft.needs_work(
            mapping, "mapping", f"{_DIRECTIONS[direction]} {name} 是脚本、列表或映射，没有翻译，请改写成 FEEL。"
        )
        return
    _add(draft, element, mapping, direction, text_of(mapping) or "", name, plain=False)


def _structured(draft: Draft, element: etree._Element, mapping: etree._Element, direction: str, name: str) -> bool:
    """A list, a map or a script of one expression as the parameter's value; False where it is none of these."""
    children = _children(mapping)
    if len(children) != 1 or not is_name(name) or name in draft.targets(element, direction):
        return False
    try:
        source = parameters.source(children[0])
    except Untranslatable:
        return False
    draft.add_mapping(element, direction, source, name)
    draft.translated(mapping, "mapping", _told(direction, name, source))
    if local_name(children[0]) == "script":
        # Left where it is, it would look like code that runs.
        draft.remove(mapping)
    return True


def _told(direction: str, target: str, source: str) -> str:
    return f"{_DIRECTIONS[direction]} {target} 写为 anlan:{direction}，取值“{shortened(source)}”。"


def _field(draft: Draft, element: etree._Element, field: etree._Element) -> None:
    """A value injected into a Java class becomes an input of the connector."""
    draft.tell_of(field)
    nested = next((text_of(child) for child in _children(field)), None)
    given = field.get("stringValue") or field.get("expression") or nested or ""
    _add(draft, element, field, "in", given, field.get("name") or "", plain=False)


def _spiff(draft: Draft, element: etree._Element, parameter: etree._Element) -> None:
    given = parameter.get("value") or ""
    try:
        source = expressions.condition(given) if given.strip() else "null"
    except Untranslatable as fault:
        _refuse(draft, parameter, "in", given, parameter.get("id") or "", fault.message)
        return
    _add(draft, element, parameter, "in", source, parameter.get("id") or "", plain=True)


def _add(
    draft: Draft,
    element: etree._Element,
    mapping: etree._Element,
    direction: str,
    given: str,
    target: str,
    *,
    plain: bool,
) -> None:
    """One mapping; `plain` sources are FEEL or names, others texts with `${…}` in them."""
    if target in draft.targets(element, direction):
        return
    try:
        source = _source(given, plain)
    except Untranslatable as fault:
        _refuse(draft, mapping, direction, given, target, fault.message)
        return
    if not is_name(target):
        _refuse(draft, mapping, direction, given, target, f"“{target}”不是变量名。")
        return
    draft.add_mapping(element, direction, source, target)
    draft.translated(mapping, "mapping", _told(direction, target, source))


def _source(given: str, plain: bool) -> str:
    if not plain:
        return expressions.template(given)
    text = given.strip().removeprefix("=").strip()
    if text.startswith(("${", "#{")):
        return expressions.template(text)
    if not expressions.is_feel(text):
        return expressions.value(text, Dialect.JUEL)
    return text


def _refuse(draft: Draft, mapping: etree._Element, direction: str, given: str, target: str, reason: str) -> None:
    message = (
        f"{_DIRECTIONS[direction]} {target} 的取值“{shortened(given)}”没有翻译，请写成 anlan:{direction}：{reason}"
    )
    draft.needs_work(mapping, "mapping", message)


def _children(element: etree._Element) -> list[etree._Element]:
    return [child for child in element if isinstance(child.tag, str)]


def _whole(mapping: etree._Element) -> str:
    names = [name for name in ("variables", "businessKey", "local") if mapping.get(name)]
    return " ".join([local_name(mapping), *(f'{name}="{mapping.get(name)}"' for name in names)])
