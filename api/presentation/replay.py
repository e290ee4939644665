"""The history of a case as the replay plays it: one step an event, with the way taken and why it was taken."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from markupsafe import Markup
from sqlalchemy import Connection

from api.presentation.dates import write_short
from api.presentation.submissions import form_of
from api.presentation.timeline import is_negative, note_of, title_of
from api.presentation.words import MESSAGE_FIELDS
from engine.queries.history import HistoryItem, ReplayStep
from forms.views import FieldView, Links, sheet

#: floats hold that many digits; longer numbers are shown as text
_EXACT_DIGITS = 15


class ReplayWriter:
    """Writes the steps of one case."""

    def __init__(self, connection: Connection, names: Mapping[str, str]) -> None:
        self._connection = connection
        self._names = names

    def steps(self, steps: Sequence[ReplayStep]) -> list[dict[str, Any]]:
        """What the page's script plays."""
        return [self._step(step) for step in steps]

    def _step(self, step: ReplayStep) -> dict[str, Any]:
        event = step.event
        trail = event.outcome.get("trail", ())
        return {
            "seq": event.seq,
            "at": write_short(event.at),
            "who": event.actor_name,
            "onBehalfOf": event.on_behalf_of_name,
            "title": title_of(event),
            "outcome": event.input.get("outcome_label"),
            "negative": is_negative(event),
            "fields": self._fields(event),
            "passed": list(step.passed),
            "active": list(step.active),
            "completed": [closed["activity"] for closed in event.outcome.get("closed", ()) if not closed["canceled"]],
            "gateways": [self._gateway(passage) for passage in trail if passage.get("conditions")],
            "decisions": [_decision(passage["decision"]) for passage in trail if passage.get("decision")],
        }

    def _fields(self, event: HistoryItem) -> list[dict[str, str]]:
        note = note_of(event)
        if note:
            return [{"label": "说明", "value": note}]
        values = event.input.get("values") or {}
        form = form_of(self._connection, event.input.get("form"))
        if form is None:
            return [{"label": MESSAGE_FIELDS.get(key, key), "value": _text(value)} for key, value in values.items()]
        return list(_flat(sheet(form, values, frozenset(), Links()).parts))

    def _gateway(self, passage: Mapping[str, Any]) -> dict[str, Any]:
        element = passage["element"]
        return {
            "id": element,
            "name": self._names.get(element) or element,
            "conditions": [self._condition(condition) for condition in passage["conditions"]],
        }

    def _condition(self, condition: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "flow": condition["flow"],
            "flowName": self._names.get(condition["flow"]) or None,
            "text": condition["text"],
            "values": plain(condition["values"]),
            "result": condition["result"] is True,
        }


def _decision(decision: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": decision["decision"],
        "rules": list(decision["rules"]),
        "inputs": plain(decision["inputs"]),
        "outputs": plain(decision["value"]),
    }


def _flat(parts: Iterable[FieldView]) -> Iterator[dict[str, str]]:
    """A form's fields one under the other; a table gives an entry for each of its rows."""
    for part in parts:
        if part.parts:
            yield from _flat(part.parts)
        elif part.lines:
            for line in part.lines:
                cells = "；".join(f"{cell.label}：{_shown(cell)}" for cell in line.cells if _shown(cell))
                yield {"label": f"{part.label} 第 {line.number} 行", "value": cells}
        elif part.label and _shown(part):
            yield {"label": part.label, "value": _shown(part)}


def _shown(field: FieldView) -> str:
    if field.files:
        return "、".join(file.name for file in field.files)
    unit = f" {field.unit}" if field.unit and field.shown else ""
    return f"{field.shown}{unit}"


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(plain(value), ensure_ascii=False)


def plain(value: Any) -> Any:
    """A process value as JSON shows it."""
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | bool):
        return value
    return str(value) if not isinstance(value, timedelta) else f"{value.days} 天"


def _number(value: Decimal) -> int | float | str:
    if value == value.to_integral_value() and abs(value) < 10**_EXACT_DIGITS:
        return int(value)
    return float(value) if len(value.as_tuple().digits) <= _EXACT_DIGITS else str(value)


def script_data(diagram_url: str, steps: Sequence[Mapping[str, Any]]) -> Markup:
    """JSON that is safe inside a script element."""
    text = json.dumps({"diagramUrl": diagram_url, "steps": steps}, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))
