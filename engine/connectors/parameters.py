"""What a diagram may tell a connector: names, and typed access to the values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, NoReturn, Protocol, runtime_checkable

from engine.connectors.errors import BadInput
from engine.diagram.lint.similar import hint

_LONGEST_NAME = 60


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One input of a connector."""

    name: str
    #: Chinese, for designers
    help: str
    required: bool = False


@runtime_checkable
class GuidedConnector(Protocol):
    """A connector that says what it takes, so that slips of the pen are found before a case meets them."""

    #: Chinese, what it does
    title: str
    waits: bool
    parameters: Sequence[Parameter]

    def doubts(self, constants: Mapping[str, Any]) -> Sequence[str]:
        """What a designer should hear about values that are written in the diagram."""


class Inputs:
    """A connector's inputs; null is as good as nothing, what is wrong is refused at its name."""

    def __init__(self, connector: str, values: Mapping[str, Any], known: Sequence[Parameter]) -> None:
        self._connector = connector
        self._values = {name: value for name, value in values.items() if value is not None}
        names = [parameter.name for parameter in known]
        for name in self._values:
            if name not in names:
                self.refuse(name, f"不认识，{hint(name, names)}可用的有 {'、'.join(names)}")
        for parameter in known:
            if parameter.required and parameter.name not in self._values:
                self.refuse(parameter.name, "没有值")

    def refuse(self, name: str, what: str) -> NoReturn:
        told = shown(name)
        raise BadInput(f"连接器 {self._connector} 的参数 {told} {what}。", connector=self._connector, parameter=told)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def value(self, name: str) -> Any:
        """As it came, or None."""
        return self._values.get(name)

    def text(self, name: str, *, longest: int) -> str:
        """A text that must be there."""
        value = self._values.get(name)
        if not isinstance(value, str) or not value.strip():
            self.refuse(name, "应为文字")
        if len(value) > longest:
            self.refuse(name, f"超过 {longest} 个字")
        return value

    def texts(self, name: str, *, most: int) -> list[str]:
        """A text or a list of texts; an empty list where there is nothing."""
        value = self._values.get(name, [])
        found = [value] if isinstance(value, str) else value
        if not isinstance(found, list | tuple) or not all(isinstance(item, str) for item in found):
            self.refuse(name, "应为文字，或文字的列表")
        if len(found) > most:
            self.refuse(name, f"多于 {most} 个")
        return list(found)

    def choice(self, name: str, choices: Iterable[str], default: str) -> str:
        """One of some words, in capitals or not."""
        value = self._values.get(name, default)
        known = tuple(choices)
        if not isinstance(value, str) or value.upper() not in known:
            self.refuse(name, f"应为 {'、'.join(known)} 之一")
        return value.upper()

    def context(self, name: str) -> Mapping[str, Any]:
        """Names and values, possibly none."""
        value = self._values.get(name, {})
        if not isinstance(value, Mapping):
            self.refuse(name, '应为上下文，如 {name: "value"}')
        return value

    def statuses(self, name: str) -> frozenset[int]:
        """HTTP statuses: one, or a list."""
        value = self._values.get(name, [])
        found = value if isinstance(value, list | tuple) else [value]
        if not all(_is_number(item) and 200 <= item < 600 and item == int(item) for item in found):
            self.refuse(name, "应为 200 到 599 的状态码，或它们的列表")
        return frozenset(int(item) for item in found)

    def seconds(self, name: str, *, default: float, longest: float) -> float:
        """A number of seconds or a duration."""
        value = self._values.get(name)
        if value is None:
            return default
        seconds = value.total_seconds() if isinstance(value, timedelta) else value
        if not _is_number(seconds) or not 0 < seconds <= longest:
            self.refuse(name, f"应为大于 0、不超过 {longest:g} 的秒数，或这样的时长")
        return float(seconds)


def shown(text: str) -> str:
    """A name out of the inputs as a message can tell it: in one line, and not too long."""
    return "".join(sign if sign.isprintable() else "�" for sign in text[:_LONGEST_NAME])


def _is_number(value: object) -> bool:
    """Whether a value can be compared with numbers, as truth values and NaN cannot."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool) and Decimal(value).is_finite()
