"""One event as bytes: what is hashed, stored and given away is written once and never serialised again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import orjson

from engine import values

#: Raised when the layout of the payload changes; readers know all formats there have been.
FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """What a handler tells of its command: the type of event, the complete input, the task or element it is about."""

    type: str
    #: all that must be put in again to get the same outcome
    input: Mapping[str, Any]
    task_id: str | None = None
    activity_id: str | None = None
    activity_name: str | None = None


@dataclass(frozen=True, kw_only=True)
class Header:
    """Who did what when, and on which event this one stands. Its names are the payload's names."""

    stream: str
    seq: int
    type: str
    at: datetime
    actor: str
    on_behalf_of: str | None = None
    #: the delegation under which the actor acted
    delegation: str | None = None
    task: str | None = None
    activity: str | None = None
    activity_name: str | None = None
    #: what the command's ids are derived from
    seed: str | None = None
    #: of a request that may come again: who sent it, its key, and the digest of what it asked for
    request: Mapping[str, str] | None = None
    #: the digest of the stream's event before this one
    previous: str | None = None
    #: the hash function of this event's own digest
    hash: str = "sha256"


def write(header: Header, input: Mapping[str, Any], outcome: Mapping[str, Any]) -> bytes:
    """The canonical bytes of an event: sorted keys, no spaces, nothing that says nothing."""
    told = {name: value for name, value in vars(header).items() if value is not None}
    put_in, came_out = values.plain(input), values.plain(outcome)
    return orjson.dumps({**told, "format": FORMAT, "input": put_in, "outcome": came_out}, option=orjson.OPT_SORT_KEYS)


class Event:
    """An event as it is read; input and outcome are only built when they are asked for."""

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self.content: dict[str, Any] = orjson.loads(payload)

    @cached_property
    def header(self) -> Header:
        """Everything but input and outcome."""
        told: dict[str, Any] = {name: self.content.get(name) for name in Header.__dataclass_fields__}
        return Header(**{**told, "at": datetime.fromisoformat(self.content["at"])})

    @cached_property
    def input(self) -> Mapping[str, Any]:
        """What was put in."""
        content: Mapping[str, Any] = values.revive(self.content["input"])
        return content

    @cached_property
    def outcome(self) -> Mapping[str, Any]:
        """What came of it."""
        content: Mapping[str, Any] = values.revive(self.content["outcome"])
        return content
