"""A county's policy profile: the percentages, days and thresholds the regulations leave to it."""

from __future__ import annotations

from engine.policy.parameters import Parameters, resolve
from engine.policy.profiles import PolicyProfiles, profile_for

__all__ = ["Parameters", "PolicyProfiles", "profile_for", "resolve"]
