"""What the lint says about the parameters of connectors."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import diagram
from engine.catalogue import connector_guides
from engine.connectors import configuration
from engine.diagram import Catalogue, Problem

SETTINGS = """
[http]
allow = ["bank.example.com"]
[secrets.treasury]
hosts = ["bank.example.com"]
[secrets.hook]
[smtp]
host = "smtp.example.gov.cn"
from = "anlan@example.gov.cn"
domains = ["example.gov.cn"]
[webhooks.city]
url = "https://city.example.gov.cn/hook"
secret = "hook"
"""
SECRETS = {"ANLAN_SECRET_TREASURY": "s3cret", "ANLAN_SECRET_HOOK": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
URL = ("url", '"https://bank.example.com/accounts"')
KEPT = '<anlan:out source="body" target="answer"/>'
LETTER = (("to", '"a@example.gov.cn"'), ("subject", '"x"'), ("text", "z"))
EVENT = (("endpoint", '"city"'), ("event", '"payment.approved"'))


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    path = tmp_path / "connectors.toml"
    path.write_text(SETTINGS)
    connectors = {connector.type: connector for connector in configuration.read(path, SECRETS).connectors()}
    return Catalogue(connectors=frozenset(connectors), guides=connector_guides(connectors))


def drawn(connector: str, *inputs: tuple[str, str], more: str = "", around: str = "") -> bytes:
    """A process with one service task."""
    mapped = "".join(f"<anlan:in source='{source}' target='{target}'/>" for target, source in inputs)
    return f"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:anlan="urn:anlan:bpmn:1" id="d"
      targetNamespace="urn:test"><process id="p" isExecutable="true"><startEvent id="s"/>
      <serviceTask id="ask" name="查账户" anlan:connector="{connector}"><extensionElements>{mapped}{more}
      </extensionElements></serviceTask><endEvent id="e"/>{around}
      <sequenceFlow id="f1" sourceRef="s" targetRef="ask"/><sequenceFlow id="f2" sourceRef="ask" targetRef="e"/>
      </process></definitions>""".encode()


def about(content: bytes, catalogue: Catalogue | None) -> list[Problem]:
    codes = ("no-parameter", "unknown-parameter", "parameter-value", "no-result", "unknown-reference")
    return [problem for problem in diagram.lint(content, catalogue) if problem.code in codes]


@pytest.mark.parametrize(
    "content",
    [
        drawn(
            "http",
            URL,
            ("headers", '{Authorization: "Bearer secret:treasury"}'),
            more='<anlan:out source="body" target="b"/>',
        ),
        drawn("http", ("url", '"https://bank.example.com/{account}"'), ("path", "{account: a}")),
        drawn("http", ("url", "address")),
        drawn("http", ("*", "request")),
        drawn("email", *LETTER),
        drawn("webhook", *EVENT, ("payload", "{a: b}")),
        drawn("external.land-registry", ("anything", "1")),
    ],
    ids=range(7),
)
def test_what_connectors_take_is_no_problem(content: bytes, catalogue: Catalogue) -> None:
    assert about(content, catalogue) == []


def test_a_missing_parameter_is_told_with_all_there_are(catalogue: Catalogue) -> None:
    (found,) = about(drawn("http", ("method", '"GET"')), catalogue)

    assert (found.severity, found.code, found.element_id) == ("error", "no-parameter", "ask")
    assert "url" in found.message
    assert "headers" in found.message


def test_a_slip_of_the_pen_in_a_parameter_is_told(catalogue: Catalogue) -> None:
    (found,) = about(drawn("http", URL, ("header", "{}")), catalogue)

    assert (found.severity, found.code) == ("error", "unknown-parameter")
    assert "是不是想写 headers" in found.message


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (drawn("http", ("url", '"https://evil.example.com/"')), "不在允许访问的名单里"),
        (drawn("http", ("url", '"http://bank.example.com/"')), "不在允许访问的名单里"),
        (drawn("http", ("url", '"bank.example.com"')), "https://"),
        (drawn("http", URL, ("headers", '{A: "secret:tresury"}')), "tresury"),
        (drawn("http", URL, ("headers", '{Host: "x"}')), "Host"),
        (drawn("email", *LETTER[1:], ("to", '"a@example.com"')), "smtp.domains"),
        (drawn("email", *LETTER[1:], ("to", '"a"')), "不是邮箱"),
        (drawn("webhook", EVENT[1], ("endpoint", '"cities"')), "没有名为“cities”的接收方"),
        (drawn("webhook", EVENT[0], ("event", '"Payment Approved"')), "event"),
    ],
)
def test_a_constant_that_cannot_work_is_warned_of(content: bytes, told: str, catalogue: Catalogue) -> None:
    (found,) = about(content, catalogue)

    assert (found.severity, found.code) == ("warning", "parameter-value")
    assert told in found.message


def test_nobody_waits_for_the_results_of_a_letter(catalogue: Catalogue) -> None:
    boundary = """<boundaryEvent id="b" name="没送到" attachedToRef="ask"><errorEventDefinition/></boundaryEvent>
      <endEvent id="e2"/><sequenceFlow id="f3" sourceRef="b" targetRef="e2"/>"""
    content = drawn("email", *LETTER, more='<anlan:out source="status" target="s"/>', around=boundary)

    assert [(found.severity, found.code, found.element_id) for found in about(content, catalogue)] == [
        ("warning", "no-result", "ask"),
        ("warning", "no-result", "b"),
    ]


def test_without_a_catalogue_nothing_is_known_about_connectors() -> None:
    assert about(drawn("http"), None) == []


def test_a_connector_that_is_not_there_is_refused(catalogue: Catalogue) -> None:
    (found,) = about(drawn("htpp", URL), catalogue)

    assert (found.code, "htpp" in found.message) == ("unknown-reference", True)
