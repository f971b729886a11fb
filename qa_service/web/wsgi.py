"""The application as the settings say: for `qa-service serve`, and for any other WSGI server.

    gunicorn "qa_service.web.wsgi:make_app()"

Each process of such a server opens the index for itself; what is large is mapped, so they share one copy of it.
"""

import logging

from flask import Flask

from qa_service.config import Settings, open_settings, split_origins
from qa_service.errors import QaServiceError
from qa_service.feedback import FeedbackStore
from qa_service.hosts import host_names
from qa_service.jobs import Rebuilder
from qa_service.live import LiveEngine
from qa_service.suggesting import Suggestions
from qa_service.web.app import create_app
from qa_service.web.limits import Limits

logger = logging.getLogger(__name__)


def make_app() -> Flask:
    """Return the application with the settings of the environment and of qa.toml, and log as they say."""
    settings = open_settings()
    return app_from_settings(settings, Rebuilder(settings))


def app_from_settings(settings: Settings, rebuilder: Rebuilder) -> Flask:
    """Return the application. The index is opened, so that the first question doesn't wait; there may be none yet."""
    live, suggestions = LiveEngine(settings), Suggestions()
    try:
        suggestions.of(live.current())
    except QaServiceError as error:
        logger.warning("not ready yet: %s", error)
    return create_app(
        live,
        suggest=suggestions.of,
        feedback=FeedbackStore(settings.index) if settings.feedback else None,
        rebuilder=rebuilder,
        rebuild_token=settings.rebuild_token.get_secret_value() if settings.rebuild_token else None,
        limits=limits_of(settings),
        logs_questions=settings.log_questions,
        hosts=host_names(settings.host, settings.allowed_hosts),
        n_proxies=settings.proxies,
        cors_origins=split_origins(settings.cors_origins),
    )


def limits_of(settings: Settings) -> Limits:
    """Return how many questions one process takes on."""
    return Limits(settings.server_threads, settings.waiting_questions, settings.questions_per_minute)
