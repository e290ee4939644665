"""When a step is due: working days, or a duration as ISO 8601 and FEEL write it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from engine import feel
from engine.cases.deadlines import deadline_of
from engine.errors import Refused

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("due_in", "due_at"),
    [
        (None, None),
        (Decimal(5), datetime(2026, 3, 9, 9, 30, tzinfo=UTC)),
        ("P5D", datetime(2026, 3, 7, 1, 0, tzinfo=UTC)),
        ("PT4H", datetime(2026, 3, 2, 5, 0, tzinfo=UTC)),
        (timedelta(days=5), datetime(2026, 3, 7, 1, 0, tzinfo=UTC)),
        (feel.YearsMonthsDuration(months=1), datetime(2026, 4, 2, 1, 0, tzinfo=UTC)),
    ],
)
def test_a_step_is_due_after_working_days_or_a_duration(due_in: object, due_at: datetime | None) -> None:
    assert deadline_of(due_in, NOW, None).due_at == due_at


@pytest.mark.parametrize(
    "due_in",
    [Decimal(-1), Decimal("1e30"), True, "soon", [], timedelta(days=9_999_999), feel.YearsMonthsDuration(months=10**6)],
)
def test_what_is_no_period_of_work_is_refused(due_in: object) -> None:
    with pytest.raises(Refused, match="办理期限应为"):
        deadline_of(due_in, NOW, None)
