"""The facts that expressions see beside the variables: written into the history where they have changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import values
from engine.calendar import published_years
from engine.history.digests import digest_of
from engine.recent import Recent

#: The policy is pinned by the case's first event, and the case itself never changes.
CHANGING = ("region", "starter", "project")


#: facts of cases without a project, by their digest: names and codes, the same for all that a person starts
_known: Recent[str, Mapping[str, Any]] = Recent(500)


def recorded_facts(facts: Mapping[str, Any], known: str | None) -> tuple[str, Mapping[str, Any]]:
    """The digest of the changing facts, and the part of an event's input that tells them if they are news."""
    # Deadlines are counted by the holidays that are published; next year's will be one day.
    changing = {**{name: facts[name] for name in CHANGING}, "calendar": list(published_years())}
    if known is not None and changing["project"] is None and _known.get(known) == changing:
        return known, {}
    digest = digest_of(values.dumps(changing))
    if changing["project"] is None:
        _known.keep(digest, changing)
    return digest, {} if digest == known else {"facts": changing}
