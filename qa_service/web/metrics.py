"""Figures of the service in Prometheus' text form: counts, times by stage, the snapshot. No label holds a question.

Each process counts for itself: with several workers, scrape each, or read them as a sample.
"""

from __future__ import annotations

import datetime as dt
import platform
from collections.abc import Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING, cast

from flask import Blueprint, Flask, Response, current_app
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from qa_service.errors import QaServiceError
from qa_service.types import Reason

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

    from qa_service.live import LiveEngine
    from qa_service.types import Reply, Timeline
    from qa_service.web.limits import Places

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
STAGES = ("interpret", "retrieve", "read", "decide", "cite")
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
# A light reader takes 5 ms for a question, the packaged one 0.1 s, a large one seconds.
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def show_metrics() -> Response:
    """The figures, for a Prometheus server."""
    return Response(generate_latest(metrics_of(current_app).registry), content_type=CONTENT_TYPE)


class Metrics:
    """The figures of one application. Every label is there from the start, so a rate of it is never missing."""

    def __init__(self, live: LiveEngine, places: Places) -> None:
        self.registry = registry = CollectorRegistry()
        self._requests = Counter("qa_requests", "Requests answered", ["method", "status"], registry=registry)
        self._questions = Counter(
            "qa_questions", "Questions worked on, by what came of them", ["outcome"], registry=registry
        )
        self._turned_away = Counter(
            "qa_questions_turned_away", "Questions refused unread, by limit", ["limit"], registry=registry
        )
        self._seconds = Histogram(
            "qa_question_seconds", "Seconds that questions took in the engine", buckets=_BUCKETS, registry=registry
        )
        self._stage_seconds = Histogram(
            "qa_stage_seconds",
            "Seconds that questions took in the engine, by stage",
            ["stage"],
            buckets=_BUCKETS,
            registry=registry,
        )
        for outcome in ("answered", *(reason.value for reason in Reason), "failed"):
            self._questions.labels(outcome)
        for limit in ("concurrency", "rate"):
            self._turned_away.labels(limit)
        for stage in STAGES:
            self._stage_seconds.labels(stage)
        in_flight = Gauge("qa_questions_in_flight", "Questions being answered or waiting", ["state"], registry=registry)
        in_flight.labels("running").set_function(lambda: places.running)
        in_flight.labels("waiting").set_function(lambda: places.waiting)
        Gauge("qa_build_info", "What runs", ["version", "python"], registry=registry).labels(
            version("qa-service"), platform.python_version()
        ).set(1)
        registry.register(_Snapshot(live))
        ProcessCollector(registry=registry)

    def count_request(self, method: str, status: int) -> None:
        """Count a request that was answered."""
        self._requests.labels(method if method in METHODS else "other", str(status)).inc()

    def count_reply(self, reply: Reply) -> None:
        """Count a question that was answered or refused for a reason, with what its stages took."""
        self._questions.labels("answered" if reply.reason is None else reply.reason.value).inc()
        self._seconds.observe(reply.took_ms / 1000)
        for stage, seconds in reply.stages.items():
            self._stage_seconds.labels(stage).observe(seconds)

    def count_timeline(self, timeline: Timeline) -> None:
        """Count a timeline: answered when a release did, else refused because none was sure enough."""
        self._questions.labels("answered" if timeline.entries else Reason.LOW_CONFIDENCE.value).inc()
        self._seconds.observe(timeline.took_ms / 1000)

    def count_failure(self) -> None:
        """Count a question that came to the engine and got no reply."""
        self._questions.labels("failed").inc()

    def count_turned_away(self, limit: str) -> None:
        """Count a question that was one too many, for `concurrency` or `rate`."""
        self._turned_away.labels(limit).inc()


def measure_with(app: Flask, metrics: Metrics) -> None:
    """Make `metrics` the figures of this application."""
    app.extensions["qa_service.metrics"] = metrics


def metrics_of(app: Flask) -> Metrics:
    """Return the application's figures."""
    return cast("Metrics", app.extensions["qa_service.metrics"])


class _Snapshot(Collector):
    """The snapshot in service, as it is when asked for; nothing while there is none."""

    def __init__(self, live: LiveEngine) -> None:
        self._live = live

    def collect(self) -> Iterator[Metric]:
        try:
            info = self._live.current().info
        except QaServiceError:
            return
        age = (dt.datetime.now(dt.UTC) - info.built_at).total_seconds()
        yield GaugeMetricFamily("qa_snapshot_age_seconds", "Seconds since the snapshot in service was built", value=age)
        yield GaugeMetricFamily("qa_snapshot_documents", "Releases in the snapshot in service", value=info.documents)
        yield GaugeMetricFamily("qa_snapshot_passages", "Passages in the snapshot in service", value=info.passages)
