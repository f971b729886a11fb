"""Asking: the chat page, and the same addresses for programs."""

from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, UnsupportedMediaType

from qa_service.serialization import document_url, reply_as_json
from qa_service.types import Citation, Turn
from qa_service.web.answering import answer
from qa_service.web.current import current_engine
from qa_service.web.forms import history_of, newest_turns, parse_ask_form, parse_ask_query
from qa_service.web.negotiation import FORM, JSON, wants_page
from qa_service.web.problems import as_http, as_response
from qa_service.web.schemas import AskRequest, parse_json_object, validate

blueprint = Blueprint("ask", __name__)


@blueprint.get("/")
def chat_page() -> str:
    """The chat page, empty."""
    return render_template("chat.html", index=current_engine().info, starters=current_app.config["STARTERS"])


@blueprint.get("/ask")
def ask_by_link() -> ResponseReturnValue:
    """A question in the address; an address without one is the empty chat page."""
    if wants_page() and not request.args:
        return redirect("/", 303)
    return _answer(parse_ask_query(request.args))


@blueprint.post("/ask")
def ask() -> ResponseReturnValue:
    """A question as JSON, or as the page's form."""
    return _answer(_posted_request())


def _posted_request() -> AskRequest:
    if request.mimetype == JSON:
        return validate(AskRequest, parse_json_object(request.get_data()))
    # curl -d sends JSON as a form unless told otherwise
    if request.mimetype == FORM and not next(iter(request.form), "").lstrip().startswith("{"):
        return parse_ask_form(request.form)
    raise UnsupportedMediaType("Send the question as JSON, with the header 'Content-Type: application/json'.")


def _answer(asked: AskRequest) -> ResponseReturnValue:
    engine = current_engine()
    reply = answer(engine, asked)
    if not wants_page():
        return jsonify(reply_as_json(reply))
    best = reply.answers[0].text if reply.answers else None
    citations = {citation.id: citation for citation in reply.citations}
    limits = asked.filters
    return render_template(
        "chat.html",
        earlier=asked.turns,
        reply=reply,
        candidates=[
            (answer, citations[answer.citation], [citations[other] for other in answer.also_in])
            for answer in reply.answers
        ],
        history=newest_turns([*asked.turns, Turn(asked.question, best)]),
        index=reply.index,
        date_from=limits.date_from,
        date_to=limits.date_to,
        document_ids=limits.document_ids,
        link=url_for(
            "ask.ask_by_link",
            q=reply.interpreted_as or asked.question,
            date_from=limits.date_from,
            date_to=limits.date_to,
            document_id=limits.document_ids,
        ),
    )


@blueprint.errorhandler(Exception)
def keep_the_conversation(error: Exception) -> Response:
    """Show what went wrong with the page's form in its thread, with what was typed; any other error as everywhere."""
    problem = as_http(error)
    sent_by_page = request.mimetype == FORM and wants_page() and not isinstance(problem, RequestEntityTooLarge)
    return _thread_with(problem) if sent_by_page else as_response(problem)


def _thread_with(problem: HTTPException) -> Response:
    earlier = history_of(request.form)
    page = render_template(
        "chat.html",
        earlier=earlier,
        problem=problem,
        question=request.form.get("question", ""),
        history=newest_turns(earlier),
        date_from=request.form.get("date_from"),
        date_to=request.form.get("date_to"),
        document_ids=request.form.getlist("document_id"),
    )
    response = make_response(page, problem.code)
    response.headers.extend((name, value) for name, value in problem.get_headers() if name == "Retry-After")
    return response


@blueprint.app_template_filter("citation_url")
def citation_url(citation: Citation) -> str:
    """Return where the release opens at the passage, with the quote and in it the answer's words highlighted."""
    marks = {name: getattr(citation, name) for name in ("start", "end", "answer_start", "answer_end")}
    address, _, anchor = document_url(citation.document_id, citation.passage_number).partition("#")
    return f"{address}?{urlencode(marks)}#{anchor}"
