from __future__ import annotations

import json

from forms import library


def test_a_program_learns_what_a_form_takes() -> None:
    schema = library.load("project_application").schema()

    assert schema["additionalProperties"] is False
    assert "total_invest" in schema["required"]
    assert schema["properties"]["support_ratio"]["readOnly"] is True
    assert schema["properties"]["scale_table"]["items"]["required"] == ["content", "quantity", "unit", "unit_price"]
    assert schema["properties"]["reimburse_mode"]["x-labels"]["staged"] == "分期报账"


def test_every_schema_is_plain_json() -> None:
    keys = library.keys()

    assert all(json.dumps(library.load(key).schema()) for key in keys)
