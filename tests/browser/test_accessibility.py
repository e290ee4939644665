"""No page may have a violation that axe can find, on a desktop or on a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

AXE = Path(__file__).parents[2] / "api/frontend/node_modules/axe-core/axe.min.js"
DIAGRAM = (Path(__file__).parent / "pages/seal.bpmn").read_text()
STEP = {
    "seq": 1,
    "at": "2026-03-02 09:31",
    "who": "王敏",
    "title": "填写申请",
    "active": ["review"],
    "completed": ["apply"],
}
VIOLATIONS = (
    "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))"
)
PAGES = {
    "upload.html": ("#f-plan", {}),
    "replay.html": (".djs-shape", {"replay": {"diagramUrl": "/diagram", "steps": [STEP]}}),
    "designer.html": ("[data-element-id=apply]", {}),
}


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is installed when the front end is built in this checkout")
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("template", PAGES)
def test_a_page_has_no_violations(site: Any, template: str, width: int) -> None:
    ready, context = PAGES[template]
    site.give("/diagram", DIAGRAM)
    site.give("/catalogue", {})
    site.page.set_viewport_size({"width": width, "height": 844})
    site.open(template, **context).wait_for_selector(ready)

    site.page.evaluate(AXE.read_text())

    assert site.page.evaluate(VIOLATIONS) == []
