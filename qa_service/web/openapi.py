"""The API's description, OpenAPI 3.1, made of the table of operations and of the models that validate.

A test compares real responses with it, so neither can drift.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from qa_service.web import responses, schemas
from qa_service.web.forms import MAY_BE_EMPTY
from qa_service.web.negotiation import FORM, JSON, PROBLEM
from qa_service.web.operations import HTML, OPERATIONS, Given, Operation

_REFS = "#/components/schemas/{model}"

Schema = dict[str, Any]

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


@cache
def openapi_document() -> Schema:
    """Return the document; built once, not to be changed."""
    _, schemas_in_use = models_json_schema(
        [(model, "serialization" if model.__module__ == responses.__name__ else "validation") for model in _models()],
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


def _models() -> Iterator[type[BaseModel]]:
    """Yield the models that the document refers to or names; some more than once."""
    for operation in OPERATIONS.values():
        if operation.body:
            yield operation.body
        for given in operation.given.values():
            yield from (model for model in given.content.values() if model)
    yield from (responses.Retrieved, responses.Problem)


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
