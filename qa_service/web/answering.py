"""A question's way through the limits to the engine and into the figures. Every route that asks comes this way."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import Flask, current_app, request
from werkzeug.exceptions import ServiceUnavailable, TooManyRequests

from qa_service.errors import QuestionError
from qa_service.web.limits import Limits, Places, RateLimit
from qa_service.web.metrics import metrics_of
from qa_service.web.request_log import note_question

if TYPE_CHECKING:
    from qa_service.engine import Engine, Retrieved
    from qa_service.types import Reply, Timeline
    from qa_service.web.metrics import Metrics
    from qa_service.web.schemas import AskRequest, TimelineRequest

# A timeline reads two passages of a release, a question five to fifteen.
_RELEASES_PER_QUESTION = 5


class Admission:
    """Who may ask, in one application."""

    def __init__(self, limits: Limits) -> None:
        self.places = Places(limits.n_running, limits.n_waiting)
        self._rate = RateLimit(limits.per_minute) if limits.per_minute else None

    def admit(self, address: str, n_questions: int = 1) -> None:
        """Return when a question from `address`, that counts as so many, may be worked on; it gives its place back.

        Raises:
            TooManyRequests: The client has asked too much.
            ServiceUnavailable: Everybody together has.
        """
        if self._rate:
            self._rate.count(address, n_questions)
        self.places.take()


def admit_with(app: Flask, limits: Limits) -> Admission:
    """Hold the questions of this application to `limits`."""
    admission = app.extensions["qa_service.admission"] = Admission(limits)
    return admission


def answer(engine: Engine, asked: AskRequest) -> Reply:
    """Answer a question when its turn has come.

    Raises:
        TooManyRequests: The client has asked too much.
        ServiceUnavailable: Everybody together has.
        QuestionError: The engine refuses it.
    """
    half = retrieve(engine, asked)
    try:
        return half.read()
    finally:
        half.give_back()


def trace(engine: Engine, asked: TimelineRequest) -> Timeline:
    """Answer a question release by release when its turn has come. Raises as `answer` does."""
    give_back = _take_place(asked, n_questions=math.ceil(asked.max_releases / _RELEASES_PER_QUESTION))
    try:
        with _failures_counted() as metrics:
            filters = asked.filters.for_engine
            timeline = engine.timeline(asked.question, filters=filters, max_releases=asked.max_releases)
            metrics.count_timeline(timeline)
            return timeline
    finally:
        give_back()


@dataclass(frozen=True, slots=True)
class HalfAnswered:
    """A question that has its place and its passages. `give_back` must be called in the end, whatever happens."""

    found: Retrieved
    read: Callable[[], Reply]
    give_back: Callable[[], None]


def retrieve(engine: Engine, asked: AskRequest) -> HalfAnswered:
    """Do the first half of answering. Raises as `answer` does."""
    give_back = _take_place(asked)
    try:
        with _failures_counted():
            found = engine.retrieve(
                asked.question,
                history=[] if asked.as_typed else asked.turns,
                top_k=asked.top_k,
                filters=asked.filters.for_engine,
                read_dates=asked.read_dates,
            )
    except BaseException:
        give_back()
        raise

    def read() -> Reply:
        with _failures_counted() as metrics:
            reply = engine.answer(found)
            metrics.count_reply(reply)
            return reply

    return HalfAnswered(found, read, give_back)


def _take_place(asked: AskRequest | TimelineRequest, *, n_questions: int = 1) -> Callable[[], None]:
    note_question(asked.question)
    admission, metrics = cast("Admission", current_app.extensions["qa_service.admission"]), metrics_of(current_app)
    try:
        admission.admit(request.remote_addr or "", n_questions)
    except TooManyRequests:
        metrics.count_turned_away("rate")
        raise
    except ServiceUnavailable:
        metrics.count_turned_away("concurrency")
        raise
    return admission.places.give_back


@contextmanager
def _failures_counted() -> Iterator[Metrics]:
    """Give the figures, and count a failure in them unless it is the question's own fault."""
    metrics = metrics_of(current_app)
    try:
        yield metrics
    except QuestionError:
        raise
    except Exception:
        metrics.count_failure()
        raise
