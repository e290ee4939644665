"""What is alive in a case, as the oracle sees it: scopes, activities, waits and listeners, with their variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from random_processes.pieces import Node, Scope


class Role(StrEnum):
    #: a running process, subprocess or event subprocess
    SCOPE = "scope"
    #: an activity that was reached and whose work has not begun
    READY = "ready"
    #: a task a person has to do
    OPEN = "open"
    #: an intermediate event or receive task
    WAIT = "wait"
    #: an event-based gateway, holding its waits
    CHOICE = "choice"
    #: a looped activity, holding its instances
    BODY = "body"
    CALL = "call"
    #: an error that nothing catches
    STOPPED = "stopped"
    #: an attached event, or the start event of an event subprocess
    LISTENER = "listener"


FACTS = ("due", "left", "was_true", "done", "total", "index")


class Came:
    """A node passed on the way of a token, with those passed before it."""

    def __init__(
        self, node: Node, turn: int, parents: tuple[Came | None, ...], given: tuple[Mark, ...] = (), flow: str = ""
    ) -> None:
        self.node = node
        self.turn = turn
        self.parents = tuple(parent for parent in parents if parent is not None)
        #: what a join has consumed
        self.given = given
        #: the flow that was taken, when it stands for that and not for the node
        self.flow = flow
        self.key = hash((node.id, flow, turn, tuple(parent.key for parent in self.parents)))

    def before(self) -> Iterator[Came]:
        """Itself and everything passed before."""
        seen, pending = set[int](), [self]
        while pending:
            one = pending.pop()
            if one.key not in seen:
                seen.add(one.key)
                yield one
                pending.extend(one.parents)


class Mark(str):
    """A token on a flow, with the way it came."""

    came: Came | None

    def __new__(cls, flow: str, came: Came | None) -> Mark:
        mark = super().__new__(cls, flow)
        mark.came = came
        return mark


class Living:
    """One of them."""

    def __init__(self, role: Role, node: Node | None, parent: Living | None) -> None:
        self.role = role
        self.node = node
        self.parent = parent
        self.flow_scope: Scope | None = None
        #: tokens on sequence flows of a scope; `>n` is a token that arrives at n by none, `!n` one whose event happened
        self.marks: list[Mark] = []
        self.inner: list[Living] = []
        self.listeners: list[Living] = []
        self.came: Came | None = None
        self.local: dict[str, Any] | None = None
        self.due: datetime | None = None
        self.left = 0
        self.was_true = False
        self.done = 0
        self.total = 0
        self.index: int | None = None
        self.items: list[Any] = []
        self.collected: dict[int, Any] = {}

    def copy(self, parent: Living | None) -> Living:
        other = Living.__new__(Living)
        other.__dict__.update(self.__dict__)
        other.parent = parent
        other.marks = self.marks.copy()
        other.local = None if self.local is None else self.local.copy()
        other.collected = self.collected.copy()
        other.inner = [child.copy(other) for child in self.inner]
        other.listeners = [child.copy(other) for child in self.listeners]
        return other

    def key(self) -> str:
        """Equal for what will behave equally."""
        facts = [str(self.role), self.node.id if self.node else "", str(self.came and self.came.key)]
        facts += sorted(f"{mark}{mark.came and mark.came.key}" for mark in self.marks)
        facts += [str(getattr(self, name)) for name in FACTS]
        facts += [str(sorted((self.local or {}).items())), str(self.items), str(sorted(self.collected.items()))]
        inner = sorted(child.key() for child in self.inner)
        return f"({'|'.join(facts)}[{','.join(inner)}]{{{','.join(sorted(one.key() for one in self.listeners))}}})"

    def walk(self) -> Iterator[Living]:
        yield self
        for child in (*self.listeners, *self.inner):
            yield from child.walk()

    @property
    def is_alive(self) -> bool:
        if self.parent is None:
            return True
        return (self in self.parent.inner or self in self.parent.listeners) and self.parent.is_alive

    @property
    def is_empty(self) -> bool:
        return not self.marks and not self.inner

    def take(self, flow: str) -> Mark:
        """Take the oldest token from a flow."""
        return self.marks.pop(self.marks.index(flow))  # type: ignore[arg-type]

    def remove(self) -> None:
        assert self.parent is not None
        siblings = self.parent.listeners if self.role is Role.LISTENER else self.parent.inner
        siblings.remove(self)

    def clear(self) -> None:
        """End all that runs in a scope; what is attached to its border stays."""
        self.marks, self.inner = [], []
        self.listeners = [one for one in self.listeners if one.node is not None and one.node.attached_to]

    @property
    def host(self) -> Living:
        """The activity as its border sees it: all instances of a looped one together."""
        body = self.parent
        return body if body is not None and body.role is Role.BODY else self

    @property
    def isolates(self) -> bool:
        """Whether it is a process, which hides the variables around it."""
        return self.parent is None or self.parent.role is Role.CALL

    @property
    def keeps(self) -> bool:
        """Whether new names written inside stay here (design decision 13)."""
        if self.isolates:
            return True
        assert self.parent is not None
        if self.parent.role is Role.BODY and self.parent.node and self.parent.node.loop:
            return self.parent.node.loop.is_multiple or self._maps_out
        return self._maps_out

    @property
    def _maps_out(self) -> bool:
        return self.role is Role.SCOPE and self.node is not None and bool(self.node.outputs)

    def visible(self) -> dict[str, Any]:
        """All variables seen from here, the nearest of a name."""
        if self.parent is None or self.isolates:
            return dict(self.local or {})
        return {**self.parent.visible(), **(self.local or {})}

    def write(self, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            self._keeper(name).declare({name: value})

    def declare(self, values: Mapping[str, Any]) -> None:
        self.local = {**(self.local or {}), **values}

    def _keeper(self, name: str) -> Living:
        """Where the name is known, else the nearest that keeps new ones."""
        around = list(self._around())
        known = (one for one in around if one.local is not None and name in one.local)
        return next(known, None) or next(one for one in around if one.keeps)

    def _around(self) -> Iterator[Living]:
        one: Living | None = self
        while one is not None:
            yield one
            one = None if one.isolates else one.parent
