"""Gives each request an id and, when its response is done, a line in the log and a place in the figures.

It stands around the whole application, so that a stream is timed to its end and nothing is answered without a line.
"""

from __future__ import annotations

import json
import logging
import re
import time
import uuid
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import request
from werkzeug.wsgi import ClosingIterator

from qa_service import logs

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HEADER = "X-Request-ID"
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_MAX_LOGGED_PATH = 500
_UNSEEN = re.compile(r"[\x7f-\x9f\u2028\u2029]")  # JSON leaves them; terminals obey them, and some break the line there
_QUESTION = "qa_service.question"  # where a request's environment holds its question

logger = logging.getLogger(__name__)


class RequestLog:
    """The application with ids and log lines; `count` is told method and status of each request."""

    def __init__(self, app: WSGIApplication, count: Callable[[str, int], None], *, shows_questions: bool) -> None:
        self._app = app
        self._count = count
        self._shows_questions = shows_questions

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, as WSGI says."""
        began = time.perf_counter()
        own_id = request_id_of(environ.get("HTTP_X_REQUEST_ID"))
        logs.request_id.set(own_id)
        status = 500  # if the application fails before it has one

        def start(line: str, headers: list[tuple[str, str]], *rest: Any) -> Callable[[bytes], object]:
            nonlocal status
            status = int(line[:3])
            return start_response(line, [*headers, (HEADER, own_id)], *rest)

        def end() -> None:
            self._end(environ, status, (time.perf_counter() - began) * 1000)
            logs.request_id.set(None)

        try:
            body = self._app(environ, start)
        except BaseException:
            end()
            raise
        return ClosingIterator(body, end)

    def _end(self, environ: WSGIEnvironment, status: int, ms: float) -> None:
        method = environ["REQUEST_METHOD"]
        self._count(method, status)
        # Percent-encoded, a path can't break the line or colour a terminal. Its query may hold a question: not logged.
        path = quote(environ.get("PATH_INFO", "").encode("latin-1"), safe="/:@!$&'()*+,;=~")[:_MAX_LOGGED_PATH]
        fields = {"method": method, "path": path, "status": status, "ms": round(ms, 1)}
        message = f"{method} {path} {status} {ms:.1f} ms"
        asked = environ.get(_QUESTION)
        if self._shows_questions and asked is not None:
            fields["question"] = asked
            shown = json.dumps(asked, ensure_ascii=False)
            message += " question=" + _UNSEEN.sub(lambda found: "\\u" + f"{ord(found[0]):04x}", shown)
        logger.info("%s", message, extra={logs.FIELDS: fields})


def request_id_of(given: str | None) -> str:
    """Return the id that a request came with, if it is short and plain; else a new one."""
    return given if given and _SANE_ID.fullmatch(given) else uuid.uuid4().hex


def note_question(question: str) -> None:
    """Let the log know what the current request asks; it shows it only if a setting says so."""
    request.environ[_QUESTION] = question
