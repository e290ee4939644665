from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from forms.definition import Form

Draw = Callable[..., Form]


@pytest.fixture
def draw() -> Draw:
    """Draws a form from components, as a designer would."""

    def drawn(*components: Mapping[str, Any], **own: Any) -> Form:
        document = {"type": "default", "id": "demo", "components": list(components), "anlan": own}
        return Form.parse(json.dumps(document).encode())

    return drawn


@pytest.fixture
def photo() -> Callable[..., dict[str, Any]]:
    """The facts of a stored document."""

    def stored(id: str, name: str = "现场.jpg") -> dict[str, Any]:
        return {"id": id, "name": name, "sha256": "a" * 64, "size": 2048, "media_type": "image/jpeg"}

    return stored
