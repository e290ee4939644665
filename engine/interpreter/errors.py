"""What can go wrong while a case moves."""

from __future__ import annotations

from engine.errors import AnlanError, Conflict, Refused


class TaskNotOpen(Conflict):
    """这项待办已经办结或已被撤回，请刷新页面。"""

    code = "task-not-open"


class WaitNotLive(Conflict):
    """办件已经不再等待这个事件。"""

    code = "wait-not-live"


class TimerNotDue(Refused):
    """定时尚未到期，不能提前触发。"""

    code = "timer-not-due"


class NoFlowTaken(Refused):
    """网关没有一条出线的条件成立，也没有默认出线，办件无法继续。"""

    code = "no-flow-taken"


class UncaughtError(Refused):
    """流程抛出的错误没有任何事件接住，办件停在原处。"""

    code = "uncaught-error"


class IncidentNotOpen(Conflict):
    """这个停滞点已经处理过了，请刷新页面。"""

    code = "incident-not-open"


class NotUsable(Refused):
    """表达式的结果不能用在这里。"""

    code = "expression-result"


class EndlessLoop(Refused):
    """流程在没有人工环节和定时的情况下一直循环，已中止。"""

    code = "endless-loop"


class MoveRefused(Refused):
    """办件不能这样移动。"""

    code = "move-refused"


class StateUnreadable(AnlanError):
    """办件的状态由更新的版本写成，或已损坏，无法读取。"""

    code = "state-unreadable"


class WorkRefused(Exception):
    """The rules forbid a connector's work while nobody acts: no error of the diagram, the token stops where it is."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)


class BpmnError(Exception):
    """The business said no: raised by `Services.call`, caught by an error event of the diagram."""

    def __init__(self, code: str, message: str = "") -> None:
        self.code = code
        self.message = message.replace("\x00", "\ufffd")
        super().__init__(message or code)
