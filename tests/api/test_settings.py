"""Settings from the environment."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from api.settings import BadSetting, Settings

WRONG = [
    ("ANLAN_PORT", "x"),
    ("ANLAN_PORT", "70000"),
    ("ANLAN_PORT", "9" * 5000),
    ("ANLAN_DEMO", "maybe"),
    ("ANLAN_DATABASE_URL", "garbage"),
    ("ANLAN_DATABASE_URL", "mysql://db/anlan"),
]


def test_without_anything_it_is_a_demo_on_a_local_file() -> None:
    settings = Settings.from_environment({})

    assert settings.database_url == "sqlite:///var/anlan.db"
    assert settings.demo is True
    assert settings.secure_cookie is False
    assert settings.attachments == Path("var/attachments")


def test_a_database_of_ones_own_is_no_demo() -> None:
    settings = Settings.from_environment({"ANLAN_DATABASE_URL": "postgresql+psycopg://db/anlan"})

    assert settings.demo is False
    assert settings.secure_cookie is True


def test_everything_can_be_said() -> None:
    environment = {
        "ANLAN_HOME": "/srv/anlan",
        "ANLAN_DEMO": "0",
        "ANLAN_HOST": "0.0.0.0",
        "ANLAN_PORT": "9000",
        "ANLAN_SECURE_COOKIE": "no",
    }

    settings = Settings.from_environment(environment)

    assert settings.database_url == "sqlite:////srv/anlan/anlan.db"
    assert (settings.demo, settings.host, settings.port, settings.secure_cookie) == (False, "0.0.0.0", 9000, False)


@pytest.mark.parametrize(("name", "text"), WRONG)
def test_a_wrong_value_is_told_with_its_name(name: str, text: str) -> None:
    with pytest.raises(BadSetting, match=name):
        Settings.from_environment({name: text})


POSTGRES = {"ANLAN_DATABASE_URL": "postgresql+psycopg://db/anlan"}


@pytest.mark.parametrize(
    ("environment", "queue"),
    [
        ({}, "embedded"),
        ({"ANLAN_DATABASE_URL": "sqlite:///anlan.db"}, "embedded"),
        (POSTGRES, "procrastinate"),
        ({**POSTGRES, "ANLAN_QUEUE": "embedded"}, "embedded"),
        ({**POSTGRES, "ANLAN_DEMO": "1"}, "embedded"),
    ],
)
def test_procrastinate_is_for_postgresql(environment: dict[str, str], queue: str) -> None:
    assert Settings.from_environment(environment).queue == queue


@pytest.mark.parametrize("environment", [{}, {**POSTGRES, "ANLAN_DEMO": "1"}])
def test_procrastinate_is_refused_where_it_cannot_work(environment: dict[str, str]) -> None:
    with pytest.raises(BadSetting, match="ANLAN_QUEUE"):
        Settings.from_environment({**environment, "ANLAN_QUEUE": "procrastinate"})


def test_the_rests_between_tries_can_be_set() -> None:
    settings = Settings.from_environment({"ANLAN_CALL_BACKOFF": "1,60"})

    assert settings.backoff == (timedelta(seconds=1), timedelta(minutes=1))


@pytest.mark.parametrize("rests", ["soon", "0", "5,-3", "99999999999999999999"])
def test_rests_that_are_none_are_refused(rests: str) -> None:
    with pytest.raises(BadSetting, match="ANLAN_CALL_BACKOFF"):
        Settings.from_environment({"ANLAN_CALL_BACKOFF": rests})


@pytest.mark.parametrize(("text", "days"), [("", 1), ("0", 0), ("3", 3), ("off", None)])
def test_how_long_before_a_deadline_persons_are_told_can_be_set(text: str, days: int | None) -> None:
    assert Settings.from_environment({"ANLAN_NOTICE_DAYS": text}).notice_days == days


@pytest.mark.parametrize("days", ["soon", "-1", "61", "1.5", "9" * 5000])
def test_days_that_are_none_are_refused(days: str) -> None:
    with pytest.raises(BadSetting, match="ANLAN_NOTICE_DAYS"):
        Settings.from_environment({"ANLAN_NOTICE_DAYS": days})
