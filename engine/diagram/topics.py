"""Work of service tasks that programs elsewhere fetch and do: `anlan:connector="external.<topic>"`."""

from __future__ import annotations

import re

EXTERNAL = "external."
_TOPIC = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def topic_of(connector: str) -> str | None:
    """Under what an external worker asks for the work; None for connectors of our own."""
    return connector.removeprefix(EXTERNAL) if connector.startswith(EXTERNAL) else None


def is_topic(name: str) -> bool:
    """Whether programs can ask for a topic by that name, in an address too."""
    return _TOPIC.fullmatch(name) is not None
