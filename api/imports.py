"""Models of other tools, imported as drafts: for pages and programs alike. Nothing is deployed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api import designs
from api.dependencies import Visit
from api.presentation.dates import write_moment
from engine import diagram
from engine.commands import SaveDiagramDraft
from engine.diagram import Change, ChangeKind, document
from engine.errors import Conflict
from engine.queries.definition import draft


class DraftInTheWay(Conflict):
    """这个流程已经有一份草稿，请先部署或处理它，或者选择“替换已有的草稿”。"""

    code = "draft-in-the-way"


@dataclass(frozen=True, kw_only=True)
class ImportedModel:
    """A draft made of another tool's model, and what is to be said about it."""

    key: str
    changes: tuple[Change, ...]
    #: the lint's findings in the draft, as data
    problems: list[dict[str, Any]]
    #: element id -> what the diagram calls it
    names: Mapping[str, str]

    def of(self, kind: ChangeKind) -> list[Change]:
        return [change for change in self.changes if change.kind is kind]


def import_model(visit: Visit, content: bytes, *, replace: bool, source: str = "") -> ImportedModel:
    """Translate a model and keep it as the draft of its process; another draft is replaced only when asked to."""
    visit.require(designs.DESIGNER)
    written, changes = diagram.import_draft(content)
    written, drawn = diagram.add_drawing(written)
    key = designs.process_key(written)
    if not replace:
        _check_free(visit, key, written)
    note = f"导入自 {source}" if source else "导入外部模型"
    visit.engine.execute(SaveDiagramDraft(actor=visit.actor, key=key, content=written, note=note[:200]))
    problems = designs.problems_of(visit, written)
    return ImportedModel(key=key, changes=(*changes, *drawn), problems=problems, names=_names(written))


def _check_free(visit: Visit, key: str, content: bytes) -> None:
    with visit.reading() as connection:
        kept = draft(connection, key)
    if kept is not None and kept["content"] != content:
        who, when = kept["saved_by_name"] or "系统", write_moment(kept["saved_at"])
        message = f"流程“{key}”已有{who}于 {when} 保存的草稿，没有导入。要用导入的替换它，请选择“替换已有的草稿”。"
        raise DraftInTheWay(message, key=key)


def _names(content: bytes) -> dict[str, str]:
    elements = [element for element in document.parse(content).iter() if isinstance(element.tag, str)]
    names = {element.get("id"): " ".join((element.get("name") or "").split()) for element in elements}
    return {element_id: name for element_id, name in names.items() if element_id and name}
