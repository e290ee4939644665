"""Spans of requests and commands: they join the caller's trace, and hold kinds and routes, never contents."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from gzip import decompress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from fastapi.testclient import TestClient
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from api.app import create_app
from api.composition import engine_for
from api.monitoring.tracing import OpenTelemetry
from api.settings import BadSetting, Settings
from engine.commands import SYSTEM, Actor, ClaimTask, DeploymentResource, DeployResources, StartProcess
from engine.errors import AnlanError
from engine.jobs.workers import worker_of
from engine.ports import OutgoingCall
from engine.process_engine import ProcessEngine
from engine.tracing import SpanKind

TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracer(spans: InMemorySpanExporter) -> OpenTelemetry:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(spans))
    return OpenTelemetry(provider)


@pytest.fixture
def traced(engine: ProcessEngine, tracer: OpenTelemetry) -> ProcessEngine:
    engine.tools = replace(engine.tools, tracer=tracer)
    return engine


@pytest.fixture
def client(traced: ProcessEngine, settings: Settings) -> TestClient:
    return TestClient(create_app(traced, replace(settings, telemetry=True), timers=False))


def named(spans: InMemorySpanExporter, name: str) -> ReadableSpan:
    return next(span for span in spans.get_finished_spans() if span.name == name)


def test_a_command_is_inside_its_request_and_that_inside_the_callers_trace(
    client: TestClient, spans: InMemorySpanExporter
) -> None:
    client.post("/api/v1/session", json={"person_id": "clerk"}, headers=CALLER)

    request, command = named(spans, "POST /api/v1/session"), named(spans, "command LogInAs")
    assert f"{request.context.trace_id:032x}" == TRACE
    assert command.parent is not None
    assert command.parent.span_id == request.context.span_id
    assert request.attributes is not None
    assert dict(request.attributes) == {
        "http.request.method": "POST",
        "http.route": "/api/v1/session",
        "http.response.status_code": 201,
    }


def test_spans_hold_neither_ids_nor_what_was_searched_for(client: TestClient, spans: InMemorySpanExporter) -> None:
    client.post("/api/v1/session", json={"person_id": "clerk"})
    client.get("/cases?q=王小华")
    client.get("/tasks/0123456789abcdef0123456789abcdef")
    client.get("/没有这样的页面")

    told = json.dumps([json.loads(span.to_json()) for span in spans.get_finished_spans()], ensure_ascii=False)
    assert "GET /tasks/{task_id}" in told
    assert "GET unknown" in told
    assert not [secret for secret in ("王小华", "clerk", "0123456789abcdef0123456789abcdef", "没有") if secret in told]


def test_a_refusal_is_told_by_its_code_and_not_as_a_fault(traced: ProcessEngine, spans: InMemorySpanExporter) -> None:
    with pytest.raises(AnlanError):
        traced.execute(ClaimTask(actor=Actor(person_id="clerk"), task_id="none"))

    span = named(spans, "command ClaimTask")
    assert span.attributes is not None
    assert span.attributes["anlan.refusal"] == "not-found"
    assert span.status.is_unset
    assert span.events == ()


def test_a_fault_is_told_by_its_type_only(tracer: OpenTelemetry, spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="王小华"), tracer.span(SpanKind.JOB, "timer"):
        raise ValueError("王小华")

    span = named(spans, "job timer")
    assert span.attributes is not None
    assert span.attributes["error.type"] == "ValueError"
    assert not span.status.is_ok
    assert "王小华" not in span.to_json()


def test_an_outgoing_call_takes_the_trace_along(tracer: OpenTelemetry, spans: InMemorySpanExporter) -> None:
    with tracer.span(SpanKind.CALL, "http"):
        headers = tracer.headers()

    span = named(spans, "call http")
    assert headers["traceparent"].startswith(f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}-")
    assert tracer.headers() == {}


class Bank:
    """Remembers which headers it was to be asked with."""

    type = "bank"
    waits = True

    def __init__(self) -> None:
        self.traces: list[Mapping[str, str]] = []

    def check(self, inputs: Mapping[str, Any]) -> None:
        return None

    def call(self, inputs: Mapping[str, Any], call: OutgoingCall) -> Mapping[str, Any]:
        self.traces.append(call.trace)
        return {}


ASKING = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:anlan="urn:anlan:bpmn:1" id="d"
  targetNamespace="urn:t"><process id="asking" isExecutable="true"><startEvent id="s"/>
  <serviceTask id="ask" anlan:connector="bank"/><endEvent id="e"/>
  <sequenceFlow id="f" sourceRef="s" targetRef="ask"/><sequenceFlow id="g" sourceRef="ask" targetRef="e"/></process>
</definitions>"""


