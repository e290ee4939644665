"""Reads form-js JSON. What the server could not honour is refused with the place, not ignored (design decision 8).

Our own settings live under `properties` of a component and under `anlan` of the form; form-js keeps both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

import regex

from engine import feel
from engine.feel import Expression
from forms.components import (
    Checkbox,
    Checklist,
    Choice,
    Component,
    Datetime,
    Field,
    Filepicker,
    Group,
    Names,
    Number,
    NumberKind,
    Option,
    Radio,
    Rows,
    Text,
    TextArea,
    TextField,
)
from forms.definition import FACTS, Form, Rule
from forms.errors import FieldError, InvalidForm
from forms.form_check import problems
from forms.identifiers import FORMATS

_LARGEST_FORM = 1024 * 1024
_MOST_COMPONENTS = 1000
_DEEPEST_GROUP = 8
_KEY = re.compile(r"[a-z][a-z0-9_]{0,62}")
_DECORATION = frozenset({"separator", "spacer", "button"})
_VALIDATORS = frozenset(
    {"required", "minLength", "maxLength", "pattern", "patternErrorMessage", "min", "max", "validationType"}
)

T = TypeVar("T")


def read(content: bytes) -> Form:
    """The form in a form-js document. Raises `InvalidForm` with every problem found."""
    return _Reader(_document(content)).form(content)


def _document(content: bytes) -> Mapping[str, Any]:
    if len(content) > _LARGEST_FORM:
        raise _refused("", "表单文件不能超过 1 MB")
    try:
        document = json.loads(content, parse_float=Decimal)
        # Half a character could be read here but never shown.
        json.dumps(document, ensure_ascii=False, default=str).encode()
    except (ValueError, RecursionError) as error:
        raise _refused("", "不是有效的 JSON 文件，请从表单设计器导出") from error
    if not isinstance(document, Mapping) or not isinstance(document.get("components"), list):
        raise _refused("", "不是 form-js 表单：缺少 components")
    return document


def _refused(place: str, message: str) -> InvalidForm:
    return InvalidForm((FieldError(path=place, message=message),))


class _Reader:
    """Collects problems instead of stopping at the first."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._problems: list[FieldError] = []
        self._count = 0
        self._depth = 0

    def form(self, content: bytes) -> Form:
        own = _mapping(self._document.get("anlan"))
        components = tuple(self._components(self._document["components"], "表单"))
        key = str(self._document.get("id") or "")
        if not _KEY.fullmatch(key):
            self._problem(key, f"表单标识“{key}”应为小写英文字母、数字和下划线")
        form = Form(
            key=key,
            title=str(own.get("title") or key),
            code=str(own.get("code") or ""),
            source=str(own.get("source") or ""),
            components=components,
            rules=tuple(self._rules(own.get("rules"))),
            inputs=self._names(own.get("inputs")),
            relax=self._expression(own.get("relax"), "anlan.relax"),
            review=own.get("review") is not False,
            content=content,
        )
        self._problems += problems(form)
        if self._problems:
            raise InvalidForm(tuple(self._problems))
        return form

    def _problem(self, place: str, message: str) -> None:
        self._problems.append(FieldError(path=place, message=message))

    def _components(self, documents: Any, place: str, *, in_rows: bool = False) -> Iterator[Component]:
        if not isinstance(documents, list):
            self._problem(place, f"“{place}”的 components 应为列表")
            return
        for document in documents:
            self._count += 1
            if self._count > _MOST_COMPONENTS:
                self._problem(place, f"表单的组件不能超过 {_MOST_COMPONENTS} 个")
                return
            component = self._component(_mapping(document), in_rows=in_rows)
            if component is not None:
                yield component

    def _component(self, document: Mapping[str, Any], *, in_rows: bool) -> Component | None:
        kind = str(document.get("type"))
        if kind in _DECORATION:
            return None
        if in_rows and kind in ("dynamiclist", "group", "text"):
            self._problem(_place(document), "可重复的行里只能放普通字段")
            return None
        reader = _READERS.get(kind)
        if reader is None:
            self._problem(_place(document), f"不支持“{kind}”类型的组件")
            return None
        return reader(self, document)

    def text(self, document: Mapping[str, Any]) -> Component:
        return Text(text=str(document.get("text") or ""), **self._place_settings(document))

    def group(self, document: Mapping[str, Any]) -> Component:
        if document.get("path"):
            self._problem(_place(document), "分组不能带数据路径（path），请清空")
        return Group(
            label=str(document.get("label") or ""),
            components=self._grouped(document),
            **self._place_settings(document),
        )

    def _grouped(self, document: Mapping[str, Any]) -> tuple[Component, ...]:
        if self._depth >= _DEEPEST_GROUP:
            self._problem(_place(document), f"分组嵌套不能超过 {_DEEPEST_GROUP} 层")
            return ()
        self._depth += 1
        components = tuple(self._components(document.get("components"), _place(document)))
        self._depth -= 1
        return components

    def textfield(self, document: Mapping[str, Any]) -> Component:
        rules, own = _mapping(document.get("validate")), _mapping(document.get("properties"))
        name = str(own.get("format") or rules.get("validationType") or "")
        if name == "names":
            return Names(min_items=self._whole(own, "minItems", 0, document), **self._field_settings(document))
        if name not in ("", "custom") and name not in FORMATS:
            self._problem(_place(document), f"不支持的格式“{name}”")
        return TextField(
            min_length=self._limit(rules, "minLength", document),
            max_length=self._limit(rules, "maxLength", document) or 200,
            pattern=self._pattern(rules.get("pattern"), document),
            format=name if name in FORMATS else None,
            **self._field_settings(document),
        )

    def textarea(self, document: Mapping[str, Any]) -> Component:
        rules = _mapping(document.get("validate"))
        return TextArea(
            min_length=self._limit(rules, "minLength", document),
            max_length=self._limit(rules, "maxLength", document) or 5000,
            **self._field_settings(document),
        )

    def number(self, document: Mapping[str, Any]) -> Component:
        rules, own = _mapping(document.get("validate")), _mapping(document.get("properties"))
        kind = self._kind(own, document)
        decimals = 2 if kind is NumberKind.MONEY else self._limit(document, "decimalDigits", document)
        appearance = _mapping(document.get("appearance"))
        return Number(
            kind=kind,
            decimals=0 if kind is NumberKind.YEAR else decimals,
            minimum=self._decimal(rules.get("min"), document),
            maximum=self._decimal(rules.get("max"), document),
            unit=str(appearance.get("suffixAdorner") or ""),
            **self._field_settings(document),
        )

    def datetime(self, document: Mapping[str, Any]) -> Component:
        if document.get("subtype", "date") != "date":
            self._problem(_place(document), "只支持日期，不支持时刻")
        return Datetime(**self._field_settings(document))

    def select(self, document: Mapping[str, Any]) -> Component:
        return Choice(options=self._options(document), **self._field_settings(document))

    def radio(self, document: Mapping[str, Any]) -> Component:
        return Radio(options=self._options(document), **self._field_settings(document))

    def checklist(self, document: Mapping[str, Any]) -> Component:
        own = _mapping(document.get("properties"))
        return Checklist(
            options=self._options(document),
            min_items=self._whole(own, "minItems", 0, document),
            **self._field_settings(document),
        )

    def checkbox(self, document: Mapping[str, Any]) -> Component:
        return Checkbox(**self._field_settings(document))

    def filepicker(self, document: Mapping[str, Any]) -> Component:
        own = _mapping(document.get("properties"))
        accept = tuple(part.strip().lower() for part in str(document.get("accept") or "").split(",") if part.strip())
        if not accept or not all(part.startswith(".") for part in accept):
            self._problem(_place(document), "请用扩展名写明接受的文件类型（accept），例如 .pdf,.jpg")
        return Filepicker(
            accept=accept,
            multiple=document.get("multiple") is True,
            min_files=self._whole(own, "minFiles", 0, document),
            max_files=self._whole(own, "maxFiles", 30, document),
            photo=own.get("photo") in (True, "true"),
            **self._field_settings(document),
        )

    def dynamiclist(self, document: Mapping[str, Any]) -> Component:
        own = _mapping(document.get("properties"))
        columns = self._components(document.get("components"), _place(document), in_rows=True)
        preset = own.get("preset") or []
        settings = self._field_settings({**document, "key": document.get("path")})
        always = settings["always"]
        return Rows(
            columns_of=tuple(replace(part, always=always) for part in columns if isinstance(part, Field)),
            min_rows=self._whole(own, "minRows", 0, document),
            max_rows=self._whole(own, "maxRows", 200, document),
            initial_rows=self._whole(document, "defaultRepetitions", 1, document),
            fixed=document.get("allowAddRemove") is False,
            preset=tuple(_mapping(row) for row in preset) if isinstance(preset, list) else (),
            **settings,
        )

    def _place_settings(self, document: Mapping[str, Any]) -> dict[str, Any]:
        hide = _mapping(document.get("conditional")).get("hide")
        columns = _mapping(document.get("layout")).get("columns")
        return {
            "id": str(document.get("id") or document.get("key") or document.get("path") or f"c{self._count}"),
            "hide": self._expression(hide, _place(document)),
            "columns": columns if isinstance(columns, int) and 1 <= columns <= 16 else 16,
        }

    def _field_settings(self, document: Mapping[str, Any]) -> dict[str, Any]:
        rules, own = _mapping(document.get("validate")), _mapping(document.get("properties"))
        for name in rules.keys() - _VALIDATORS:
            self._problem(_place(document), f"不支持的校验“{name}”")
        if not isinstance(document.get("readonly", False), bool):
            self._problem(_place(document), "readonly 只能是 true 或 false")
        return {
            **self._place_settings(document),
            "key": self._key(document),
            "label": str(document.get("label") or document.get("dateLabel") or document.get("key") or ""),
            "hint": str(document.get("description") or ""),
            "required": rules.get("required") is True,
            "required_if": self._expression(own.get("requiredIf"), _place(document)),
            "readonly": document.get("readonly") is True or document.get("disabled") is True,
            "value": self._expression(own.get("value"), _place(document)),
            "default": document.get("defaultValue"),
            "always": own.get("always") in (True, "true"),
            "source": str(own.get("source") or ""),
        }

    def _key(self, document: Mapping[str, Any]) -> str:
        key = str(document.get("key") or "")
        if not _KEY.fullmatch(key):
            self._problem(_place(document), f"字段标识“{key}”应为小写英文字母、数字和下划线")
        elif key in FACTS:
            self._problem(key, f"字段标识“{key}”是系统保留的名称，请换一个")
        return key

    def _options(self, document: Mapping[str, Any]) -> tuple[Option, ...]:
        listed = document.get("values")
        if not isinstance(listed, list) or not listed:
            self._problem(_place(document), "请列出可选项（values）")
            return ()
        yes_no = _mapping(document.get("properties")).get("kind") == "boolean"
        options = [_option(_mapping(option), yes_no) for option in listed]
        if len({option.text for option in options}) < len(options):
            self._problem(_place(document), "可选项的值有重复")
        return tuple(options)

    def _names(self, listed: Any) -> frozenset[str]:
        if not isinstance(listed, list | None):
            self._problem("anlan.inputs", "anlan.inputs 应为名称的列表")
        return frozenset(str(name) for name in listed) if isinstance(listed, list) else frozenset()

    def _expression(self, text: Any, place: str) -> Expression | None:
        if text in (None, ""):
            return None
        try:
            return feel.compile(str(text))
        except feel.FeelSyntaxError as error:
            self._problem(place, f"“{place}”的条件写错了：{error}")
            return None

    def _rules(self, documents: Any) -> Iterator[Rule]:
        for document in documents if isinstance(documents, list) else []:
            rule = _mapping(document)
            field, message = str(rule.get("field") or ""), str(rule.get("message") or "")
            test = self._expression(rule.get("test"), field)
            words = self._expression(message, field) if message.startswith("=") else message
            if not message:
                self._problem(field, f"“{field}”的校验规则没有写提示")
            if test is not None and words is not None:
                yield Rule(test=test, message=words, field=field, each=rule.get("each"))

    def _pattern(self, pattern: Any, document: Mapping[str, Any]) -> regex.Pattern[str] | None:
        if not pattern:
            return None
        text = str(pattern)
        if len(text) > 200 or re.search(r"[*+}]\)?[*+{]|\)[*+{].*\)[*+{]|\\\d|\(\?", text):
            self._problem(_place(document), "这个正则表达式过于复杂，请改用简单的写法")
            return None
        try:
            return regex.compile(text)
        except regex.error:
            self._problem(_place(document), "正则表达式写错了")
            return None

    def _kind(self, own: Mapping[str, Any], document: Mapping[str, Any]) -> NumberKind:
        try:
            return NumberKind(own.get("kind") or "number")
        except ValueError:
            self._problem(_place(document), f"不支持的数字种类“{own.get('kind')}”")
            return NumberKind.PLAIN

    def _decimal(self, raw: Any, document: Mapping[str, Any]) -> Decimal | None:
        if raw is None or raw == "":
            return None
        try:
            number = Decimal(str(raw))
        except ArithmeticError:
            number = Decimal("NaN")
        if number.is_finite():
            return number
        self._problem(_place(document), f"“{raw}”不是数字")
        return None

    def _limit(self, settings: Mapping[str, Any], name: str, document: Mapping[str, Any]) -> int | None:
        raw = settings.get(name)
        if raw is None or raw == "":
            return None
        text = str(raw)
        if not text.isdecimal() or len(text) > 6 or int(text) > 100_000:
            self._problem(_place(document), f"{name} 应为不大于 100000 的整数")
            return None
        return int(text)

    def _whole(self, settings: Mapping[str, Any], name: str, otherwise: int, document: Mapping[str, Any]) -> int:
        limit = self._limit(settings, name, document)
        return otherwise if limit is None else limit


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _place(document: Mapping[str, Any]) -> str:
    return str(document.get("key") or document.get("path") or document.get("id") or document.get("label") or "")


def _option(document: Mapping[str, Any], yes_no: bool) -> Option:
    value = document.get("value")
    if yes_no or isinstance(value, bool):
        return Option(value=value in (True, "true"), label=str(document.get("label") or value))
    return Option(value=str(value), label=str(document.get("label") or value))


_READERS: dict[str, Callable[[_Reader, Mapping[str, Any]], Component]] = {
    "text": _Reader.text,
    "group": _Reader.group,
    "textfield": _Reader.textfield,
    "textarea": _Reader.textarea,
    "number": _Reader.number,
    "datetime": _Reader.datetime,
    "select": _Reader.select,
    "radio": _Reader.radio,
    "checklist": _Reader.checklist,
    "taglist": _Reader.checklist,
    "checkbox": _Reader.checkbox,
    "filepicker": _Reader.filepicker,
    "dynamiclist": _Reader.dynamiclist,
}
