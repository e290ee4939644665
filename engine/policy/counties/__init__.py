"""Settings of the two demo counties. They are invented to show that counties differ, not quoted from their rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, kw_only=True)
class CountySettings:
    """What one county sets differently from the defaults, ready to be published."""

    county_code: str
    county_name: str
    effective_from: date
    parameters: Mapping[str, Any]


def demo_counties() -> tuple[CountySettings, ...]:
    """The demo counties in the order of their codes."""
    sources = [source for source in files(__name__).iterdir() if source.name.endswith(".json")]
    return tuple(_read(source.read_text(encoding="utf-8")) for source in sorted(sources, key=lambda item: item.name))


def _read(text: str) -> CountySettings:
    content = json.loads(text, parse_float=str)
    return CountySettings(
        county_code=content["county_code"],
        county_name=content["county_name"],
        effective_from=date.fromisoformat(content["effective_from"]),
        parameters=content["parameters"],
    )
