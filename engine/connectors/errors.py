"""Why a connector does not do what a diagram asks for. What may go better later is `engine.ports.ConnectorFailed`."""

from __future__ import annotations

from engine.errors import AnlanError, Refused


class BadInput(Refused):
    """连接器的参数不对，请联系流程设计员。"""

    code = "connector-input"


class PlaceNotAllowed(Refused):
    """不允许访问这个地址，请联系系统管理员。"""

    code = "place-not-allowed"


class AnswerUnusable(Refused):
    """对方系统的答复不能使用。"""

    code = "answer-unusable"


class RefusedByReceiver(Refused):
    """对方系统拒绝了请求。"""

    code = "refused-by-receiver"


class NotConfigured(Refused):
    """这个连接器还没有设置，请联系系统管理员。"""

    code = "connector-not-configured"


class BadConfiguration(AnlanError):
    """连接器的设置有误。"""

    code = "bad-setting"
