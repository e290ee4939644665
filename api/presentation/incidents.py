"""停滞点 in words: what stopped, why, what was tried, and the inputs as a form."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import FormData

from api.plain_json import plain, text_of
from api.presentation.auditing import shown, variable_lines
from api.presentation.timeline import Entry, happened
from api.retyping import read_like, retyped
from api.schemas.common import ensure_keepable
from engine.errors import FieldProblem, Invalid
from engine.history.changes import changes
from engine.model import CallStatus, Resolution
from engine.queries.history import HistoryItem
from engine.queries.incidents import IncidentKind, IncidentLine, refused_call
from forms.submission import from_json

KINDS: Mapping[str, str] = {
    IncidentKind.WORK: "办理中断",
    IncidentKind.TIMER: "定时",
    IncidentKind.CALL: "外部调用",
    IncidentKind.DELIVERY: "外送",
}
RESOLUTIONS: Mapping[str, str] = {
    Resolution.RETRIED: "重试后继续",
    Resolution.RESOLVED: "处理完毕，继续",
    Resolution.WITHDRAWN: "办件另有去向，不再需要",
}
#: under which names events speak of what stands still
_SUBJECTS = ("incident", "call", "wait")
_PREFIX = "input:"
_YES_NO: Mapping[str, str] = {"true": "是", "false": "否"}
_KIND_WORDS: tuple[tuple[Any, str], ...] = (
    (bool, "是否"),
    (str, "文字"),
    (int | Decimal, "数字"),
    (date | time, "日期时间"),
    (timedelta, "时长"),
    (Mapping, "对象"),
    (list | tuple, "列表"),
)
_LONG = 40
_HOST = re.compile(r"(?<![\w.@-])(?:[a-z0-9-]+\.)+[a-z]{2,}(?![\w-])")
_EMPTY = "现在是空值。文字要加英文双引号，数字不加。"
_NESTED = "JSON；原来是数字和日期的仍按数字和日期处理。"


def explanation(incident: IncidentLine) -> str:
    """What it means that this has stopped."""
    match incident.kind:
        case IncidentKind.TIMER:
            return "定时已经到期，但没有执行成，办件停在原处。"
        case IncidentKind.CALL:
            return "对外部系统的调用没有成功，办件停在这里等待结果。"
        case IncidentKind.DELIVERY:
            return "要送出的内容没有送达。办件已经继续，但后面要送出的内容按次序等着它。"
    if incident.message:
        return f"系统办理这一环节时出错（{incident.code}），没有任何事件接住，办件停在这里。"
    return f"流程抛出的错误 {incident.code} 没有任何事件接住，办件停在这里。"


def state_of(incident: IncidentLine) -> tuple[str, str]:
    """Where it stands, and in what colour."""
    if incident.standing:
        return "停在这里", "red"
    if incident.resolution == Resolution.RETRIED:
        if incident.call_status in (CallStatus.OPEN, CallStatus.KEPT):
            return "已重试，等待结果", "amber"
        if incident.call_status == CallStatus.FAILED:
            return "重试后又停下了", "red"
    if incident.resolution == Resolution.RESOLVED and incident.kind is IncidentKind.DELIVERY:
        return "已跳过", "green"
    return RESOLUTIONS[incident.resolution or Resolution.WITHDRAWN], "green"


def error_of(incident: IncidentLine) -> str:
    """What went wrong, in one sentence."""
    return incident.message or explanation(incident)


def alike(incident: IncidentLine) -> str:
    """The conditions under which a list shows what stopped for the same reason: the error, and the host it names."""
    host = _HOST.search(incident.message)
    return urlencode({"error": incident.code, **({"search": host[0]} if host else {})})


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One input before and after."""

    path: str
    before: str
    after: str


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What was changed, field by field; where the kind of a value changed, it is told."""
    found = []
    for change in changes(before, after):
        kinds = {_kind_of(change[side]) for side in ("before", "after") if side in change}
        sides = [_told(change, side, told_kind=len(kinds) > 1) for side in ("before", "after")]
        found.append(Difference(path=change["path"], before=sides[0], after=sides[1]))
    return found


def _told(change: Mapping[str, Any], side: str, *, told_kind: bool) -> str:
    if side not in change:
        return "（没有）"
    value = change[side]
    text = shown(plain(value)) or "（空白）"
    text = _YES_NO.get(text, text) if isinstance(value, bool) else text
    return f"{text}（{_kind_of(value)}）" if told_kind and value is not None else text


def _kind_of(value: Any) -> str:
    return next((word for kind, word in _KIND_WORDS if isinstance(value, kind)), "空")


def input_lines(inputs: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every input with its path, exactly."""
    return [(path, _YES_NO.get(text, text)) for path, text in variable_lines(plain(inputs))]


