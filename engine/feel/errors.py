"""What goes wrong with an expression itself. A null result is not an error; see `reasons`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class FeelError(Exception):
    """表达式没有算出结果。"""

    def __init__(self, message: str | None = None) -> None:
        self.message = message or (self.__doc__ or "").strip()
        super().__init__(self.message)


class FeelSyntaxError(FeelError):
    """表达式写得不对。"""

    def __init__(self, *, line: int, column: int, expected: str, found: str, hint: str = "") -> None:
        self.line = line
        self.column = column
        self.expected = expected
        self.found = found
        tail = f"。{hint}" if hint else ""
        super().__init__(f"第{line}行第{column}列：应为{expected}，但遇到{found}{tail}")


class FeelLimitExceeded(FeelError):
    """表达式超出了允许的规模。"""


class FeelValueRefused(FeelError):
    """提供的数据不是表达式能够使用的值。"""


@contextmanager
def shallow() -> Iterator[None]:
    """Report a text that is nested too deep for the stack of the host as a syntax error."""
    try:
        yield
    except RecursionError:
        raise FeelSyntaxError(line=1, column=1, expected="嵌套较浅的表达式", found="嵌套过深的表达式") from None


def place(text: str, offset: int) -> tuple[int, int]:
    """Line and column, both from 1, of an offset in a text."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
