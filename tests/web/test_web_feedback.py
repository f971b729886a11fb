"""POST /feedback: what is taken, what is refused, and that it is shown nowhere."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from web_fakes import SUMMIT, FakeLive

from qa_service.feedback import FeedbackStore
from qa_service.web.app import create_app
from qa_service.web.feedback import MAX_FROM_ONE_CLIENT

BROWSER = {"Accept": "text/html"}
QUOTE = "Leaders of about 50 countries attended the ceremony in Red Square."
WORD = {
    "verdict": "up",
    "question": "How many?",
    "document_id": SUMMIT.id,
    "answer": "about 50 countries",
    "quote": QUOTE,
}


@pytest.fixture
def store(tmp_path: Path) -> FeedbackStore:
    return FeedbackStore(tmp_path)


@pytest.fixture
def client(live: FakeLive, store: FeedbackStore) -> FlaskClient:
    return create_app(live, feedback=store).test_client()  # type: ignore[arg-type]


def test_a_word_on_an_answer_is_kept(client: FlaskClient, store: FeedbackStore) -> None:
    response = client.post("/feedback", json={**WORD, "comment": " Yes. ", "snapshot": "s1"})

    [entry] = store.entries()
    assert (response.status_code, response.get_json()) == (201, {"key": entry.key})
    assert (entry.verdict, entry.question, entry.document_id) == ("up", "How many?", SUMMIT.id)
    assert (entry.answer, entry.quote, entry.comment, entry.snapshot) == ("about 50 countries", QUOTE, "Yes.", "s1")


def test_the_form_of_an_answer_sends_all_that_is_needed(client: FlaskClient, store: FeedbackStore) -> None:
    page = client.post("/ask", data={"question": "How many countries?"}, headers=BROWSER).get_data(as_text=True)
    form = page[page.index('class="feedback"') :].partition("</form>")[0]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))

    thanks = client.post("/feedback", data={**hidden, "verdict": "down", "comment": ""}, headers=BROWSER)

    [entry] = store.entries()
    assert "<h1>Thank you</h1>" in thanks.get_data(as_text=True)
    assert (entry.verdict, entry.question, entry.answer) == ("down", "How many countries?", "about 50 countries")


def test_a_form_sends_line_breaks_in_its_own_way(client: FlaskClient, store: FeedbackStore) -> None:
    quote = "    9:30 am  Arrival\n    2:00 pm  Departure"
    fields = {**WORD, "quote": quote.replace("\n", "\r\n"), "answer": "Arrival\r\n    2:00 pm"}

    assert client.post("/feedback", data=fields).status_code == 201

    assert store.entries()[0].quote == quote


def test_a_refusal_has_no_release(client: FlaskClient, store: FeedbackStore) -> None:
    page = client.post("/ask", data={"question": "Who won?"}, headers=BROWSER).get_data(as_text=True)

    assert "Is it right that they don’t say?" in page
    assert client.post("/feedback", json={"verdict": "up", "question": "Who won?"}).status_code == 201
    assert store.entries()[0].document_id is None


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"verdict": "perhaps"}, "verdict"),
        ({"question": " "}, "question"),
        ({"question": "x" * 2_001}, "question"),
        ({"comment": "x" * 2_001}, "comment"),
        ({"quote": "It never said about 50 countries."}, "quote"),
        ({"answer": "about 60 countries"}, "quote"),
        ({"document_id": "none.txt"}, "quote"),
        ({"document_id": None}, "document_id"),
        ({"answer": None}, "answer"),
        ({"key": "../x"}, "key"),
        ({"more": "x"}, "more"),
    ],
)
def test_what_can_become_no_question_is_refused(
    client: FlaskClient, store: FeedbackStore, changed: dict[str, Any], field: str
) -> None:
    response = client.post("/feedback", json={**WORD, **changed})

    assert (response.status_code, response.get_json()["errors"][0]["field"]) == (422, field)
    assert store.entries() == []


def test_one_client_can_say_only_so_much_a_minute(client: FlaskClient, store: FeedbackStore) -> None:
    statuses = [client.post("/feedback", json=WORD).status_code for _ in range(MAX_FROM_ONE_CLIENT)]
    refused = client.post("/feedback", json=WORD)
    other = client.post("/feedback", json=WORD, environ_base={"REMOTE_ADDR": "192.0.2.7"})

    assert set(statuses) == {201}
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 5
    assert refused.get_json()["detail"] == "You sent much feedback within a minute. Try again later."
    assert other.status_code == 201
    assert len(store.entries()) == MAX_FROM_ONE_CLIENT + 1


def test_those_of_one_ipv6_network_are_one_client(client: FlaskClient) -> None:
    statuses = [
        client.post("/feedback", json=WORD, environ_base={"REMOTE_ADDR": f"2001:db8::{n:x}"}).status_code
        for n in range(MAX_FROM_ONE_CLIENT + 1)
    ]

    assert statuses == [201] * MAX_FROM_ONE_CLIENT + [429]


@pytest.mark.parametrize(
    "content_type", ["text/plain", "multipart/form-data; boundary=x", "", "application/x-www-form-urlencoded"]
)
def test_what_is_neither_json_nor_a_form_is_415(client: FlaskClient, store: FeedbackStore, content_type: str) -> None:
    response = client.post("/feedback", data=json.dumps(WORD), content_type=content_type)

    assert (response.status_code, response.content_type) == (415, "application/problem+json")
    assert "Content-Type: application/json" in response.get_json()["detail"]
    assert store.entries() == []


def test_a_full_store_is_told_without_its_path(live: FakeLive, tmp_path: Path) -> None:
    client = create_app(live, feedback=FeedbackStore(tmp_path, max_entries=0)).test_client()  # type: ignore[arg-type]

    response = client.post("/feedback", json=WORD)

    assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
    assert response.get_json()["detail"] == "Too much feedback came in. Try again later."


def test_a_store_that_can_not_be_written_is_told_without_its_path(live: FakeLive, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    client = create_app(live, feedback=FeedbackStore(tmp_path / "file")).test_client()  # type: ignore[arg-type]

    response = client.post("/feedback", json=WORD)

    assert (response.status_code, response.headers["Retry-After"]) == (503, "60")
    assert response.get_json()["detail"] == "Feedback can't be kept now."


def test_a_page_of_another_site_is_refused(client: FlaskClient, store: FeedbackStore) -> None:
    assert client.post("/feedback", data=WORD, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert store.entries() == []


def test_what_was_said_is_shown_nowhere(client: FlaskClient) -> None:
    client.post("/feedback", json={**WORD, "comment": "a remark"})

    for path in ("/", "/ask?q=How+many+countries", "/documents", f"/documents/{SUMMIT.id}", "/feedback"):
        assert "a remark" not in client.get(path, headers=BROWSER).get_data(as_text=True)
    assert client.get("/feedback").status_code == 405


def test_turned_off_it_is_neither_asked_for_nor_taken(live: FakeLive) -> None:
    client = create_app(live).test_client()  # type: ignore[arg-type]

    page = client.get("/ask?q=How+many+countries", headers=BROWSER).get_data(as_text=True)

    assert "feedback" not in page
    assert client.post("/feedback", json=WORD).status_code == 404
