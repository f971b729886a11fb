"""The API's description is valid, whole, and true."""

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema_rs import validator_for
from openapi_spec_validator import OpenAPIV31SpecValidator
from web_fakes import FakeLive
from werkzeug.test import TestResponse

from qa_service import wire
from qa_service.feedback import FeedbackStore
from qa_service.web import responses
from qa_service.web.app import create_app
from qa_service.web.docs import type_in_words
from qa_service.web.limits import Limits
from qa_service.web.openapi import openapi_document
from qa_service.web.operations import OPERATIONS

DOCUMENTS = Path(__file__).parents[2] / "documents"
DOCUMENT = openapi_document()
TOKEN = "a-token-of-some-length"
EVENTS, BROWSER = {"Accept": "text/event-stream"}, {"Accept": "text/html"}
# What lives on a cookie, or is at another address too, and files.
LEFT_OUT = re.compile(r"/operator/(session|sign-out|rebuild|jobs/.*)|/static/.*|/favicon\.ico")


@pytest.fixture
def app(live: FakeLive, tmp_path: Path) -> Flask:
    return create_app(live, feedback=FeedbackStore(tmp_path, max_a_minute=100))


def check(response: TestResponse, path: str, method: str = "get") -> Any:
    """Return the JSON of `response` after comparing status, media type and body with the document."""
    described = DOCUMENT["paths"][path][method]["responses"][str(response.status_code)]
    assert response.mimetype in described["content"]
    schema = described["content"][response.mimetype]["schema"]
    if response.mimetype.endswith("json"):
        value = json.loads(response.data)
        validator_for({**schema, "components": DOCUMENT["components"]}).validate(value)
    else:
        value = response.text
        assert schema == {"type": "string"}
    for name in described.get("headers", {}):
        assert name in response.headers
    return value


def test_the_document_is_valid_openapi(client: FlaskClient) -> None:
    OpenAPIV31SpecValidator(client.get("/openapi.json").get_json()).validate()


def test_every_public_route_is_described_and_nothing_else(app: Flask) -> None:
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(path, method) for path, method in routes if not LEFT_OUT.fullmatch(path)} == set(OPERATIONS)


