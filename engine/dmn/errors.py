"""What can be wrong with a decision model or with asking it."""

from __future__ import annotations

from dataclasses import dataclass


class DecisionError(Exception):
    """决策没有得出结果。"""

    def __init__(self, message: str | None = None) -> None:
        self.message = message or (self.__doc__ or "").strip()
        super().__init__(self.message)


class ModelRefused(DecisionError):
    """决策文件不能使用。"""

    def __init__(self, message: str | None = None, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


class DecisionNotFound(DecisionError):
    """决策文件中没有这个决策。"""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something in a model that a designer should mend; what it concerns evaluates to null."""

    #: id or name of the DMN element, empty for the whole file
    element: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"第{self.line}行 {self.element}：{self.message}"
