"""The API's description, OpenAPI 3.1: one table of what each address takes and gives, over the models that validate.

A test compares the table with the application's routes and real responses with the document, so neither can drift.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from qa_service.web import responses, schemas
from qa_service.web.forms import MAY_BE_EMPTY
from qa_service.web.negotiation import EVENTS, FORM, JSON

PROBLEM = "application/problem+json"
HTML, TEXT = "text/html", "text/plain"
_REFS = "#/components/schemas/{model}"

Schema = dict[str, Any]


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
        query: Parameters of the query: names of fields of the request models, see `_PARAMETERS`.
        body: Model of the body as JSON.
        form: The same as a form: names of fields, as `query`.
        problems: Statuses of its own errors; `_PROBLEMS` says when each comes.
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


_PROBLEMS = {
    400: "The body is not a JSON object in UTF-8.",
    401: "There is no token in the Authorization header.",
    403: "The token is not the server's, or the server has none and the address is off.",
    404: "There is nothing at this address.",
    409: "A rebuild runs already, or the snapshot that is asked for is damaged.",
    413: "The body has more than 65,536 bytes.",
    415: "The body is neither JSON nor a form.",
    421: "The Host header names another server than this.",
    422: "A field is missing, unknown, of the wrong type or out of range; `errors` names each.",
    429: "This client has asked more than it may; Retry-After says when to come back.",
    500: "Something went wrong here. Nothing of the server is told; its log has the request's id.",
    503: "More is asked than can be answered, there is no index yet, or the machine can't do it now; Retry-After says "
    "when to come back.",
}
_ANYWHERE = {421, 500}
_RETRY_LATER = {429, 503}
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
# Name of a parameter of a query, or of a form's field -> model and field that describe it.
_PARAMETERS: Mapping[str, tuple[type[BaseModel], str]] = {
    "q": (schemas.AskRequest, "question"),
    "question": (schemas.AskRequest, "question"),
    "top_k": (schemas.AskRequest, "top_k"),
    "read_dates": (schemas.AskRequest, "read_dates"),
    "date_from": (schemas.FilterRequest, "date_from"),
    "date_to": (schemas.FilterRequest, "date_to"),
    "document_id": (schemas.FilterRequest, "document_ids"),
    "max_releases": (schemas.TimelineRequest, "max_releases"),
    "words": (schemas.ListRequest, "words"),
    "offset": (schemas.ListRequest, "offset"),
    "limit": (schemas.ListRequest, "limit"),
}
_SNAPSHOT = {
    "type": "string",
    "description": "The snapshot that answered when the link was made; the page tells if another one does now",
}
_PATH_PARAMETERS = {
    "document_id": "A `document_id`; its slashes may stay or be written %2F",
    "job_id": "The `job` of a rebuild",
    "snapshot_id": "The id of a snapshot",
}
_MODELS = (
    schemas.AskRequest,
    schemas.TimelineRequest,
    schemas.FeedbackRequest,
    schemas.RollbackRequest,
    *(
        responses.Reply,
        responses.Timeline,
        responses.Retrieved,
        responses.DocumentList,
        responses.Health,
        responses.Ready,
    ),
    *(responses.Job, responses.Overview, responses.Build, responses.RolledBack),
    *(responses.FeedbackKept, responses.Problem),
)


@cache
def openapi_document() -> Schema:
    """Return the document; built once, not to be changed."""
    _, schemas_in_use = models_json_schema(
        [(model, "serialization" if model.__module__ == responses.__name__ else "validation") for model in _MODELS],
        ref_template=_REFS,
    )
    examples = json.loads(files("qa_service.web").joinpath("examples.json").read_text(encoding="utf-8"))
    paths: dict[str, Schema] = {}
    for (path, method), operation in OPERATIONS.items():
        paths.setdefault(path, {})[method] = _operation(path, operation, examples)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "qa-service",
            "version": version("qa-service"),
            "summary": "Extractive question answering over press releases",
            "description": "Answers are words cut verbatim from a release, each with a citation that opens at those "
            "words; nothing is generated. Every response carries X-Request-ID; one that is sent is taken over. Errors "
            f"are `{PROBLEM}` (RFC 9457), or a page for a browser.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas_in_use["$defs"],
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The server's setting `rebuild_token`; without one these addresses are off.",
                }
            },
        },
    }


def _operation(path: str, operation: Operation, examples: Mapping[str, Mapping[str, Any]]) -> Schema:
    told: Schema = {
        "operationId": operation.id,
        "summary": operation.summary,
        "description": operation.description,
        "parameters": [
            {"name": name, "in": "path", "required": True, "description": text, "schema": {"type": "string"}}
            for name, text in _PATH_PARAMETERS.items()
            if f"{{{name}}}" in path
        ]
        + [_query_parameter(name) for name in operation.query],
        "responses": {
            **{str(status): _given(status, given, operation, examples) for status, given in operation.given.items()},
            **{str(status): _problem(status, examples) for status in sorted({*operation.problems, *_ANYWHERE})},
        },
    }
    if operation.body:
        own = examples.get(f"{operation.id} body")
        told["requestBody"] = {
            "required": True,
            "description": "At most 65,536 bytes.",
            "content": {
                JSON: {"schema": _ref(operation.body), **({"examples": own} if own else {})},
                **({FORM: {"schema": _form(operation)}} if operation.form else {}),
            },
        }
    if operation.needs_token:
        told["security"] = [{"token": []}]
    return told


def _query_parameter(name: str) -> Schema:
    schema, is_required = (dict(_SNAPSHOT), False) if name == "snapshot" else _flat_field(*_PARAMETERS[name])
    described = schema.pop("description", "")
    return {"name": name, "in": "query", "required": is_required, "description": described, "schema": schema}


def _form(operation: Operation) -> Schema:
    """Return the form's fields: those of a query, and a conversation as two lists of the same length."""
    assert operation.body is not None
    fields, required = dict[str, Schema](), list[str]()
    for name in operation.form:
        if name.startswith("history_"):
            item, _ = _flat_field(schemas.TurnRequest, name.removeprefix("history_"))
            item.pop("description")
            many = {"type": "array", "items": item, "maxItems": schemas.MAX_TURNS}
            fields[name] = {
                "anyOf": [item, many],
                "description": "Of earlier turns, oldest first, one for each; an answer is empty when it was refused",
            }
            continue
        is_own = name in operation.body.model_fields
        fields[name], is_required = _flat_field(*((operation.body, name) if is_own else _PARAMETERS[name]))
        if "items" in fields[name]:  # a form doesn't tell one from a list of one
            fields[name] = {"anyOf": [fields[name]["items"], fields[name]]}
        required += [name] if is_required else []
    return {"type": "object", "properties": fields, "required": required, "additionalProperties": False}


