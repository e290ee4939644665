"""Nothing that anybody sends ends in a fault of ours."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import pytest

from .conftest import DIAGRAMS, PDF, Browser, Login

MULTIPART = "multipart/form-data; boundary=b"


@pytest.fixture
def applicant(log_in: Login) -> Browser:
    return log_in("applicant")


def _send(browser: Browser, path: str, content: bytes, kind: str) -> Any:
    headers = {"Content-Type": kind, "X-CSRF-Token": browser.csrf_token}
    return browser.client.post(path, content=content, headers=headers)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"null", "application/json"),
        (b'{"values": 1}', "application/json"),
        (b'{"values": {}, "unknown": 1}', "application/json"),
        (b'{"values": {"title": NaN}}', "application/json"),
        (b'{"values": {"title": "\\ud800"}}', "application/json"),
        (b'{"values": {"title": "a\\u0000b"}}', "application/json"),
        (b'{"values": {"items": ' + b"9" * 5000 + b"}}", "application/json"),
        (b'{"values": ' + b"[" * 100_000, "application/json"),
        (b'{"values": {"title": ' + b'{"a":' * 500 + b"1" + b"}" * 500 + b"}}", "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"<a/>", "application/xml"),
        (b"a=b", "application/x-www-form-urlencoded"),
        (b"--b\r\n", MULTIPART),
        (b"values", "text/plain; charset=nonsense"),
        (b"x", "nonsense"),
    ],
)
def test_a_malformed_completion_is_refused(
    content: bytes, kind: str, applicant: Browser, petition: dict[str, str]
) -> None:
    answer = _send(applicant, f"/api/v1/user-tasks/{petition['task']}/completion", content, kind)

    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert applicant.get(f"/api/v1/user-tasks/{petition['task']}").json()["status"] == "created"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", MULTIPART),
        (b"garbage", MULTIPART),
        (b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n", MULTIPART),
        (b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nunfinished', MULTIPART),
        (b"x", "multipart/form-data"),
        (
            b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\n\xff\xfe\r\n--b--\r\n',
            f"{MULTIPART}; charset=zz",
        ),
        (b"title=%ff%fe&items.0.amount=%00", "application/x-www-form-urlencoded"),
        (b"items.99999999999999999999.name=x&items.-1.name=x&items..=x&.=x", "application/x-www-form-urlencoded"),
        (b"&".join(b"f%d=x" % n for n in range(6000)), "application/x-www-form-urlencoded"),
        (b"_action=del:items.99&_action=add:nothing", "application/x-www-form-urlencoded"),
        (b"_action=remove:papers.../../x", "application/x-www-form-urlencoded"),
        (b"papers=" + b"a" * 32 + b"&title=x&_action=submit", "application/x-www-form-urlencoded"),
    ],
)
def test_a_malformed_form_is_answered_with_a_page(
    content: bytes, kind: str, applicant: Browser, petition: dict[str, str]
) -> None:
    answer = _send(applicant, f"/tasks/{petition['task']}", content, kind)

    assert answer.status_code in (200, 400, 422), answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert applicant.get(f"/api/v1/user-tasks/{petition['task']}").json()["status"] == "created"


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("空.pdf", b"", 422),
        ("program.exe", b"MZ", 422),
        ("页面.html", b"<script>", 422),
        ("图.svg", b"<svg onload=alert(1)>", 422),
        ("图.png", b"GIF89a", 422),
        ("../../etc/passwd.pdf", PDF, 201),
        ("a" * 400 + ".pdf", PDF, 201),
        ('"; filename=x.html; .pdf', PDF, 201),
    ],
)
def test_uploads_are_judged_by_name_and_content(name: str, content: bytes, status: int, applicant: Browser) -> None:
    answer = applicant.api("POST", "/attachments", files={"file": (name, content)})

    assert answer.status_code == status, answer.text
    if status == 201:
        assert "/" not in answer.json()["name"]
        assert len(answer.json()["name"]) <= 120
        assert applicant.get(f"/attachments/{answer.json()['id']}").headers["content-type"] == "application/pdf"


def test_an_upload_without_a_file_is_told(applicant: Browser) -> None:
    for form in ({"file": "text"}, {"other": "text"}, {}):
        answer = applicant.post("/attachments", form, headers={"Accept": "application/json"})
        assert answer.status_code == 422
        assert answer.json()["problems"][0]["path"] == "file"


def test_a_body_over_the_limit_is_stopped_at_once(applicant: Browser) -> None:
    big = io.BytesIO(PDF + b"0" * (22 * 1024 * 1024))

    answer = applicant.api("POST", "/attachments", files={"file": ("big.pdf", big)})

    assert answer.status_code == 413
    assert "超过 21 MB" in answer.json()["detail"]


def test_a_stream_over_the_limit_is_stopped_on_the_way(applicant: Browser) -> None:
    sent = []

    def endless() -> Any:
        for _ in range(100):
            sent.append(1)
            yield b"0" * 100_000

    answer = applicant.api(
        "POST", "/process-instances", content=endless(), headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 413


@pytest.mark.parametrize(
    "path",
    [
        "/inbox?page=-1",
        "/inbox?page=99999999999999999999",
        "/inbox?page=x&search=%ff",
        "/done?search=" + "长" * 3000,
        "/started?page=0",
        "/projects?page=-5&search=%25_%27",
        "/login?next=%00",
    ],
)
def test_lists_take_any_page_and_search(path: str, applicant: Browser) -> None:
    assert applicant.get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/tasks/x",
        "/tasks/%ff",
        "/cases/" + "a" * 5000,
        "/cases/../../etc/passwd",
        "/projects/'; drop table project",
        "/attachments/x",
        "/static/../settings.py",
        "/static/%2e%2e/settings.py",
        "/nothing",
    ],
)
def test_what_does_not_exist_is_a_friendly_page(path: str, applicant: Browser) -> None:
    answer = applicant.get(path)

    assert answer.status_code == 404
    assert "没有" in answer.text


@pytest.mark.parametrize(
    "path", ["/tasks/%00", "/inbox?search=%00", "/designer/x?version=a%00", "/api/v1/projects/%00"]
)
def test_a_nul_in_an_address_is_refused_before_any_query(path: str, applicant: Browser) -> None:
    assert applicant.get(path).status_code == 400


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=x", "page=99999999999999999999", "box=none"])
def test_programs_are_told_what_is_wrong_with_their_query(query: str, applicant: Browser) -> None:
    answer = applicant.get(f"/api/v1/user-tasks?{query}")

    assert answer.status_code == 422
    assert answer.json()["problems"][0]["path"] == query.split("=")[0]


def test_a_method_that_is_not_supported(applicant: Browser) -> None:
    answer = applicant.api("DELETE", "/user-tasks")

    assert answer.status_code == 405
    assert answer.json()["title"] == "不支持这种操作"


def test_a_cookie_of_nonsense_is_no_session(anonymous: Any) -> None:
    for cookie in ("x", "a" * 5000, "%00"):
        answer = anonymous.get("/api/v1/session", headers={"Cookie": f"anlan_session={cookie}; anlan_flash=%%%"})
        assert answer.status_code == 401


@pytest.mark.parametrize("charset", ["undefined", "punycode", "utf-7", "unicode_escape"])
@pytest.mark.parametrize("part", ['name="title"', 'name="papers"; filename="+2AA-\\ud800.pdf"'])
def test_half_characters_of_odd_charsets_are_refused(
    charset: str, part: str, applicant: Browser, petition: dict[str, str]
) -> None:
    content = f"--b\r\nContent-Disposition: form-data; {part}\r\n\r\n+2AA-\\ud800\r\n--b--\r\n".encode()
    kind = f"{MULTIPART}; charset={charset}"

    assert _send(applicant, f"/tasks/{petition['task']}", content, kind).status_code == 400
    assert _send(applicant, "/api/v1/attachments", content, kind).status_code == 400


@pytest.mark.parametrize("left", [b"[" * 60_000, b'["error", "\\ud800"]', b'["error"]', b"5"])
def test_a_message_cookie_of_nonsense_shows_nothing(left: bytes, anonymous: Any) -> None:
    cookie = f"anlan_flash={base64.urlsafe_b64encode(left).decode()}"

    assert anonymous.get("/login", headers={"Cookie": cookie}).status_code == 200


@pytest.mark.parametrize("version", ["-99999999999999999999", "0", "99999999999999999999", "x"])
def test_a_version_is_a_number_from_one(version: str, applicant: Browser) -> None:
    assert applicant.get(f"/api/v1/decisions/level/versions/{version}").status_code == 422


def test_a_form_whose_condition_is_never_done_is_told(log_in: Login, applicant: Browser) -> None:
    endless = "count(for i in 1..99999 return count(for j in 1..9999 return i * j)) > 1"
    form = (DIAGRAMS / "petition_form.json").read_bytes()
    changed = json.loads(form)
    changed["components"][0]["conditional"] = {"hide": endless}
    files = [("files", ("petition_form.json", json.dumps(changed).encode()))]
    assert log_in("designer").api("POST", "/deployments", files=files).status_code == 201
    started = applicant.api("POST", "/process-instances", json={"process_key": "petition"}).json()

    answer = applicant.get(f"/tasks/{started['task_ids'][0]}")

    assert answer.status_code == 409
    assert "表达式无法计算" in answer.text
