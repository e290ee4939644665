"""What may be wrong with a diagram: said with the place and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from engine.errors import Refused


class Severity(StrEnum):
    #: not BPMN, cannot run, or could not be executed right
    ERROR = "error"
    #: legal and executed as the standard says, but risky
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One finding of the lint."""

    severity: Severity
    element_id: str | None
    line: int | None
    code: str
    #: Chinese: what is wrong and how to mend it
    message: str


def error(code: str, element_id: str | None, line: int | None, message: str) -> Problem:
    return Problem(severity=Severity.ERROR, element_id=element_id, line=line, code=code, message=message)


def warning(code: str, element_id: str | None, line: int | None, message: str) -> Problem:
    return Problem(severity=Severity.WARNING, element_id=element_id, line=line, code=code, message=message)


def errors_of(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(problem for problem in problems if problem.severity is Severity.ERROR)


class DiagramRefused(Refused):
    """流程图不能部署。"""

    code = "diagram-refused"

    def __init__(self, problems: Iterable[Problem]) -> None:
        #: the errors that are the reason, and the warnings found with them
        self.problems = tuple(problems)
        reasons = errors_of(self.problems) or self.problems
        super().__init__(f"流程图有 {len(reasons)} 处问题，不能部署：{_sentences(reasons)}")


def _sentences(problems: tuple[Problem, ...]) -> str:
    shown = [f"{_place(problem)}{problem.message}" for problem in problems[:5]]
    return " ".join(shown) + (" …" if len(problems) > len(shown) else "")


def _place(problem: Problem) -> str:
    parts = [f"第 {problem.line} 行"] if problem.line else []
    if problem.element_id:
        parts.append(f"元素 {problem.element_id}")
    return f"（{'，'.join(parts)}）" if parts else ""
