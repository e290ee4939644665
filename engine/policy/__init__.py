"""A county's policy profile: the percentages, days and thresholds the regulations leave to it."""
