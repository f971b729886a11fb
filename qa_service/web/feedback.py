"""What readers say of an answer: taken in here, read only on the command line."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, NotFound, ServiceUnavailable, TooManyRequests, UnsupportedMediaType

from qa_service.feedback import Feedback, FeedbackError, FeedbackFullError
from qa_service.web.current import current_engine
from qa_service.web.forms import sent_form
from qa_service.web.limits import RateLimit
from qa_service.web.negotiation import JSON, JSON_WANTED, sends_form, wants_page
from qa_service.web.problems import FieldError, InvalidFields
from qa_service.web.schemas import FeedbackRequest, parse_json_object, validate

if TYPE_CHECKING:
    from qa_service.feedback import FeedbackStore

MAX_FROM_ONE_CLIENT = 12
"""Entries a minute, in each process. The store has a limit for all of them together."""
RETRY_AFTER_S = 60

blueprint = Blueprint("feedback", __name__)


def keep_in(app: Flask, store: FeedbackStore | None) -> None:
    """Make `store` what keeps feedback in this application; None means that it takes none, and pages don't ask."""
    app.extensions["qa_service.feedback"] = store
    app.extensions["qa_service.feedback.rate"] = RateLimit(
        MAX_FROM_ONE_CLIENT, refusal="You sent much feedback within a minute. Try again later."
    )
    app.jinja_env.globals["takes_feedback"] = lambda: store is not None


@blueprint.post("/feedback")
def take_feedback() -> ResponseReturnValue:
    """Keep a word on a reply. 201, or a page of thanks."""
    store: FeedbackStore | None = current_app.extensions["qa_service.feedback"]
    if store is None:
        raise NotFound("This server takes no feedback.")
    if request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
        raise Forbidden("This was sent by another site's page.")
    given = validate(FeedbackRequest, _fields())
    _check_words(given)
    current_app.extensions["qa_service.feedback.rate"].count(request.remote_addr or "")
    words = given.model_dump(exclude={"key"})
    entry = Feedback(key=given.key or secrets.token_hex(8), at=dt.datetime.now(dt.UTC), **words)
    try:
        store.add(entry)
    except FeedbackFullError as error:
        current_app.logger.warning("feedback was refused: %s", error)
        raise TooManyRequests("Too much feedback came in. Try again later.", retry_after=RETRY_AFTER_S) from error
    except FeedbackError as error:
        current_app.logger.warning("feedback was not kept: %s", error)
        raise ServiceUnavailable("Feedback can't be kept now.", retry_after=RETRY_AFTER_S) from error
    if wants_page():
        return render_template("thanks.html")
    return jsonify(key=entry.key), 201


def _fields() -> dict[str, object]:
    if request.mimetype == JSON:
        return parse_json_object(request.get_data())
    if not sends_form():
        raise UnsupportedMediaType(JSON_WANTED)
    return dict(sent_form().items())


def _check_words(given: FeedbackRequest) -> None:
    """Refuse answers that no release holds: what is kept may become an evaluation question."""
    if given.document_id is None:
        if given.answer or given.quote:
            raise InvalidFields([FieldError("document_id", "Is needed with an answer")])
        return
    if not given.answer or not given.quote:
        raise InvalidFields([FieldError("answer", "Is needed with a document_id, and so is the quote")])
    document = current_engine().catalog.document(given.document_id)
    if document is None or given.quote not in document.text or given.answer not in given.quote:
        raise InvalidFields([FieldError("quote", "Does not stand in that release, or the answer not in it")])
