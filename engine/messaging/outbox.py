"""What the cases of a command have sent and nobody has received yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from engine.errors import Refused
from engine.interpreter import Thrown

#: messages and signals that answer each other, one by one
MAX_CHAIN = 50
#: of one command, all in all
MAX_SENT = 5_000


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A message or signal on its way to other cases."""

    thrown: Thrown
    #: the case it came from
    instance_id: str
    #: how many others it answers
    depth: int


class Outbox:
    """First in, first out; what never comes to an end is refused."""

    def __init__(self) -> None:
        self._waiting: deque[Sent] = deque()
        self._depth = 0
        self._count = 0

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def put(self, instance_id: str, thrown: Iterable[Thrown]) -> None:
        """Take what a case has sent in a step."""
        self._waiting.extend(Sent(thrown=it, instance_id=instance_id, depth=self._depth + 1) for it in thrown)

    def take(self) -> Sent:
        """The next one to be delivered; what is sent from now on answers it."""
        sent = self._waiting.popleft()
        self._depth, self._count = sent.depth, self._count + 1
        if sent.depth > MAX_CHAIN or self._count > MAX_SENT:
            message = f"办件之间的消息和信号互相触发，没有尽头（“{sent.thrown.name}”），已中止，请联系流程设计员。"
            raise Refused(message, name=sent.thrown.name)
        return sent
