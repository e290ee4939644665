"""Process values keep their kind and exactness through bytes, and equal values give equal bytes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import feel, values
from engine.values import NotStorable

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = (
    st.none()
    | st.booleans()
    | TEXTS
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.dates()
    | st.datetimes()
    | st.times()
    | st.timedeltas()
    | st.integers(-500, 500).map(lambda months: feel.YearsMonthsDuration(months=months))
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=20)


@given(VALUES)
def test_a_value_reads_back_as_it_was(value: Any) -> None:
    assert values.loads(values.dumps(value)) == value


@given(st.dictionaries(TEXTS, SCALARS))
def test_the_order_of_names_does_not_change_the_bytes(context: dict[str, Any]) -> None:
    assert values.dumps(context) == values.dumps(dict(reversed(context.items())))


@pytest.mark.parametrize(
    "value",
    [
        Decimal("144000.00"),
        datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
        date(2026, 3, 2),
        time(9, 30),
        timedelta(days=5),
        {"$": "looks like a tag"},
    ],
)
def test_kinds_survive(value: Any) -> None:
    read = values.loads(values.dumps(value))

    assert (type(read), str(read)) == (type(value), str(value))


def test_what_a_case_cannot_keep_is_refused() -> None:
    with pytest.raises(NotStorable, match="不能保存"):
        values.dumps({"range": feel.compile("[1..2]")({})})
