"""Asking: the chat page, and the same addresses for programs."""

from flask import Blueprint, Response, jsonify, make_response, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, UnsupportedMediaType

from qa_service.serialization import reply_as_json
from qa_service.web import thread
from qa_service.web.answering import answer
from qa_service.web.current import current_engine
from qa_service.web.events import stream_answer
from qa_service.web.forms import parse_ask_form, parse_ask_query, sent_form
from qa_service.web.negotiation import FORM, JSON, JSON_WANTED, sends_form, wants_events, wants_page
from qa_service.web.problems import as_http, as_response
from qa_service.web.schemas import AskRequest, parse_json_object, validate

blueprint = Blueprint("ask", __name__)


@blueprint.get("/")
def chat_page() -> str:
    """The chat page, empty."""
    return thread.empty_page(request.args)


@blueprint.get("/ask")
def ask_by_link() -> ResponseReturnValue:
    """A question in the address; an address without one is the empty chat page."""
    if wants_page() and not request.args:
        return redirect("/", 303)
    return _answer(parse_ask_query(request.args))


@blueprint.post("/ask")
def ask() -> ResponseReturnValue:
    """A question as JSON, or as the page's form."""
    if thread.REMOVE in request.form and wants_page():
        return thread.page_without_a_limit()
    return _answer(_posted_request())


def _posted_request() -> AskRequest:
    if request.mimetype == JSON:
        return validate(AskRequest, parse_json_object(request.get_data()))
    if sends_form():
        return parse_ask_form(sent_form())
    raise UnsupportedMediaType(JSON_WANTED)


def _answer(asked: AskRequest) -> ResponseReturnValue:
    engine = current_engine()
    if wants_events():
        return stream_answer(engine, asked)
    reply = answer(engine, asked)
    if not wants_page():
        return jsonify(reply_as_json(reply))
    return thread.reply_page(asked, reply, request.args.get("snapshot"))


@blueprint.errorhandler(Exception)
def keep_the_conversation(error: Exception) -> Response:
    """Show what went wrong with the page's form in its thread, with what was typed; any other error as everywhere."""
    problem = as_http(error)
    sent_by_page = (
        request.method == "POST"
        and request.mimetype == FORM
        and wants_page()
        and not isinstance(problem, RequestEntityTooLarge)
    )
    return _thread_with(problem) if sent_by_page else as_response(problem)


def _thread_with(problem: HTTPException) -> Response:
    response = make_response(thread.problem_page(problem), problem.code)
    response.headers.extend((name, value) for name, value in problem.get_headers() if name == "Retry-After")
    return response


blueprint.add_app_template_filter(thread.citation_url, "citation_url")
blueprint.add_app_template_filter(thread.original_of, "original_of")