def test_a_connector_is_called_inside_its_job_and_takes_the_trace_along(
    traced: ProcessEngine, spans: InMemorySpanExporter
) -> None:
    bank = Bank()
    traced.tools = replace(traced.tools, connectors={**traced.tools.connectors, "bank": bank})
    resource = DeploymentResource(name="asking.bpmn", content=ASKING)
    traced.execute(DeployResources(actor=SYSTEM, resources=(resource,)))
    traced.execute(StartProcess(actor=SYSTEM, process_key="asking", region_code="330324000000"))

    worker_of(traced).drain(lambda done: None)

    call, job = named(spans, "call bank"), named(spans, "job call")
    assert call.parent is not None
    assert call.parent.span_id == job.context.span_id
    assert f"-{call.context.span_id:016x}-" in bank.traces[0]["traceparent"]


@pytest.fixture
def collector() -> Iterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """Receives OTLP over HTTP, as any collector does."""
    received: list[ExportTraceServiceRequest] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            body = decompress(body) if self.headers.get("content-encoding") == "gzip" else body
            received.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return None

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", received
    server.shutdown()
    thread.join()
    server.server_close()


_PROGRAM = """
from api.composition import engine_for
from api.settings import Settings
from engine.commands import SYSTEM, RegisterOrganisation
engine_for(Settings.from_environment()).execute(RegisterOrganisation(actor=SYSTEM, units=(), persons=()))
"""


def test_a_collector_gets_the_last_spans_of_a_process_that_ends(
    collector: tuple[str, list[ExportTraceServiceRequest]], tmp_path: Path
) -> None:
    address, received = collector
    own = {"ANLAN_HOME": str(tmp_path), "OTEL_EXPORTER_OTLP_ENDPOINT": address, "PATH": "", "OTEL_SERVICE_NAME": "办件"}
    subprocess.run([sys.executable, "-c", _PROGRAM], env=own, check=True)

    resources = [resource for request in received for resource in request.resource_spans]
    names = {span.name for resource in resources for scope in resource.scope_spans for span in scope.spans}
    facts = {(fact.key, fact.value.string_value) for part in resources for fact in part.resource.attributes}
    assert "command RegisterOrganisation" in names
    assert ("service.name", "办件") in facts


def test_nothing_of_it_is_loaded_when_it_is_off() -> None:
    program = (
        "import sys, api.app, api.composition\n"
        "from api.settings import Settings\n"
        "api.composition.tracer_for(Settings.from_environment({}))\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry.sdk')])"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert done.stdout == "[]\n"


def test_it_is_on_when_a_collector_is_named_and_not_switched_off() -> None:
    named = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}

    assert Settings.from_environment(named).telemetry
    assert Settings.from_environment({"ANLAN_OTEL": "1"}).telemetry
    assert not Settings.from_environment({**named, "ANLAN_OTEL": "0"}).telemetry
    assert not Settings.from_environment({}).telemetry


def test_without_the_extra_a_start_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "api.monitoring.tracing", None)

    with pytest.raises(BadSetting, match=r"anlan\[otel\]"):
        engine_for(Settings.from_environment({"ANLAN_HOME": str(tmp_path), "ANLAN_OTEL": "1"}))
