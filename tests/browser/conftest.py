"""Pages in a real Chromium, answered from files: the bundles are tried without a server and without a network."""

from __future__ import annotations

import json
import mimetypes
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader
from playwright.sync_api import Browser, Page, Request, Route, sync_playwright

ROOT = Path(__file__).parents[2]
ORIGIN = "http://anlan.test"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SWITCHES = ("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync")
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline';"
    " img-src 'self' data: blob:; font-src 'self' data:"
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium (or the one CHROMIUM names); without one the browser tests are skipped."""
    executable = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        pytest.skip("没有找到 Chromium（可用环境变量 CHROMIUM 指定），跳过浏览器测试")
    if not (ROOT / "api/static/dist/ui.js").is_file():
        pytest.fail("前端尚未构建，请先运行 make setup")
    switches = [*SWITCHES, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=switches)
        yield browser
        browser.close()


class Site:
    """A site made of api/static, the templates beside this file and the answers a test gives."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[Request] = []
        self.strangers: list[str] = []
        self.complaints: list[str] = []
        self._answers: dict[str, Callable[[Request], tuple[int, str, bytes]]] = {}
        templates = FileSystemLoader([Path(__file__).parent / "pages", ROOT / "api/templates"])
        self._templates = Environment(loader=templates, autoescape=True)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.route("**/*", self._answer)

    def give(self, path: str, body: str | Mapping[str, Any], status: int = 200) -> None:
        """Answer requests to a path with a text (XML) or with JSON."""
        text, kind = (body, "application/xml") if isinstance(body, str) else (json.dumps(body), "application/json")
        self._answers[path] = lambda _: (status, kind, text.encode())

    def open(self, template: str, **context: Any) -> Page:
        """Show a page of tests/browser/pages as a person who is logged in would see it."""
        person = {"name": "赵静", "positions": ["石桥镇 · 镇经办"]}
        html = self._templates.get_template(template).render(person=person, csrf_token="token", **context)
        self._answers["/page"] = lambda _: (200, "text/html; charset=utf-8", html.encode())
        self.page.goto(f"{ORIGIN}/page")
        return self.page

    def sent(self, path: str) -> list[Request]:
        """The requests made to a path so far."""
        return [request for request in self.requests if request.url == ORIGIN + path]

    def _answer(self, route: Route, request: Request) -> None:
        self.requests.append(request)
        if not request.url.startswith(ORIGIN):
            self.strangers.append(request.url)
            return route.abort()
        status, kind, body = self._find(request)
        return route.fulfill(status=status, content_type=kind, body=body, headers={"Content-Security-Policy": POLICY})

    def _find(self, request: Request) -> tuple[int, str, bytes]:
        path = request.url.removeprefix(ORIGIN).split("?")[0]
        if answer := self._answers.get(path):
            return answer(request)
        file = ROOT / "api" / path.removeprefix("/")
        if path.startswith("/static/") and file.is_file():
            return 200, mimetypes.guess_type(path)[0] or "application/octet-stream", file.read_bytes()
        return 404, "text/plain", b""


@pytest.fixture
def site(chromium: Browser) -> Iterator[Site]:
    """An empty site on a desktop screen; at the end no script may have failed or asked another host."""
    page = chromium.new_page(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    page.set_default_timeout(15_000)
    site = Site(page)
    yield site
    page.close()
    assert site.complaints == []
    assert site.strangers == []
