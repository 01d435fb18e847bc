"""Traces: one from the POST to the page, by the ``traceparent`` that each fact carries; and metrics.

FastAPI makes the span of a request; relay, loader and folder make theirs with ``span``, whose
parent is the fact's. A span holds codes and opaque ids, never what was said: no path as it was
typed, no query, no exception's message.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from fastapi.telemetry import TelemetryConfig
from opentelemetry import metrics, trace
from opentelemetry.context import Context
from opentelemetry.metrics import Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from chassis.settings import Settings

_PROPAGATOR = TraceContextTextMapPropagator()
_TYPED_BY_CALLERS = ("url.path", "url.query", "http.request.method_original")


class Redaction(SpanProcessor):
    """Takes out of a request's span what its caller typed; ``http.route`` says which route it was."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Called by the SDK before anything can read the span."""
        for name in _TYPED_BY_CALLERS:
            if name in (span.attributes or {}):
                span.set_attribute(name, "redacted")

    def on_end(self, span: ReadableSpan) -> None:
        """Nothing is left to do."""


def provider_for(settings: Settings, name: str) -> TracerProvider:
    """A provider that samples as the settings say; what begins elsewhere follows its beginning."""
    provider = TracerProvider(
        resource=Resource.create({"service.name": name}),
        sampler=ParentBased(TraceIdRatioBased(settings.trace_ratio)),
    )
    provider.add_span_processor(Redaction())
    return provider


def configure(settings: Settings, name: str) -> None:
    """Send this process's traces and metrics to the collector, under this name. Without a collector:
    nothing, and tracing costs nothing (with one it costs throughput even for what is not sampled)."""
    if not settings.otlp_endpoint:
        return
    # They are much to load, for a process that has a collector alone.
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    provider = provider_for(settings, name)
    collector = f"{settings.otlp_endpoint.rstrip('/')}/v1"
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{collector}/traces")))
    trace.set_tracer_provider(provider)
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=f"{collector}/metrics"))
    metrics.set_meter_provider(MeterProvider([reader], provider.resource))


def tracing() -> bool:
    """Whether this process has somewhere to send its traces."""
    return isinstance(trace.get_tracer_provider(), TracerProvider)


def stop() -> None:
    """Send what is left, at the end of the process."""
    for provider in (trace.get_tracer_provider(), metrics.get_meter_provider()):
        if isinstance(provider, TracerProvider | MeterProvider):
            provider.shutdown()


def gauge(name: str, service: str, value: Callable[[], float | None]) -> None:
    """A metric that is asked for whenever metrics leave; without a collector never. None: not known, and
    not told."""

    def observed(_: object) -> list[Observation]:
        found = value()
        return [] if found is None else [Observation(found, {"service": service})]

    metrics.get_meter(f"goldthread.{service}").create_observable_gauge(name, [observed])


def current_traceparent() -> str | None:
    """The W3C ``traceparent`` of the span that is under way, for a fact's envelope; None without."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent")


def traces(found: Iterable[str | None]) -> tuple[str | None, list[str]]:
    """Of the facts of a batch the trace of the first that has one, and those of the others."""
    first, *others = dict.fromkeys(each for each in found if each) or [None]
    return first, [each for each in others if each]


def _context(traceparent: str) -> Context:
    return _PROPAGATOR.extract({"traceparent": traceparent})


@contextmanager
def span(
    name: str,
    parent: str | None = None,
    attributes: Mapping[str, str | int] | None = None,
    others: Iterable[str] = (),
) -> Iterator[trace.Span]:
    """A span around a step, in the trace of ``parent`` (a ``traceparent``) or of what is under way,
    with a link to the ``others`` that the step is of.

    Codes, counts and opaque ids alone may be its attributes. A fault is recorded by its type.
    """
    if not tracing():
        yield trace.INVALID_SPAN
        return
    context = _context(parent) if parent else None
    links = [trace.Link(trace.get_current_span(_context(each)).get_span_context()) for each in others]
    tracer = trace.get_tracer("goldthread")
    with tracer.start_as_current_span(
        name,
        context,
        attributes=attributes,
        links=links,
        record_exception=False,
        set_status_on_exception=False,
    ) as opened:
        try:
            yield opened
        except Exception as error:
            opened.set_attribute("error.type", type(error).__qualname__)
            opened.set_status(trace.StatusCode.ERROR)
            raise


def of_requests() -> TelemetryConfig:
    """How FastAPI traces: one span a request, not one for each of its steps, and no logs of its own
    (they would hold exceptions' messages). Probes of health are not traced."""
    return {
        "operation_spans": False,
        "metrics": False,
        "logs": False,
        "auto_configure": False,
        "exclude": lambda scope: str(scope.get("path", "")).endswith(("/health", "/ready")),
    }
