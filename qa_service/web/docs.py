"""The API's description: as JSON for programs, and as a page made of the same document, without a script."""

import re
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template
from markupsafe import Markup, escape

from qa_service.web.openapi import openapi_document

blueprint = Blueprint("docs", __name__)


@blueprint.get("/openapi.json")
def show_openapi() -> Response:
    """The document, OpenAPI 3.1."""
    return jsonify(openapi_document())


@blueprint.get("/docs")
def show_docs() -> str:
    """The document as a page."""
    document = openapi_document()
    return render_template("docs.html", document=document, schemas=document["components"]["schemas"])


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
        return as_code(schema["const"])
    if "enum" in schema:
        return " or ".join(as_code(value) for value in schema["enum"])
    kind = str(schema.get("format") or schema.get("type", "any"))
    if kind == "array":
        kind = f"list of {type_in_words(schema.get('items', {}))}"
    limits = [
        f"{words} {schema[name]:,}"
        for name, words in {
            "minimum": "at least",
            "maximum": "at most",
            "minItems": "at least",
            "maxItems": "at most",
            "minLength": "characters: at least",
            "maxLength": "characters: at most",
        }.items()
        if name in schema
    ]
    return ", ".join([kind, *limits])
