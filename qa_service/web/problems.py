"""Errors as RFC 9457 problems, or as a page for a browser. No traceback and no path of the server leaves here."""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from flask import Response, current_app, render_template
from werkzeug.exceptions import HTTPException, InternalServerError, RequestEntityTooLarge, UnprocessableEntity

from qa_service.errors import BackendError, QuestionError
from qa_service.web.current import unreachable
from qa_service.web.limits import BODY_TOO_LARGE
from qa_service.web.negotiation import PROBLEM, wants_page

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field; `field` is its path, such as `history.0.question`."""

    field: str
    message: str


class InvalidFields(UnprocessableEntity):
    """Fields that are missing, unknown, of the wrong type or out of range."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("; ".join(f"{error.field}: {error.message}" for error in errors[:3]))
        self.errors = list(errors)


def as_http(error: Exception) -> HTTPException:
    """Return `error` as an HTTP error; one that nobody foresaw is logged and says nothing of itself."""
    if isinstance(error, RequestEntityTooLarge):
        error.description = BODY_TOO_LARGE
    if isinstance(error, HTTPException):
        return error
    if isinstance(error, QuestionError):
        return InvalidFields([FieldError("question", str(error))])
    if isinstance(error, BackendError):
        return unreachable(error)
    logger.error("a request failed", exc_info=error)
    return InternalServerError("Something went wrong here. The server's log says what.")


def respond(error: Exception) -> Response:
    """Return the response to `error`, in the form that the client prefers."""
    return as_response(as_http(error))


def as_response(error: HTTPException) -> Response:
    """Return `error` as a response that keeps its own headers, such as Allow and Retry-After."""
    response = Response(status=error.code, headers=error.get_headers())
    if wants_page():
        response.data = render_template("error.html", problem=error)
        response.content_type = "text/html; charset=utf-8"
    else:
        response.data = current_app.json.dumps(problem_as_json(error)) + "\n"
        response.content_type = PROBLEM
    return response


def problem_as_json(error: HTTPException) -> dict[str, object]:
    """Return `error` as the members of a problem."""
    problem: dict[str, object] = {
        "type": "about:blank",
        "title": error.name,
        "status": error.code,
        "detail": error.description,
    }
    if isinstance(error, InvalidFields):
        problem["errors"] = [asdict(field_error) for field_error in error.errors]
    return problem
