"""Models of other tools as drafts in our dialect (issue: foreign models; design decision 11). Nothing deploys here.

Standard places are rewritten where they stand; what other tools added stays beside what is said in our words, so
that the model can go back to its tool.
"""

from __future__ import annotations

from engine.diagram import document
from engine.diagram.importing import model
from engine.diagram.importing.changes import Change, ChangeKind
from engine.diagram.importing.draft import Draft
from engine.diagram.importing.drawings import add_drawing
from engine.diagram.importing.serialization import render

__all__ = ["Change", "ChangeKind", "add_drawing", "import_draft"]


def import_draft(content: bytes) -> tuple[bytes, tuple[Change, ...]]:
    """Say a foreign model in our dialect; raises `DiagramRefused`. What needed no change comes back byte for byte."""
    root = document.parse(content)
    draft = Draft(root)
    model.translate(draft)
    changes = sorted(draft.changes, key=lambda change: change.line or 0)
    return (render(root, content) if draft.changed else content), tuple(changes)
