"""Anlan, an approval engine for public-works and relief funds."""
