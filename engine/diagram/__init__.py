"""Diagrams as data: safe reading, our extension attributes, and the lint that decides what may be deployed."""

from __future__ import annotations

from engine.diagram.elements import Diagram
from engine.diagram.lint import Catalogue, lint
from engine.diagram.problems import DiagramRefused, Problem, Severity
from engine.diagram.reader import read

__all__ = ["Catalogue", "Diagram", "DiagramRefused", "Problem", "Severity", "lint", "read"]
