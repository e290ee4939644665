"""What can be wrong with a form, and with what somebody fills into one."""

from __future__ import annotations

from engine.errors import AnlanError, FieldProblem, Invalid, NotFound

#: Where an error belongs (`invoice_list.0.amount`) and the sentence shown there.
FieldError = FieldProblem


class InvalidForm(Invalid):
    """表单定义有误，不能使用。"""

    code = "invalid-form"


class InvalidSubmission(Invalid):
    """填写的内容有误，请按提示修改。"""

    code = "invalid-submission"

    @property
    def errors(self) -> tuple[FieldError, ...]:
        return self.problems


class FormNotFound(NotFound):
    """表单库里没有这张表单。"""

    code = "form-not-found"


class Misfit(AnlanError):
    """A single value cannot be read; the message says why and never leaves this room on its own."""

    code = "misfit"
