"""What auditors take away from a case."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from .conftest import Login


def test_an_auditor_takes_a_bundle_that_checks_itself(reviewed: dict[str, str], log_in: Login, tmp_path: Path) -> None:
    lead = log_in("lead")
    assert f'href="/cases/{reviewed["case"]}/bundle"' in lead.get(f"/cases/{reviewed['case']}").text

    answer = lead.get(f"/cases/{reviewed['case']}/bundle")
    with ZipFile(BytesIO(answer.content)) as archive:
        archive.extractall(tmp_path / "case")
    assert (tmp_path / "case" / "办理表.pdf").exists() or (tmp_path / "case" / "办理表.html").exists()
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(tmp_path / "case" / "verify.py")], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout.decode()


def test_others_do_not_take_bundles(reviewed: dict[str, str], log_in: Login) -> None:
    clerk = log_in("clerk")

    assert "/bundle" not in clerk.get(f"/cases/{reviewed['case']}").text
    assert clerk.get(f"/cases/{reviewed['case']}/bundle").status_code == 403


def test_an_auditor_sees_the_case_as_it_was_at_a_step(reviewed: dict[str, str], log_in: Login) -> None:
    auditor = log_in("auditor")
    address = f"/cases/{reviewed['case']}/audit"

    first, second = auditor.get(f"{address}?step=1").text, auditor.get(f"{address}?step=2").text
    assert "填写申请" in first
    assert "还没有变量" in first
    assert "村口道路修缮" in second
    assert "石溪村 村级申报员" in first
    assert "application.items.0.amount" in second
    assert "村口道路修缮" in auditor.get(f"{address}?step=2&field=application.project_name").text


def test_an_auditor_reads_a_persons_acts_and_all_interventions(reviewed: dict[str, str], log_in: Login) -> None:
    auditor = log_in("auditor")

    acts = auditor.get("/audit/persons/applicant").text
    assert f"/cases/{reviewed['case']}/audit?step=2" in acts
    assert auditor.get("/audit/interventions").status_code == 200


def test_the_api_tells_auditors_the_same(reviewed: dict[str, str], log_in: Login) -> None:
    auditor, case = log_in("auditor"), reviewed["case"]

    step = auditor.api("GET", f"/process-instances/{case}/steps/2").json()
    assert step["difference"] is None
    assert auditor.api("GET", f"/process-instances/{case}/fields?path=application").json()
    assert auditor.api("GET", "/persons/applicant/acts").json()["total"] >= 2
    assert auditor.api("GET", "/interventions").json()["items"] == []
    assert auditor.api("POST", "/checkpoints").text.startswith("anlan checkpoint")
    assert len(auditor.api("GET", "/checkpoints").json()) == 1
    assert b"<trace>" in auditor.api("GET", "/event-logs?format=xes").content


def test_nobody_else_reads_what_auditors_read(reviewed: dict[str, str], log_in: Login) -> None:
    clerk, case = log_in("clerk"), reviewed["case"]

    pages = (f"/cases/{case}/audit", "/audit/persons/applicant", "/audit/interventions")
    assert {clerk.get(page).status_code for page in pages} == {403}
    paths = (f"/process-instances/{case}/steps/2", f"/process-instances/{case}/bundle", "/event-logs", "/checkpoints")
    assert {clerk.api("GET", path).status_code for path in paths} == {403}
    assert clerk.api("POST", "/checkpoints").status_code == 403
