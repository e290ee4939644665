"""Reads. They go round the domain, never commit, never touch the interpreter, and always carry a region scope."""
