"""The engine now in service, for a request."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, cast

from flask import Flask, current_app
from werkzeug.exceptions import ServiceUnavailable

from qa_service.errors import BackendError, QaServiceError

if TYPE_CHECKING:
    from qa_service.engine import Engine
    from qa_service.live import LiveEngine

RETRY_AFTER_S = 5

logger = logging.getLogger(__name__)


def serve_from(app: Flask, live: LiveEngine) -> None:
    """Make `live` what `current_engine` asks in this application."""
    app.extensions["qa_service.live"] = live


def current_engine() -> Engine:
    """Return the engine in service.

    Raises:
        ServiceUnavailable: When there is none. The reason may name folders of this machine, so it goes to the log only.
    """
    live = cast("LiveEngine", current_app.extensions["qa_service.live"])
    try:
        return live.current()
    except BackendError as error:
        raise unreachable(error) from error
    except QaServiceError as error:
        logger.warning("no engine to serve from: %s", error)
        raise ServiceUnavailable(
            "There is no index to answer from yet. Try again in a moment.", retry_after=RETRY_AFTER_S
        ) from error


def unreachable(error: BackendError) -> ServiceUnavailable:
    """Return what a client is told when the server that holds the index fails; where that is, goes to the log only."""
    logger.warning("%s", error)
    return ServiceUnavailable("The index can't be reached. Try again in a moment.", retry_after=RETRY_AFTER_S)
