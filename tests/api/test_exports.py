"""Auditors have files made of the cases of their regions, and fetch them when a worker has made them."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest

from engine.clock import ManualClock
from engine.jobs.workers import worker_of
from engine.process_engine import ProcessEngine
from engine.unit_of_work import Tools

from .conftest import Browser, Login


@pytest.fixture
def auditor(reviewed: dict[str, str], log_in: Login) -> Browser:
    return log_in("auditor")


def worked(engine: ProcessEngine) -> None:
    """A worker has done what was due."""
    worker_of(engine).drain(lambda done: None)


def asked(auditor: Browser, **wish: Any) -> dict[str, Any]:
    answer = auditor.api("POST", "/exports", json={"content": "csv", **wish})
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


def test_an_event_log_is_asked_for_made_and_fetched(auditor: Browser, engine: ProcessEngine) -> None:
    export = asked(auditor, process="petition")
    assert (export["status"], export["cases"]) == ("waiting", None)
    assert auditor.api("GET", f"/exports/{export['id']}/file").status_code == 404

    worked(engine)

    made = auditor.api("GET", f"/exports/{export['id']}").json()
    file = auditor.api("GET", f"/exports/{export['id']}/file")
    assert (made["status"], made["cases"], made["size"]) == ("ready", 1, len(file.content))
    assert file.headers["content-type"].startswith("text/csv")
    assert "attachment" in file.headers["content-disposition"]
    assert "村口道路修缮" in file.text
    assert [it["id"] for it in auditor.api("GET", "/exports").json()["items"]] == [export["id"]]


def test_bundles_hold_the_sheet_that_people_read(auditor: Browser, engine: ProcessEngine) -> None:
    from api.bundling import sheet_of

    engine.tools = Tools(**{**vars(engine.tools), "sheets": sheet_of})
    export = asked(auditor, content="bundles")
    worked(engine)

    file = auditor.api("GET", f"/exports/{export['id']}/file")
    with ZipFile(BytesIO(file.content)) as outer, ZipFile(BytesIO(outer.read(outer.namelist()[0]))) as bundle:
        assert [name for name in bundle.namelist() if name.startswith("办理表")]


def test_the_page_asks_shows_and_offers_the_file(auditor: Browser, engine: ProcessEngine) -> None:
    assert 'href="/audit/exports"' in auditor.get("/audit").text
    page = auditor.post("/audit/exports", {"content": "xes", "process": "", "since": "2026-01-01", "until": ""})
    assert "已经交给后台制作" in page.text
    assert "正在制作" in page.text
    assert "全部流程，2026年1月1日以后发起" in page.text

    worked(engine)

    page = auditor.get("/audit/exports")
    link = page.text.partition('/file">下载')[0].rpartition('href="')[2]
    assert auditor.get(f"{link}/file").content.startswith(b"<?xml")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"content": "pdf"}, "请选择要导出的内容"),
        ({"content": "csv", "since": "yesterday"}, "不是日期"),
        ({"content": "csv", "since": "2026-03-02", "until": "2026-03-01"}, "开始日期晚于结束日期"),
    ],
)
def test_a_wish_that_makes_no_sense_is_told_so(auditor: Browser, fields: dict[str, str], told: str) -> None:
    assert told in auditor.post("/audit/exports", fields).text


def test_others_neither_export_nor_see_what_was_exported(
    auditor: Browser, engine: ProcessEngine, log_in: Login
) -> None:
    export = asked(auditor)
    worked(engine)

    clerk, lead = log_in("clerk"), log_in("lead")
    assert clerk.api("POST", "/exports", json={"content": "csv"}).status_code == 403
    assert clerk.get("/audit/exports").status_code == 403
    assert lead.api("GET", f"/exports/{export['id']}").status_code == 404
    assert lead.api("GET", f"/exports/{export['id']}/file").status_code == 404
    assert lead.api("GET", "/exports").json()["items"] == []


def test_a_repeated_request_is_one_export(auditor: Browser, engine: ProcessEngine) -> None:
    same = {"json": {"content": "csv"}, "headers": {"Idempotency-Key": "once"}}

    first, second = auditor.api("POST", "/exports", **same), auditor.api("POST", "/exports", **same)

    assert first.json()["id"] == second.json()["id"]


def test_after_a_week_the_file_is_gone_and_the_page_says_so(
    auditor: Browser, engine: ProcessEngine, clock: ManualClock, log_in: Login
) -> None:
    from engine.jobs.upkeep import due_upkeep, keep_up

    export = asked(auditor)
    worked(engine)
    clock.advance(timedelta(days=8))
    keep_up(engine, due_upkeep(engine)[-1])

    auditor = log_in("auditor")
    assert "已过期删除" in auditor.get("/audit/exports").text
    assert auditor.api("GET", f"/exports/{export['id']}/file").status_code == 404


def test_a_file_that_somebody_deleted_is_told(auditor: Browser, engine: ProcessEngine, settings: Any) -> None:
    export = asked(auditor)
    worked(engine)
    for path in settings.attachments.glob("??/*"):
        path.unlink()

    answer = auditor.api("GET", f"/exports/{export['id']}/file")

    assert (answer.status_code, "请重新导出" in answer.json()["detail"]) == (404, True)