def _flat_field(model: type[BaseModel], name: str) -> tuple[Schema, bool]:
    """Return a field's schema as a query or a form can say it, without null, and whether it is required."""
    described = model.model_json_schema()
    schema = dict(described["properties"][name])
    if "anyOf" in schema:
        [choice] = [choice for choice in schema.pop("anyOf") if choice != {"type": "null"}]
        schema |= choice
        schema["description"] = schema["description"].partition("; null")[0]
    schema.pop("title", None)
    if schema.get("default") in (None, ""):
        schema.pop("default", None)
    if name in MAY_BE_EMPTY:
        limits = {key: schema.pop(key) for key in ("type", "format", "minimum", "maximum") if key in schema}
        schema["anyOf"] = [limits, {"const": ""}]
    return schema, name in described.get("required", [])


def _given(status: int, given: Given, operation: Operation, examples: Mapping[str, Mapping[str, Any]]) -> Schema:
    own = examples.get(f"{operation.id} {status}")
    told: Schema = {"description": given.description}
    if given.content:
        told["content"] = {
            kind: {
                "schema": _ref(model) if model else {"type": "object"} if kind == JSON else {"type": "string"},
                **({"examples": own} if own and model else {}),
            }
            for kind, model in given.content.items()
        }
    if given.location:
        told["headers"] = {"Location": {"description": given.location, "schema": {"type": "string"}}}
    return told


def _problem(status: int, examples: Mapping[str, Mapping[str, Any]]) -> Schema:
    own = examples.get(f"problem {status}")
    told: Schema = {
        "description": _PROBLEMS[status],
        "content": {
            PROBLEM: {"schema": _ref(responses.Problem), **({"examples": own} if own else {})},
            HTML: {"schema": {"type": "string"}},
        },
    }
    if status in _RETRY_LATER:
        told["headers"] = {
            "Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer", "minimum": 1}}
        }
    if status == 401:
        told["headers"] = {"WWW-Authenticate": {"description": "How to send it", "schema": {"type": "string"}}}
    return told


def _ref(model: type[BaseModel]) -> Schema:
    return {"$ref": _REFS.format(model=model.__name__)}
