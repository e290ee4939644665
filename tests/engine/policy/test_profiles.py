from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Connection, create_engine

from engine.errors import NotFound
from engine.policy.profiles import PolicyProfiles, profiles_of

YONGJIA = "330324000000"
PROFILES = PolicyProfiles()


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def publish(connection: Connection, policy_id: str, day: date, advance_ratio: str) -> None:
    PROFILES.publish(connection, policy_id, YONGJIA, day, {"advance_ratio": advance_ratio})


def test_the_version_in_force_is_the_one_that_began_last(connection: Connection) -> None:
    publish(connection, "old", date(2025, 1, 1), "0.30")
    publish(connection, "new", date(2026, 7, 1), "0.40")

    assert PROFILES.pin(connection, YONGJIA, date(2024, 12, 31)) is None
    assert PROFILES.pin(connection, YONGJIA, date(2026, 6, 30)) == "old"
    assert PROFILES.pin(connection, YONGJIA, date(2026, 7, 1)) == "new"


def test_a_correction_published_for_the_same_day_wins(connection: Connection) -> None:
    publish(connection, "typo", date(2026, 1, 1), "0.50")
    publish(connection, "right", date(2026, 1, 1), "0.30")

    assert PROFILES.pin(connection, YONGJIA, date(2026, 2, 1)) == "right"
    assert [row.version for row in profiles_of(connection, YONGJIA)] == [2, 1]


def test_a_pinned_version_keeps_its_parameters(connection: Connection) -> None:
    publish(connection, "old", date(2025, 1, 1), "0.30")
    publish(connection, "new", date(2025, 1, 1), "0.40")

    assert PROFILES.parameters(connection, "old")["advance_ratio"] == Decimal("0.30")


def test_a_county_is_found_by_any_code_inside_it(connection: Connection) -> None:
    publish(connection, "one", date(2025, 1, 1), "0.30")

    assert PROFILES.pin(connection, "330324103201", date(2026, 1, 1)) == "one"


def test_a_county_without_a_profile_has_the_defaults(connection: Connection) -> None:
    assert PROFILES.parameters(connection, None)["advance_ratio"] == Decimal("0.30")


def test_a_profile_that_is_gone_is_an_error_and_not_the_default(connection: Connection) -> None:
    with pytest.raises(NotFound):
        PROFILES.parameters(connection, "lost")
