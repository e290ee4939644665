"""Tables of a settings file, read strictly: every name must be known, every value of its kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from engine.connectors.errors import BadConfiguration
from engine.connectors.secrets import NAME
from engine.diagram.lint.similar import hint


class Table:
    """A table of the file; every name in it must be known."""

    def __init__(self, content: Mapping[str, Any], place: str = "") -> None:
        self._content = content
        self._place = place
        self._known: set[str] = set()

    def wrong(self, name: str, what: str) -> NoReturn:
        raise BadConfiguration(f"{self._place}{name} {what}。")

    def _get(self, name: str) -> Any:
        self._known.add(name)
        return self._content.get(name)

    def text(self, name: str, default: str | None = None) -> str:
        value = self._get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not value.strip():
            self.wrong(name, "没有填写" if value is None else "应为文字")
        return value.strip()

    def texts(self, name: str) -> list[str]:
        value = self._get(name)
        found = [value] if isinstance(value, str) else value or []
        if not isinstance(found, list) or not all(isinstance(item, str) and item for item in found):
            self.wrong(name, "应为文字的列表")
        return found

    def number(self, name: str, default: int, most: int) -> int:
        value = self._get(name)
        value = default if value is None else value
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= most:
            self.wrong(name, f"应为 1 到 {most} 的整数")
        return value

    def items(self, name: str) -> list[Any]:
        value = self._get(name) or []
        if not isinstance(value, list):
            self.wrong(name, "应为列表")
        return value

    def table(self, name: str) -> Table | None:
        value = self._get(name)
        if value is not None and not isinstance(value, dict):
            self.wrong(name, "应为一节设置")
        return None if value is None else Table(value, f"{self._place}{name}.")

    def tables(self, name: str) -> Iterable[tuple[str, Table]]:
        whole = self.table(name) or Table({})
        for key in whole._content:
            inner = whole.table(key)
            if not NAME.fullmatch(key):
                whole.wrong(key, "这个名称应由小写字母、数字和下划线组成")
            if inner is not None:
                yield key, inner

    def done(self) -> None:
        """Everything has been read: what is left is a slip of the pen."""
        for name in self._content:
            if name not in self._known:
                self.wrong(name, f"不认识，{hint(name, sorted(self._known))}可用的有 {'、'.join(sorted(self._known))}")