@dataclass(frozen=True, kw_only=True)
class Happening:
    """An entry of what has happened, with the inputs it changed."""

    entry: Entry
    error: str
    #: it has led to the call
    asked: bool
    changed: tuple[Difference, ...]
    #: what somebody has given as the results
    given: tuple[tuple[str, str], ...]


def happenings(incident: IncidentLine, events: Iterable[HistoryItem]) -> Iterator[Happening]:
    """What the history tells about one incident, in order."""
    ours = (incident.opened_seq, incident.asked_seq)
    refused: Mapping[str, Any] | None = None
    for event in events:
        if event.seq in ours or incident.token_id in {event.input.get(name) for name in _SUBJECTS}:
            before, after = event.input.get("before", refused), event.input.get("inputs")
            changed = differences(before, after) if isinstance(before, Mapping) and isinstance(after, Mapping) else []
            error = event.input.get("message")
            refused = refused_call(incident, [event])[1] or refused
            yield Happening(
                entry=happened(event),
                error=error if isinstance(error, str) else "",
                asked=event.seq == incident.asked_seq,
                changed=tuple(changed),
                given=tuple(input_lines(event.input.get("values") or {})) if event.type == "IncidentResolved" else (),
            )


@dataclass(frozen=True, kw_only=True)
class InputField:
    """One input to be changed."""

    name: str
    #: text, long, number, choice, date or json: how it is typed
    kind: str
    text: str
    hint: str = ""
    error: str = ""

    @property
    def control(self) -> str:
        """Its name in the form."""
        return _PREFIX + self.name


def input_fields(inputs: Mapping[str, Any]) -> list[InputField]:
    """The inputs as they are."""
    return [_field(name, value) for name, value in inputs.items()]


def _field(name: str, value: Any) -> InputField:
    if isinstance(value, bool):
        return InputField(name=name, kind="choice", text="true" if value else "false")
    if isinstance(value, str):
        return InputField(name=name, kind="long" if len(value) > _LONG or "\n" in value else "text", text=value)
    if isinstance(value, int | Decimal):
        return InputField(name=name, kind="number", text=str(value), hint="数字")
    if isinstance(value, date) and not isinstance(value, datetime):
        return InputField(name=name, kind="date", text=value.isoformat())
    if value is None or isinstance(value, Mapping | list | tuple):
        hint = (
            "现在是空值。文字要加英文双引号，数字不加。"
            if value is None
            else "JSON，原来是数字和日期的仍按数字和日期处理。"
        )
        return InputField(name=name, kind="json", text=text_of(plain(value)), hint=hint)
    return InputField(name=name, kind="text", text=str(plain(value)), hint="日期、时间或时长，请保持原来的写法")


def typed_fields(inputs: Mapping[str, Any], form: FormData) -> tuple[list[InputField], dict[str, Any]]:
    """The form as it was filled in, with what is wrong at each field, and the inputs it means."""
    fields, values = [], dict(inputs)
    for field in input_fields(inputs):
        given = form.get(field.control)
        text = str(given).replace("\r\n", "\n") if isinstance(given, str) else field.text
        problem = ""
        if text != field.text:
            try:
                values[field.name] = _read(field, inputs[field.name], text)
            except ValueError as error:
                problem = str(error)
            except Invalid as invalid:
                problem = "；".join(f"{wrong.path}：{wrong.message}" for wrong in invalid.problems)
        fields.append(replace(field, text=text, error=problem))
    return fields, values


def _read(field: InputField, before: Any, text: str) -> Any:
    match field.kind:
        case "text" | "long" if isinstance(before, str):
            return text
        case "choice":
            return text == "true"
        case "json":
            return _read_json(field.name, before, text)
    return None if not text.strip() else read_like(before, text)


def _read_json(name: str, before: Any, text: str) -> Any:
    try:
        value = json.loads(text or "null", parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        place = f"（第 {error.lineno} 行）" if isinstance(error, json.JSONDecodeError) else ""
        raise ValueError(f"不是合法的 JSON{place}，请检查括号、引号和逗号") from error
    try:
        ensure_keepable(value)
    except ValueError as error:
        raise ValueError("嵌套太深，或含有无法识别的字符") from error
    return retyped({name: before}, from_json({name: value}).values)[name]


def _no_number(text: str) -> Any:
    raise ValueError(text)


def results_of(text: str) -> dict[str, Any]:
    """What an administrator says the work has given; raises `Invalid`."""
    if not text.strip():
        return {}
    try:
        results = _read_json("results", None, text)
    except ValueError as error:
        raise _wrong_results(f"{error}。") from error
    if not isinstance(results, dict):
        raise _wrong_results('结果应写成 JSON 对象，例如 {"receipt_no": "A-7"}。')
    return results


def _wrong_results(message: str) -> Invalid:
    return Invalid((FieldProblem(path="results", message=message),), message)
