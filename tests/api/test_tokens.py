"""The command `anlan token`."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from api.demo.organisation import demo_organisation
from engine.bootstrap import build_engine
from engine.commands import SYSTEM, RegisterOrganisation
from engine.model import ApiToken

from .test_cli import home, run

__all__ = ["home"]
ISSUE = ("token", "issue", "gis", "--note", "平台服务器", "--name", "县地理信息平台", "--unit", "330324000000")


@pytest.fixture
def peopled(home: Path) -> Path:
    engine = build_engine(f"sqlite:///{home}/var/anlan.db")
    organisation = demo_organisation()
    engine.execute(RegisterOrganisation(actor=SYSTEM, units=organisation.units, persons=()))
    engine.database.dispose()
    return home


def test_a_token_is_shown_once_and_listed_without_its_secret(peopled: Path) -> None:
    status, output = run(*ISSUE)
    token = output.split()[0]

    assert (status, token[:6]) == (0, "anlan_")
    listed = run("token", "list")[1]
    for word in ("gis", "县地理信息平台", "平台服务器", "有效"):
        assert word in listed
    assert token not in listed


def test_the_number_of_a_token_is_listed_whole(peopled: Path) -> None:
    run(*ISSUE)
    engine = build_engine(f"sqlite:///{peopled}/var/anlan.db")
    with engine.database.read() as connection:
        token_id = connection.scalar(select(ApiToken.id))
    engine.database.dispose()

    assert str(token_id) in run("token", "list")[1]


def test_a_known_account_gets_another_token(peopled: Path) -> None:
    run(*ISSUE)

    assert run("token", "issue", "gis", "--note", "第二台")[0] == 0
    assert "第二台" in run("token", "list")[1]


def test_a_token_is_revoked(peopled: Path) -> None:
    run(*ISSUE)
    engine = build_engine(f"sqlite:///{peopled}/var/anlan.db")
    with engine.database.read() as connection:
        token_id = connection.scalar(select(ApiToken.id))
    engine.database.dispose()

    assert "已撤销" in run("token", "revoke", str(token_id))[1]
    assert "已撤销" in run("token", "list")[1]
    assert run("token", "revoke", str(token_id))[0] == 1


def test_an_unknown_account_needs_a_name_and_a_unit(peopled: Path) -> None:
    status, output = run("token", "issue", "gis", "--note", "平台服务器")

    assert (status, "没有机器账号“gis”" in output) == (1, True)
    assert run("token", "list")[1].strip() == "还没有机器账号。"
