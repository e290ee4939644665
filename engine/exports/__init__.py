"""Exports that take longer than a request: asked for, made by a worker outside any transaction, kept for a week."""
