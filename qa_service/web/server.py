"""The application on waitress, until SIGTERM or SIGINT; requests that run then are finished."""

import errno
import json
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask
from waitress.utilities import RequestEntityTooLarge

from qa_service.errors import SettingsError
from qa_service.web.limits import BODY_TOO_LARGE
from qa_service.web.negotiation import PROBLEM
from qa_service.web.request_log import HEADER, request_id_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

MAX_CONNECTIONS = 500
"""Browsers keep theirs open without asking. Each is a file descriptor, of which a process commonly has 1,024."""

MAX_RECEIVED_BYTES = 1024 * 1024
"""More is refused unread. The application refuses less, but politely: after the client is done sending."""

GRACE_S = 30

logger = logging.getLogger(__name__)


def serve(
    app: "WSGIApplication", host: str, port: int, threads: int, *, on_ready: Callable[[str], None] = lambda _url: None
) -> None:
    """Serve until a signal asks to stop; to be called in the main thread.

    Port 0 picks a free one. `threads` requests are in work at the same time; more queue up without end. `on_ready` is
    called with the address once connections are accepted.

    Raises:
        SettingsError: When the address can't be listened on.
    """
    with _listening_socket(host, port) as listener:
        server = _server(app, listener, threads)
        with _signals_end(listener):
            on_ready(f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}")
            server.run()  # on SystemExit it waits 5 s for its threads
            server.task_dispatcher.shutdown(timeout=GRACE_S)


def _server(app: "WSGIApplication", listener: socket.socket, threads: int) -> Any:
    server = create_server(
        app,
        sockets=[listener],
        threads=threads,
        ident=None,
        connection_limit=MAX_CONNECTIONS,
        max_request_body_size=MAX_RECEIVED_BYTES,
        clear_untrusted_proxy_headers=False,  # the application decides whom to believe, under any server
    )
    server.channel_class = _Channel
    return server


def _listening_socket(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SettingsError(
                f"port {port} of {host} is in use: stop the other program, or choose another port with --port"
            ) from error
        raise SettingsError(f"can't listen on port {port} of {host}: {error.strerror or error}") from error


@contextmanager
def _signals_end(listener: socket.socket) -> Iterator[None]:
    """On SIGTERM and SIGINT, refuse new connections and raise SystemExit, which is how waitress is told to stop."""

    def stop(number: int, _frame: FrameType | None) -> None:
        listener.close()
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _ProblemTask(ErrorTask):  # type: ignore[misc]
    """Waitress's own refusals, in the form of all other errors, and logged as the application can't."""

    def execute(self) -> None:
        error = self.request.error
        own_id = request_id_of(self.request.headers.get("X_REQUEST_ID"))
        logger.info("a request was refused unread: %d %s, request id %s", error.code, error.reason, own_id)
        detail = BODY_TOO_LARGE if isinstance(error, RequestEntityTooLarge) else str(error.body)
        problem = {"type": "about:blank", "title": error.reason, "status": error.code, "detail": detail}
        body = json.dumps(problem).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [
            ("Content-Type", PROBLEM),
            ("X-Content-Type-Options", "nosniff"),
            (HEADER, own_id),
        ]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):  # type: ignore[misc]
    error_task_class = _ProblemTask
