"""The API's description: as JSON for programs, and as a page made of the same document, without a script."""

import re
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template
from markupsafe import Markup, escape

from qa_service.web.negotiation import PROBLEM

blueprint = Blueprint("docs", __name__)


@blueprint.get("/openapi.json")
def show_openapi() -> Response:
    """The document, OpenAPI 3.1."""
    from qa_service.web.openapi import openapi_document  # noqa: PLC0415 - its models take a while; answering needs none

    return jsonify(openapi_document())


@blueprint.get("/docs")
def show_docs() -> str:
    """The document as a page."""
    from qa_service.web.openapi import openapi_document  # noqa: PLC0415 - see above

    document = openapi_document()
    problems = {
        status: response["content"][PROBLEM]
        for methods in document["paths"].values()
        for operation in methods.values()
        for status, response in operation["responses"].items()
        if PROBLEM in response.get("content", {})
    }
    return render_template(
        "docs.html",
        document=document,
        schemas=document["components"]["schemas"],
        problems=[problems[status] for status in sorted(problems)],
    )


@blueprint.app_template_filter("as_code")
def as_code(value: object) -> str:
    """Return `value` as indented JSON."""
    return current_app.json.dumps(value, indent=2)


@blueprint.app_template_filter("with_code")
def with_code(text: str) -> Markup:
    """Return `text` with what stands between backticks as code."""
    parts = re.split(r"`([^`]+)`", text)
    return Markup().join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part) for place, part in enumerate(parts)
    )


@blueprint.app_template_filter("type_in_words")
def type_in_words(schema: dict[str, Any]) -> str:
    """Return what a value may be: its type and limits."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(type_in_words(choice) for choice in schema["anyOf"])
    if "const" in schema:
        return as_code(schema["const"]) if schema["const"] else "empty"
    if "enum" in schema:
        return " or ".join(as_code(value) for value in schema["enum"])
    kind = str(schema.get("format") or schema.get("type", "any"))
    if kind == "array":
        kind = f"list of {type_in_words(schema.get('items', {}))}"
    return ", ".join([kind, *_limits(schema)])


def _limits(schema: dict[str, Any]) -> Iterator[str]:
    for low, high, unit in (
        ("minimum", "maximum", ""),
        ("minItems", "maxItems", " of them"),
        ("minLength", "maxLength", " characters"),
    ):
        if low in schema and high in schema:
            yield f"{schema[low]:,} to {schema[high]:,}{unit}"
        elif low in schema:
            yield f"at least {schema[low]:,}{unit}"
        elif high in schema:
            yield f"at most {schema[high]:,}{unit}"
