"""The web door: one factory, one blueprint per file.

A new route is one file with its blueprint and one line in `create_app`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from qa_service.hosts import HostNames
from qa_service.serialization import document_url
from qa_service.types import MAX_QUESTION
from qa_service.web import access, ask, docs, documents, health, metrics, operator, problems, rebuild, timeline, wording
from qa_service.web import feedback as feedback_pages
from qa_service.web.answering import admit_with
from qa_service.web.cors import allow_origins
from qa_service.web.current import serve_from
from qa_service.web.forms import refuse_unreadable_query
from qa_service.web.headers import add_headers
from qa_service.web.host_check import answer_only_to
from qa_service.web.limits import MAX_BODY_BYTES, Limits
from qa_service.web.request_log import RequestLog

if TYPE_CHECKING:
    from qa_service.engine import Engine
    from qa_service.feedback import FeedbackStore
    from qa_service.jobs import Rebuilder
    from qa_service.live import LiveEngine


def create_app(
    live: LiveEngine,
    *,
    suggest: Callable[[Engine], Sequence[str]] = lambda _engine: (),
    feedback: FeedbackStore | None = None,
    rebuilder: Rebuilder | None = None,
    rebuild_token: str | None = None,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    logs_questions: bool = False,
    cors_origins: Sequence[str] = (),
    hosts: HostNames = HostNames(),  # noqa: B008 - frozen
    n_proxies: int = 0,
) -> Flask:
    """Return the application.

    Args:
        live: Asked at each request which engine is in service.
        suggest: Returns at once the questions that an empty chat page offers.
        feedback: Keeps what readers say of answers; without it, they are not asked.
        rebuilder: Does what `POST /rebuild` and the operator's page ask for.
        rebuild_token: What it must be asked with; without one, or without a rebuilder, both are off.
        limits: How many questions are taken on.
        logs_questions: Whether the log shows what is asked.
        cors_origins: Whose pages may read the API in a browser.
        hosts: Names that requests may be sent to, besides those of this machine.
        n_proxies: How many proxies in front say who the client is, and whether it came by https.
    """
    app = Flask(__name__)
    answer_only_to(app, hosts)
    app.before_request(refuse_unreadable_query)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.config["SUGGEST"] = suggest
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Japanese stays readable in a terminal
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the order is the one that the documentation shows
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(wording.FILTERS)
    app.jinja_env.globals["document_url"] = document_url
    app.jinja_env.globals["max_question"] = MAX_QUESTION
    app.jinja_env.globals["has_session"] = access.has_session
    app.url_map.merge_slashes = False  # an address with // is an unknown release, not a redirect
    app.url_map.converters["document_id"] = documents.DocumentIdConverter
    serve_from(app, live)
    feedback_pages.keep_in(app, feedback)
    figures = metrics.Metrics(live, admit_with(app, limits).places)
    metrics.measure_with(app, figures)
    if rebuilder:
        rebuild.rebuild_with(app, rebuilder, rebuild_token)

    app.register_blueprint(ask.blueprint)
    app.register_blueprint(docs.blueprint)
    app.register_blueprint(documents.blueprint)
    app.register_blueprint(feedback_pages.blueprint)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(metrics.blueprint)
    app.register_blueprint(rebuild.blueprint)
    app.register_blueprint(timeline.blueprint)
    app.register_blueprint(operator.blueprint)
    app.add_url_rule("/favicon.ico", "favicon", lambda: app.send_static_file("favicon.svg"))

    app.register_error_handler(Exception, problems.respond)
    app.after_request(add_headers)
    allow_origins(app, cors_origins)
    app.wsgi_app = RequestLog(app.wsgi_app, figures.count_request, shows_questions=logs_questions)  # type: ignore[method-assign]
    if n_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n_proxies, x_proto=n_proxies)  # type: ignore[method-assign]
    return app