def parts_of(schema: dict[str, Any], where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, part in schema.get("properties", {}).items():
        yield f"{where}.{name}", part


def test_every_field_and_parameter_has_a_description() -> None:
    reports = {"BuildReport", "Duplicate", "Replay", "ChangedAnswer", "Outcome"}  # described as a whole
    missing = [
        where
        for name, schema in DOCUMENT["components"]["schemas"].items()
        if name not in reports
        for where, part in parts_of(schema, name)
        if "description" not in part and "$ref" not in part
    ]
    missing += [
        f"{path} {parameter['name']}"
        for path, methods in DOCUMENT["paths"].items()
        for operation in methods.values()
        for parameter in operation["parameters"]
        if not parameter["description"]
    ]
    assert missing == []


def test_the_limits_are_those_that_hold() -> None:
    question = DOCUMENT["components"]["schemas"]["AskRequest"]["properties"]["question"]
    assert (question["minLength"], question["maxLength"]) == (1, 2_000)
    top_k = next(one for one in DOCUMENT["paths"]["/ask"]["get"]["parameters"] if one["name"] == "top_k")
    limits = {"type": "integer", "minimum": 1, "maximum": 50}
    assert top_k["schema"] == {"anyOf": [limits, {"const": ""}], "default": 5}


def every_example() -> Iterator[tuple[str, Any, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            told = [operation.get("requestBody", {}), *operation["responses"].values()]
            for content in (content for one in told for content in one.get("content", {}).values()):
                for name, example in content.get("examples", {}).items():
                    yield f"{method} {path} {name}", example["value"], content["schema"]


@pytest.mark.parametrize(("value", "schema"), [pytest.param(*rest, id=name) for name, *rest in every_example()])
def test_every_example_is_what_its_schema_says(value: Any, schema: dict[str, Any]) -> None:
    validator_for({**schema, "components": DOCUMENT["components"]}).validate(value)


def test_the_citations_of_examples_are_real() -> None:
    replies = [value for _, value, _ in every_example() if "citations" in value]
    assert replies
    pairs = [
        (citation, entry["text"])
        for reply in replies
        for citation in reply["citations"]
        for entry in reply.get("answers", reply.get("entries"))
        if citation["id"] in {entry["citation"], *entry["also_in"]}
    ]
    assert pairs
    for citation, text in pairs:
        release = (DOCUMENTS / citation["document_id"]).read_text(encoding="utf-8")
        assert citation["before"] + citation["quote"] + citation["after"] in re.sub(r"\s+", " ", release)
        answer = citation["quote"][citation["answer_start"] - citation["start"] :]
        assert answer.startswith(text)


def test_examples_of_requests_are_accepted(client: FlaskClient) -> None:
    for name, value, _ in every_example():
        if name.startswith("post /ask ") and set(value) <= {"question", "top_k", "history", "filters"}:
            assert client.post("/ask", json=value).status_code == 200


@pytest.mark.parametrize("question", ["How long?", "How many countries?", "Unknown?", "explode", "refuse", ""])
def test_replies_and_their_errors_are_as_described(client: FlaskClient, question: str) -> None:
    check(client.post("/ask", json={"question": question}), "/ask", "post")
    check(client.post("/ask", data={"question": question}), "/ask", "post")
    check(client.post("/ask", json={"question": question}, headers=EVENTS), "/ask", "post")
    for headers in ({}, EVENTS, BROWSER):
        check(client.get("/ask", query_string={"q": question, "top_k": 3}, headers=headers), "/ask")


def test_events_hold_what_is_described(client: FlaskClient) -> None:
    response = client.get("/ask?q=How+long", headers=EVENTS)
    first, second = (json.loads(line[6:]) for line in response.text.splitlines() if line.startswith("data: "))
    responses.Retrieved.model_validate(first)
    responses.Reply.model_validate(second)


def test_other_responses_are_as_described(client: FlaskClient, live: FakeLive) -> None:
    asked = "/ask"
    assert check(client.post("/ask", data="{", content_type="application/json"), asked, "post")["status"] == 400
    assert (
        check(client.post("/ask", data="x" * 70_000, content_type="application/json"), asked, "post")["status"] == 413
    )
    assert check(client.post("/ask", data="x", content_type="text/plain"), asked, "post")["status"] == 415
    check(client.get("/ask", headers=BROWSER), "/ask")
    assert check(client.get("/documents?limit=2"), "/documents")["total"] == 3
    check(client.get("/documents", headers=BROWSER), "/documents")
    check(client.get("/documents?limit=0"), "/documents")
    release = "/documents/{document_id}"
    for document_id in ("2005-05-10-japan-russia.txt", "none"):
        check(client.get(f"/documents/{document_id}"), release)
        check(client.get(f"/documents/{document_id}/text"), f"{release}/text")
    for path in ("/", "/health", "/ready", "/metrics", "/openapi.json", "/docs"):
        check(client.get(path), path)
    live.stop()
    for path in ("/", "/ready", "/documents"):
        assert check(client.get(path), path)["status"] == 503


def test_feedback_is_as_described(client: FlaskClient) -> None:
    given = {"verdict": "down", "question": "How long?"}
    check(client.post("/feedback", json=given), "/feedback", "post")
    check(client.post("/feedback", json={**given, "verdict": "left"}), "/feedback", "post")
    check(client.post("/feedback", data=given, headers=BROWSER), "/feedback", "post")
    assert check(client.post("/feedback", data="x", content_type="text/plain"), "/feedback", "post")["status"] == 415


def test_what_limits_refuse_is_as_described(live: FakeLive) -> None:
    client = create_app(live, limits=Limits(per_minute=1)).test_client()
    client.get("/ask?q=a")
    assert check(client.get("/ask?q=a"), "/ask")["status"] == 429


def test_rebuilds_are_as_described(live: FakeLive) -> None:
    from test_web_rebuild import AUTHORIZED, JOB, FakeRebuilder

    rebuilder = FakeRebuilder()
    client = create_app(live, rebuilder=rebuilder, rebuild_token=TOKEN).test_client()  # type: ignore[arg-type]
    assert check(client.post("/rebuild", headers=AUTHORIZED), "/rebuild", "post")["state"] == "running"
    check(client.get(f"/rebuild/{JOB.id}", headers=AUTHORIZED), "/rebuild/{job_id}")
    check(client.get("/rebuild/7", headers=AUTHORIZED), "/rebuild/{job_id}")
    assert check(client.post("/rebuild"), "/rebuild", "post")["status"] == 401
    assert check(client.get("/rebuild/7", headers={"Authorization": "Bearer x"}), "/rebuild/{job_id}")["status"] == 403
    rebuilder.is_busy = True
    assert check(client.post("/rebuild", headers=AUTHORIZED), "/rebuild", "post")["status"] == 409
    rebuilder.fault = OSError("full")
    assert check(client.post("/rebuild", headers=AUTHORIZED), "/rebuild", "post")["status"] == 503


@pytest.mark.parametrize("name", ["Reply", "Answer", "Citation", "Passage", "Index"])
def test_the_client_knows_the_fields_that_are_described(name: str) -> None:
    described = getattr(responses, name).model_fields
    assert {field.name for field in fields(getattr(wire, name))} == set(described)


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 50}, "integer, 1 to 50"),
        ({"anyOf": [{"type": "string", "format": "date"}, {"const": ""}]}, "date or empty"),
        ({"type": "array", "items": {"type": "string"}, "maxItems": 1_000}, "list of string, at most 1,000 of them"),
        ({"type": "string", "minLength": 1, "maxLength": 2_000}, "string, 1 to 2,000 characters"),
        ({"enum": ["up", "down"]}, '"up" or "down"'),
        ({"type": "integer", "minimum": 0}, "integer, at least 0"),
        ({"anyOf": [{"$ref": "#/components/schemas/Reply"}, {"type": "null"}]}, "Reply or null"),
        ({}, "any"),
    ],
)
def test_a_type_is_told_in_words(app: Flask, schema: dict[str, Any], words: str) -> None:
    with app.app_context():
        assert type_in_words(schema) == words


def test_the_page_tells_every_operation_and_schema_once(client: FlaskClient) -> None:
    page = client.get("/docs").text
    for operation in OPERATIONS.values():
        assert page.count(f'<h2 id="{operation.id}">') == 1
    anchors = re.findall(r' id="([^"]+)"', page)
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(anchors)
    assert "`" not in page
