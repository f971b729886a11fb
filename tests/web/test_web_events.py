"""Server-sent events on /ask: who gets them, and what they are."""

import json
import logging
from typing import Any

import pytest
from flask.testing import FlaskClient
from web_fakes import FakeEngine, FakeLive
from werkzeug.test import TestResponse

from qa_service.web.app import create_app
from qa_service.web.limits import Limits

EVENTS = {"Accept": "text/event-stream"}


def events_of(response: TestResponse) -> list[tuple[str, Any]]:
    """Return name and data of each event."""
    found = []
    for event in response.text.removesuffix("\n\n").split("\n\n"):
        name, data = event.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_passages_come_first_and_the_answer_is_the_plain_reply(client: FlaskClient) -> None:
    asked = {"question": "How long?", "top_k": 2}
    plain = client.post("/ask", json=asked).get_json()

    response = client.post("/ask", json=asked, headers=EVENTS)

    assert (response.status_code, response.content_type) == (200, "text/event-stream; charset=utf-8")
    assert response.headers["Cache-Control"] == "no-store"
    (first, found), (second, reply) = events_of(response)
    assert (first, second) == ("passages", "answer")
    assert reply == plain
    assert found == {name: plain[name] for name in ("question", "interpreted_as", "passages", "index")}


def test_a_link_streams_too(client: FlaskClient) -> None:
    response = client.get("/ask?q=How+long&top_k=1", headers=EVENTS)
    assert [name for name, _ in events_of(response)] == ["passages", "answer"]


def test_a_question_with_line_breaks_stays_one_line_of_data(client: FlaskClient) -> None:
    response = client.post("/ask", json={"question": "How\nlong\r\n\r\nevent: answer"}, headers=EVENTS)
    [_, (_, reply)] = events_of(response)
    assert reply["question"] == "How\nlong\r\n\r\nevent: answer"


@pytest.mark.parametrize(
    "accept",
    ["*/*", "application/json", "text/*", "application/json, text/event-stream", "text/event-stream;q=0", "text/html"],
)
def test_who_does_not_prefer_events_gets_none(client: FlaskClient, accept: str) -> None:
    response = client.get("/ask?q=How+long", headers={"Accept": accept})
    assert response.mimetype in {"application/json", "text/html"}


@pytest.mark.parametrize(
    ("path", "status"), [("/ask?q=", 422), ("/ask?q=refuse", 422), ("/ask?q=a&top_k=99", 422), ("/ask", 422)]
)
def test_what_is_wrong_before_the_first_event_is_a_problem_with_its_status(
    client: FlaskClient, path: str, status: int
) -> None:
    response = client.get(path, headers=EVENTS)
    assert (response.status_code, response.content_type) == (status, "application/problem+json")


def test_what_goes_wrong_later_is_an_event_that_tells_nothing_of_the_server(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    response = client.get("/ask?q=explode", headers=EVENTS)

    [(_, found), (name, problem)] = events_of(response)
    assert found["passages"]
    assert name == "error"
    assert (problem["status"], problem["title"], problem["type"]) == (500, "Internal Server Error", "about:blank")
    assert "/srv/secret" not in response.text
    assert "is on fire" in caplog.text
    assert [record.levelno for record in caplog.records if record.levelno >= logging.ERROR] == [logging.ERROR]


def test_a_stream_keeps_its_place_until_it_is_closed(engine: FakeEngine) -> None:
    app = create_app(FakeLive(engine), limits=Limits(n_running=1, n_waiting=0))
    client = app.test_client()
    response = client.get("/ask?q=How+long", headers=EVENTS, buffered=False)
    assert client.get("/ask?q=How+long").status_code == 503
    response.close()  # as a server does when the client is gone
    assert client.get("/ask?q=How+long").status_code == 200


@pytest.mark.parametrize("path", ["/ask?q=refuse", "/ask?q=explode", "/ask?q=How+long"])
def test_a_stream_that_ends_in_any_way_gives_its_place_back(engine: FakeEngine, path: str) -> None:
    app = create_app(FakeLive(engine), limits=Limits(n_running=1, n_waiting=0))
    for method in ("GET", "HEAD", "GET"):
        app.test_client().open(path, method=method, headers=EVENTS, buffered=True)
    assert app.extensions["qa_service.admission"].places.running == 0


def test_streams_are_counted_like_other_questions(client: FlaskClient) -> None:
    client.get("/ask?q=How+long", headers=EVENTS, buffered=True)
    client.get("/ask?q=explode", headers=EVENTS, buffered=True)
    told = client.get("/metrics").text
    assert 'qa_questions_total{outcome="answered"} 1.0' in told
    assert 'qa_questions_total{outcome="failed"} 1.0' in told
