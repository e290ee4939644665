"""Every error a caller may meet. The class says what kind of refusal it is, the message says it in Chinese."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class AnlanError(Exception):
    """操作没有完成。"""

    #: stable machine-readable name, used as the problem type of the API
    code = "error"

    def __init__(self, message: str | None = None, **facts: Any) -> None:
        # What it tells of values is kept with incidents, and PostgreSQL keeps no NUL.
        self.message = (message or (self.__doc__ or "").strip()).replace("\x00", "\ufffd")
        self.facts = facts
        super().__init__(self.message)


class NotFound(AnlanError):
    """没有找到要办理的内容，它可能已被删除，或者不属于您的辖区。"""

    code = "not-found"


class Forbidden(AnlanError):
    """您没有办理这一事项的权限。"""

    code = "forbidden"


class Conflict(AnlanError):
    """内容已经被别人改动，请刷新页面后再办理。"""

    code = "conflict"


class Refused(AnlanError):
    """按规定不能这样办理。"""

    code = "refused"


class NotComputable(Refused):
    """流程或表单里的表达式无法计算，请联系流程设计员。"""

    code = "not-computable"


@dataclass(frozen=True, kw_only=True)
class FieldProblem:
    """One thing that is wrong with what was sent, and where."""

    #: form field path such as `work_done.0.amount`, or an element id
    path: str
    message: str
    #: in a file, such as a decision table: where to look
    element_id: str | None = None
    line: int | None = None


class Invalid(AnlanError):
    """填写的内容有误，请按提示修改。"""

    code = "invalid"

    def __init__(self, problems: tuple[FieldProblem, ...], message: str | None = None, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.problems = problems
