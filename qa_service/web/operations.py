"""What each address takes and gives: the table behind the API's description.

A test compares it with the application's routes, so neither can drift.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from qa_service.web import responses, schemas
from qa_service.web.negotiation import EVENTS, JSON

HTML, TEXT = "text/html", "text/plain"


@dataclass(frozen=True, slots=True)
class Given:
    """A successful response: its media types, each with the model of its JSON, None for anything else."""

    description: str
    content: Mapping[str, type[BaseModel] | None] = field(default_factory=dict)
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """What one method of one address does.

    Attributes:
        query: Parameters of the query: names of fields of the request models.
        body: Model of the body as JSON.
        form: The same as a form: names of fields, as `query`.
        problems: Statuses of its own errors, besides those of any address.
    """

    id: str
    summary: str
    description: str
    given: Mapping[int, Given]
    problems: Sequence[int]
    query: Sequence[str] = ()
    body: type[BaseModel] | None = None
    form: Sequence[str] = ()
    needs_token: bool = False


_ASKED = {
    HTML: None,
    JSON: responses.Reply,
    EVENTS: None,
}
_ASK_ERRORS = (422, 429, 503)
_EVENTS_TOLD = (
    "The Accept header decides: `application/json` (also for `*/*`, and when the body is JSON), `text/html` for the "
    "chat page, `text/event-stream` for server-sent events: `passages` (as Retrieved) as soon as they are found, then "
    "`answer` (as Reply), or `error` (as Problem) if something goes wrong after the first event."
)

OPERATIONS: Mapping[tuple[str, str], Operation] = {
    ("/ask", "post"): Operation(
        "ask",
        "Ask a question",
        f"{_EVENTS_TOLD} A refusal is no error: its `answered` is false.",
        {200: Given("An answer, or a refusal with its reason", _ASKED)},
        (400, 413, 415, *_ASK_ERRORS),
        body=schemas.AskRequest,
        form=(
            *("question", "top_k", "date_from", "date_to", "document_id", "history_question", "history_answer"),
            *("as_typed", "read_dates"),
        ),
    ),
    ("/ask", "get"): Operation(
        "ask_by_link",
        "Ask a question by a link",
        f"{_EVENTS_TOLD} A browser that sends no parameters is sent to the chat page.",
        {
            200: Given("An answer, or a refusal with its reason", _ASKED),
            303: Given("To the chat page", {HTML: None}, location="The chat page"),
        },
        _ASK_ERRORS,
        query=("q", "top_k", "date_from", "date_to", "document_id", "read_dates", "snapshot"),
    ),
    ("/timeline", "post"): Operation(
        "timeline",
        "Ask each release the same question",
        "So that amounts, posts and positions can be followed. Where a client's questions a minute are limited, it "
        "counts as one for every 5 `max_releases`, rounded up.",
        {200: Given("What each release answers, by date", {JSON: responses.Timeline})},
        (400, 413, 415, *_ASK_ERRORS),
        body=schemas.TimelineRequest,
    ),
    ("/timeline", "get"): Operation(
        "timeline_by_link",
        "Ask each release the same question by a link",
        "JSON, or a page for a browser; the Accept header decides. A browser that sends no parameters is sent to the "
        "chat page. It counts as `POST /timeline` does where questions a minute are limited.",
        {
            200: Given("What each release answers, by date", {JSON: responses.Timeline, HTML: None}),
            303: Given("To the chat page", {HTML: None}, location="The chat page"),
        },
        _ASK_ERRORS,
        query=("q", "max_releases", "date_from", "date_to", "document_id"),
    ),
    ("/documents", "get"): Operation(
        "list_documents",
        "List releases",
        "JSON, or a page for a browser; the Accept header decides.",
        {200: Given("Releases, newest first", {JSON: responses.DocumentList, HTML: None})},
        (422, 503),
        query=("words", "date_from", "date_to", "offset", "limit"),
    ),
    ("/documents/{document_id}", "get"): Operation(
        "show_document",
        "Show a release as a page",
        "Its passages have the anchors `#p1`, `#p2` and so on.",
        {200: Given("The release", {HTML: None})},
        (404, 503),
    ),
    ("/documents/{document_id}/text", "get"): Operation(
        "show_text",
        "Get the stored text of a release",
        "What all offsets count into, in Unicode code points.",
        {200: Given("The text, in UTF-8", {TEXT: None})},
        (404, 503),
    ),
    ("/feedback", "post"): Operation(
        "take_feedback",
        "Say whether an answer is right",
        "Kept on the server for its evaluation, if it takes feedback.",
        {201: Given("The word is kept", {JSON: responses.FeedbackKept}), 200: Given("A page of thanks", {HTML: None})},
        (400, 403, 404, 413, 415, 422, 429, 503),
        body=schemas.FeedbackRequest,
        form=tuple(schemas.FeedbackRequest.model_fields),
    ),
    ("/rebuild", "post"): Operation(
        "start_rebuild",
        "Bring the index up to date",
        "Questions are answered meanwhile.",
        {202: Given("It has begun", {JSON: responses.Job}, location="Where its progress is told")},
        (401, 403, 409, 503),
        needs_token=True,
    ),
    ("/rebuild/{job_id}", "get"): Operation(
        "show_rebuild",
        "Ask how far a rebuild is",
        "The last hundred rebuilds are known.",
        {200: Given("The rebuild", {JSON: responses.Job})},
        (401, 403, 404),
        needs_token=True,
    ),
    ("/operator", "get"): Operation(
        "overview",
        "Ask what is in service and what is kept",
        "JSON, or the operator's page for a browser that has signed in; the Accept header decides.",
        {200: Given("It", {JSON: responses.Overview, HTML: None})},
        (401, 403),
        needs_token=True,
    ),
    ("/operator/builds/{snapshot_id}", "get"): Operation(
        "show_build",
        "Ask what a build did",
        "JSON, or a page for a browser that has signed in; the Accept header decides.",
        {200: Given("The snapshot with its build's report", {JSON: responses.Build, HTML: None})},
        (401, 403, 404),
        needs_token=True,
    ),
    ("/operator/rollback", "post"): Operation(
        "put_in_service",
        "Put another kept snapshot in service",
        "An older one or a newer one. It stays until a rebuild finds other releases than it holds.",
        {
            200: Given("It is in service", {JSON: responses.RolledBack}),
            303: Given("To the operator's page, for a browser", {HTML: None}, location="The operator's page"),
        },
        (400, 401, 403, 404, 409, 413, 422, 503),
        body=schemas.RollbackRequest,
        form=("snapshot",),
        needs_token=True,
    ),
    ("/health", "get"): Operation(
        "health",
        "Ask whether the process lives",
        "Answers under overload and without an index too.",
        {200: Given("It does", {JSON: responses.Health})},
        (),
    ),
    ("/ready", "get"): Operation(
        "ready",
        "Ask whether questions can be answered",
        "Tells the snapshot in service.",
        {200: Given("They can", {JSON: responses.Ready})},
        (503,),
    ),
    ("/metrics", "get"): Operation(
        "show_metrics",
        "Get figures for a Prometheus server",
        "Counts, seconds by stage, the snapshot's age. No figure holds a question.",
        {200: Given("Prometheus' text form", {TEXT: None})},
        (),
    ),
    ("/openapi.json", "get"): Operation(
        "show_openapi", "Get this description", "OpenAPI 3.1.", {200: Given("This document", {JSON: None})}, ()
    ),
    ("/docs", "get"): Operation(
        "show_docs", "Read this description as a page", "For people.", {200: Given("The page", {HTML: None})}, ()
    ),
    ("/", "get"): Operation(
        "chat_page",
        "Open the chat page",
        "For people. The parameters limit which releases may answer.",
        {200: Given("The page", {HTML: None})},
        (422, 503),
        query=("date_from", "date_to", "document_id"),
    ),
}
