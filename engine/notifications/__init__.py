"""Telling persons what is due for them and what has become of their cases: found by a worker, not by commands."""
