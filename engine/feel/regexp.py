"""Regular expressions of XPath (DMN 1.5 refers to XQuery and XPath Functions and Operators, section 5.6).

Patterns are translated to the `regex` package, whose matching can be stopped after a time; see docs/decisions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, NoReturn, TypeVar

from engine.feel.errors import FeelLimitExceeded
from engine.feel.limits import check_string, regex_time
from engine.feel.reasons import null

if TYPE_CHECKING:
    from regex import Match, Pattern

T = TypeVar("T")

MAX_PATTERN = 2_000
#: what all counted repetitions of a pattern may multiply up to
MAX_REPETITION = 2_000

_FLAGS = frozenset("smixq")
_ESCAPED_CHARACTERS = {"n": "\n", "r": "\r", "t": "\t"}
_LITERAL_ESCAPES = frozenset("\\|.-^?*+{}()[]$")
_PROPERTY = re.compile(r"\{(?:([A-Z][a-z]?)|Is([A-Za-z0-9-]+))\}")
_COUNT = re.compile(r"\{([0-9]+)(,([0-9]*))?\}")
_REPLACEMENT = re.compile(r"\\([\\$])|\$([0-9]+)|([^\\$]+)", re.DOTALL)


_NAME_START = (
    *((0x3A, 0x3A), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x2FF)),
    *((0x370, 0x37D), (0x37F, 0x1FFF), (0x200C, 0x200D), (0x2070, 0x218F), (0x2C00, 0x2FEF), (0x3001, 0xD7FF)),
    *((0xF900, 0xFDCF), (0xFDF0, 0xFFFD), (0x10000, 0xEFFFF)),
)
_NAME_EXTRA = ((0x2D, 0x2E), (0x30, 0x39), (0xB7, 0xB7), (0x300, 0x36F), (0x203F, 0x2040))
_SPACES = ((0x9, 0xA), (0xD, 0xD), (0x20, 0x20))


def _ranges(ranges: Iterable[tuple[int, int]]) -> str:
    """Ranges of code points as the content of a bracket expression."""
    return "".join(f"\\U{first:08X}-\\U{last:08X}" for first, last in ranges)


def _others(ranges: Iterable[tuple[int, int]]) -> str:
    """The code points outside of the ranges, as the content of a bracket expression."""
    gaps, start = [], 0
    for first, last in sorted(ranges):
        gaps.append((start, first - 1))
        start = last + 1
    return _ranges(gap for gap in (*gaps, (start, 0x10FFFF)) if gap[0] <= gap[1])


#: multi-character escapes as the content of a bracket expression
_CLASSES = {
    "s": _ranges(_SPACES),
    "S": _others(_SPACES),
    "d": r"\p{Nd}",
    "D": r"\P{Nd}",
    "w": r"\p{L}\p{M}\p{N}\p{S}",
    "W": r"\p{P}\p{Z}\p{C}",
    "i": _ranges(_NAME_START),
    "I": _others(_NAME_START),
    "c": _ranges(_NAME_START + _NAME_EXTRA),
    "C": _others(_NAME_START + _NAME_EXTRA),
}


class PatternError(ValueError):
    """The pattern is not one of XPath."""


def matches(text: str, pattern: str, flags: str) -> bool | None:
    """Whether a part of the text matches."""
    compiled = _compiled(pattern, flags)
    if compiled is None:
        return None
    return _timed(lambda seconds: compiled.search(text, timeout=seconds) is not None)


def replace(text: str, pattern: str, replacement: str, flags: str) -> str | None:
    """The text with every match replaced; `$1` stands for a group."""
    compiled = _compiled(pattern, flags)
    if compiled is None:
        return None
    if _timed(lambda seconds: compiled.search("", timeout=seconds)):
        return null("正则表达式可以匹配空文字，不能用于替换")
    parts: list[str | int] | None = [replacement] if "q" in flags else _replacement(replacement, compiled.groups)
    if parts is None:
        return null("替换文字中 \\ 和 $ 的用法不对")
    return _timed(lambda seconds: compiled.sub(_filler(parts), text, timeout=seconds))


def split(text: str, delimiter: str) -> list[str] | None:
    """The parts of a text between the matches."""
    compiled = _compiled(delimiter, "")
    if compiled is None:
        return None
    if _timed(lambda seconds: compiled.search("", timeout=seconds)):
        return null("分隔符可以匹配空文字，不能用于拆分")
    return _timed(lambda seconds: _pieces(text, compiled, seconds))


def _pieces(text: str, compiled: Pattern[str], seconds: float) -> list[str]:
    pieces, end = [], 0
    for match in compiled.finditer(text, timeout=seconds):
        pieces.append(text[end : match.start()])
        end = match.end()
    return [*pieces, text[end:]]


def _timed(work: Callable[[float], T]) -> T:
    with regex_time() as seconds:
        try:
            return work(seconds)
        except TimeoutError:
            raise FeelLimitExceeded("正则表达式计算时间过长，请简化") from None


def _replacement(text: str, groups: int) -> list[str | int] | None:
    """Literal parts and group numbers of a replacement; None where it is not one."""
    parts: list[str | int] = []
    position = 0
    while position < len(text):
        found = _REPLACEMENT.match(text, position)
        if found is None:
            return None
        position = found.end()
        escaped, digits, literal = found.groups()
        if digits is None:
            parts.append(escaped or literal)
            continue
        used = next((size for size in range(len(digits), 0, -1) if int(digits[:size]) <= groups), 1)
        parts += [int(digits[:used]), digits[used:]]
    return parts


def _filler(parts: list[str | int]) -> Callable[[Match[str]], str]:
    length = 0

    def fill(match: Match[str]) -> str:
        nonlocal length
        text = "".join(_part(match, part) for part in parts)
        length += len(text)
        check_string(length)
        return text

    return fill


def _part(match: Match[str], part: str | int) -> str:
    if isinstance(part, str):
        return part
    return (match[part] or "") if part <= (match.re.groups or 0) else ""


def _compiled(pattern: str, flags: str) -> Pattern[str] | None:
    if not set(flags) <= _FLAGS:
        return null(f"正则表达式没有这样的标志：{flags[:20]}")
    if len(pattern) > MAX_PATTERN:
        return null(f"正则表达式超过 {MAX_PATTERN} 个字符")
    try:
        return _translated(pattern, flags)
    except PatternError as error:
        return null(f"正则表达式有误：{error}")


@lru_cache(maxsize=512)
def _translated(pattern: str, flags: str) -> Pattern[str]:
    # Loaded here because most expressions never match a pattern and the import takes 25 ms.
    import regex

    options = regex.VERSION0 | (regex.IGNORECASE if "i" in flags else 0)
    try:
        if "q" in flags:
            return regex.compile(regex.escape(pattern), options)
        if "x" in flags:
            pattern = _without_spaces(pattern)
        return regex.compile(_Translator(pattern, flags).translate(), options)
    except (regex.error, OverflowError) as error:
        raise PatternError(str(error)) from None


def _without_spaces(pattern: str) -> str:
    """The pattern of flag `x`: blanks count only inside brackets."""
    kept, depth, escaped = [], 0, False
    for character in pattern:
        if character not in " \t\n\r" or depth:
            kept.append(character)
            if escaped:
                escaped = False
                continue
            escaped = character == "\\"
            depth += (character == "[") - (character == "]")
    return "".join(kept)


class _Translator:
    """Recursive descent over the grammar of XML Schema patterns with the additions of XPath."""

    def __init__(self, pattern: str, flags: str) -> None:
        self._pattern = pattern
        self._position = 0
        self._multiline = "m" in flags
        self._dot = r"[\s\S]" if "s" in flags else r"[^\n\r]"
        self._opened = 0
        self._closed: set[int] = set()

    def translate(self) -> str:
        """The pattern in the syntax of the `regex` package."""
        translated, _ = self._alternatives(0)
        if self._position < len(self._pattern):
            self._refuse("多余的 )")
        return translated

    def _peek(self) -> str:
        return self._pattern[self._position : self._position + 1]

    def _next(self) -> str:
        character = self._peek()
        self._position += 1
        return character

    def _refuse(self, message: str) -> NoReturn:
        raise PatternError(f"第{self._position + 1}个字符，{message}")

    def _alternatives(self, depth: int) -> tuple[str, int]:
        """Branches separated by `|`, and how far their counted repetitions multiply up."""
        if depth > 50:
            self._refuse("括号嵌套过深")
        branches, weight = [], 0
        while True:
            branch, branch_weight = self._branch(depth)
            branches.append(branch)
            weight += branch_weight
            if self._peek() != "|":
                return "|".join(branches), weight
            self._next()

    def _branch(self, depth: int) -> tuple[str, int]:
        pieces, weight = [], 0
        while self._peek() not in ("", "|", ")"):
            atom, atom_weight = self._atom(depth)
            quantifier, times = self._quantifier()
            weight += atom_weight * times
            if weight > MAX_REPETITION:
                self._refuse(f"重复次数超过 {MAX_REPETITION}")
            pieces.append(atom + quantifier)
        return "".join(pieces), weight

    def _atom(self, depth: int) -> tuple[str, int]:
        character = self._next()
        if character == "(":
            return self._group(depth)
        if character == "[":
            return self._class(), 1
        if character == "\\":
            return self._escape(), 1
        if character == ".":
            return self._dot, 1
        if character == "^":
            return (r"(?:\A|(?<=\n)(?!\Z))" if self._multiline else r"\A"), 1
        if character == "$":
            return (r"(?:\Z|(?=\n))" if self._multiline else r"\Z"), 1
        if character in "?*+{}]":
            self._position -= 1
            self._refuse(f"{character} 的位置不对")
        return _literal(character), 1

    def _group(self, depth: int) -> tuple[str, int]:
        capturing = not self._pattern.startswith("?:", self._position)
        if capturing:
            self._opened += 1
        else:
            self._position += 2
        number = self._opened
        inner, weight = self._alternatives(depth + 1)
        if self._next() != ")":
            self._refuse("缺少 )")
        if capturing:
            self._closed.add(number)
        return f"({'' if capturing else '?:'}{inner})", weight + 1

    def _quantifier(self) -> tuple[str, int]:
        character = self._peek()
        if character in ("?", "*", "+") and character:
            self._next()
            return character + self._lazy(), 1
        if character != "{":
            return "", 1
        found = _COUNT.match(self._pattern, self._position)
        if found is None:
            self._refuse("{ 的用法不对")
        low, _, high = found.groups()
        if int(low) > MAX_REPETITION or int(high or 0) > MAX_REPETITION or (high and int(high) < int(low)):
            self._refuse("重复次数不对")
        self._position = found.end()
        return found[0] + self._lazy(), max(int(low), int(high or 0), 1)

    def _lazy(self) -> str:
        if self._peek() != "?":
            return ""
        return self._next()

    def _escape(self) -> str:
        """An escape outside of brackets."""
        if self._peek() in "123456789" and self._peek():
            return self._back_reference()
        return f"[{self._class_escape()}]"

    def _back_reference(self) -> str:
        number = int(self._next())
        while self._peek().isdecimal() and number * 10 + int(self._peek()) <= self._opened:
            number = number * 10 + int(self._next())
        if number not in self._closed:
            self._refuse(f"没有第 {number} 个括号")
        return rf"(?:\{number})"

    def _class_escape(self) -> str:
        """An escape as the content of a bracket expression."""
        character = self._next()
        if character in _ESCAPED_CHARACTERS:
            return _literal(_ESCAPED_CHARACTERS[character])
        if character in _LITERAL_ESCAPES and character:
            return _literal(character)
        if character in ("p", "P"):
            return self._property(character)
        if character in _CLASSES:
            return _CLASSES[character]
        self._refuse(f"没有 \\{character} 这样的转义")

    def _property(self, sign: str) -> str:
        found = _PROPERTY.match(self._pattern, self._position)
        if found is None:
            self._refuse(f"\\{sign} 的用法不对")
        self._position = found.end()
        category, block = found.groups()
        return rf"\{sign}{{{category or 'In' + block}}}"

    def _class(self) -> str:
        """A bracket expression after its `[`; a subtraction becomes a lookahead."""
        negated = self._peek() == "^"
        if negated:
            self._next()
        content: list[str] = []
        excluded = ""
        while self._peek() != "]":
            if self._pattern.startswith("-[", self._position) and content:
                self._position += 2
                excluded = f"(?!{self._class()})"
                if self._peek() != "]":
                    self._refuse("减去的部分之后应为 ]")
                break
            content.append(self._class_part(not content))
        self._next()
        if not content:
            self._refuse("[ ] 中没有内容")
        base = f"[{'^' if negated else ''}{''.join(content)}]"
        return f"(?:{excluded}{base})" if excluded else base

    def _class_part(self, first: bool) -> str:
        start = self._class_character(first)
        after = self._pattern[self._position + 1 : self._position + 2]
        if self._peek() != "-" or after in ("]", "[", ""):
            return start
        self._next()
        end = self._class_character(False)
        if not (start.startswith("\\U") and end.startswith("\\U") and start <= end):
            self._refuse("字符的范围不对")
        return f"{start}-{end}"

    def _class_character(self, first: bool) -> str:
        character = self._next()
        if not character:
            self._refuse("缺少 ]")
        if character == "\\":
            if self._peek().isdecimal():
                self._refuse("[ ] 中不能引用括号")
            return self._class_escape()
        if character == "[" or (character == "-" and not first and self._peek() != "]"):
            self._refuse(f"{character} 的位置不对")
        return _literal(character)


def _literal(character: str) -> str:
    """A character in a form that has no meaning of its own; the fixed length lets ranges be compared."""
    return f"\\U{ord(character):08X}"
