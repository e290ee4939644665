"""Spans for OpenTelemetry: kinds of work, routes and outcomes; no person, no content, no address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, StatusCode
from opentelemetry.trace import SpanKind as Role
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.monitoring.logs import route_of
from engine.errors import AnlanError
from engine.process_engine import ProcessEngine
from engine.tracing import SpanKind

_ROLES: Mapping[SpanKind, Role] = {
    SpanKind.COMMAND: Role.INTERNAL,
    SpanKind.JOB: Role.CONSUMER,
    SpanKind.CALL: Role.CLIENT,
}


class OpenTelemetry:
    """The tracer of an installation that has a collector."""

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("anlan")
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def span(self, kind: SpanKind, name: str) -> Iterator[Span]:
        with self.role(f"{kind} {name}", _ROLES[kind]) as span:
            span.set_attribute(f"anlan.{kind}", name)
            yield span

    @contextmanager
    def role(self, name: str, role: Role, context: Context | None = None) -> Iterator[Span]:
        """A span; messages of errors stay out of it, for they name what people have written."""
        with self._tracer.start_as_current_span(
            name, context, role, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except AnlanError as refused:
                span.set_attribute("anlan.refusal", refused.code)
                raise
            except Exception as fault:
                span.set_attribute("error.type", type(fault).__name__)
                span.set_status(StatusCode.ERROR)
                raise

    def headers(self) -> Mapping[str, str]:
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier)
        return carrier

    def context_of(self, headers: Mapping[str, str]) -> Context:
        """The trace that a request says it belongs to."""
        return self._propagator.extract(headers)


class TracedRequests:
    """ASGI middleware: a span for each request, under its route, never its address."""

    def __init__(self, app: ASGIApp, tracer: OpenTelemetry) -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method, context = scope["method"], self._tracer.context_of(dict(Headers(scope=scope)))
        with self._tracer.role(method, Role.SERVER, context) as span:

            async def noted(message: Message) -> None:
                if message["type"] == "http.response.start":
                    _answered(span, message["status"])
                await send(message)

            try:
                await self._app(scope, receive, noted)
            finally:
                route = route_of(scope)
                span.update_name(f"{method} {route}")
                span.set_attributes({"http.request.method": method, "http.route": route})


def _answered(span: Span, status: int) -> None:
    span.set_attribute("http.response.status_code", status)
    if status >= 500:
        span.set_status(StatusCode.ERROR)


def exporting_tracer() -> OpenTelemetry:
    """Sends spans to the collector that the OTEL_ variables name, in the background, and the last ones at the end."""
    # What OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME say comes last and counts.
    provider = TracerProvider(resource=Resource({"service.name": "anlan"}).merge(OTELResourceDetector().detect()))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return OpenTelemetry(provider)


def trace_requests(app: Starlette, engine: ProcessEngine) -> None:
    """Let the spans of commands be inside those of the requests they serve."""
    if isinstance(engine.tools.tracer, OpenTelemetry):
        app.add_middleware(TracedRequests, tracer=engine.tools.tracer)
