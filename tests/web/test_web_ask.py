"""POST /ask and GET /ask for programs: what a good request gets, and what the engine is asked."""

import datetime as dt
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from web_fakes import BRIDGE, SUMMIT, Asked, FakeEngine

from qa_service.types import Filters, Turn


def test_an_answered_question_is_json_whose_offsets_slice_the_served_text(client: FlaskClient) -> None:
    response = client.post("/ask", json={"question": "How long did it last?"})

    assert response.status_code == 200
    assert response.content_type == "application/json"
    reply = response.get_json()
    text = client.get(f"/documents/{reply['citations'][0]['document_id']}/text").get_data(as_text=True)
    citation = reply["citations"][0]
    details = {"value": None, "items": [], "polarity": None, "speaker": None}
    answer = {"text": "approximately 30 minutes", "confidence": 0.93, "citation": 1, "also_in": []}
    assert reply["answers"] == [answer | details]
    assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert text[citation["answer_start"] : citation["answer_end"]] == "approximately 30 minutes"


def test_the_members_of_a_reply_are_those_of_the_design_in_its_order(client: FlaskClient) -> None:
    reply = client.post("/ask", json={"question": "How long did it last?"}).get_json()

    assert list(reply) == [
        "question", "interpreted_as", "answered", "reason", "dates", "without_filters", "answers", "citations",
        "passages", "index", "took_ms",
    ]  # fmt: skip


def test_a_refusal_is_a_result_with_its_reason_and_the_nearest_passages(client: FlaskClient) -> None:
    response = client.post("/ask", json={"question": "Who won the match?", "top_k": 2})

    assert response.status_code == 200
    reply = response.get_json()
    assert (reply["answered"], reply["reason"], reply["answers"], reply["citations"]) == (False, "no_match", [], [])
    assert [passage["text"] for passage in reply["passages"]] == [
        SUMMIT.title.replace(" Japan", "\nJapan"),
        "May 10, 2005",
    ]


def test_every_field_reaches_the_engine_as_its_own_type(client: FlaskClient, engine: FakeEngine) -> None:
    client.post(
        "/ask",
        json={
            "question": "  And the bridge?\n",
            "history": [{"question": "How long?", "answer": "30 minutes"}, {"question": "Why?", "answer": None}],
            "top_k": 50,
            "filters": {"date_from": "2005-01-31", "date_to": "2005-12-31", "document_ids": [BRIDGE.id]},
        },
    )

    assert engine.asked == [
        Asked(
            question="And the bridge?",
            history=[Turn("How long?", "30 minutes"), Turn("Why?", None)],
            top_k=50,
            filters=Filters(dt.date(2005, 1, 31), dt.date(2005, 12, 31), (BRIDGE.id,)),
        )
    ]


@pytest.mark.parametrize("answer", ["", " \n", None])
def test_an_earlier_answer_without_words_is_none(client: FlaskClient, engine: FakeEngine, answer: str | None) -> None:
    client.post("/ask", json={"question": "How long?", "history": [{"question": "Why?", "answer": answer}]})

    assert engine.asked == [Asked("How long?", [Turn("Why?", None)], 5, Filters())]


def test_only_a_question_is_required(client: FlaskClient, engine: FakeEngine) -> None:
    client.post("/ask", json={"question": "How long?"})

    assert engine.asked == [Asked("How long?", [], 5, Filters())]


def test_an_empty_list_of_releases_is_a_filter_that_no_release_passes(client: FlaskClient) -> None:
    reply = client.post("/ask", json={"question": "How long?", "filters": {"document_ids": []}}).get_json()

    assert reply["reason"] == "outside_filters"


@pytest.mark.parametrize(
    "question",
    [
        "How long? 🌧🇯🇵",
        "会談はどのくらい続きましたか long",
        "long'; DROP TABLE documents; --",
        "<script>alert(1)</script> long",
        "long\x00\x07\x1b[31m",
        "long {{ 7 * 7 }} %s %n ${x}",
        "long " * 400,
    ],
)
def test_hostile_questions_are_only_words(client: FlaskClient, question: str) -> None:
    response = client.post("/ask", json={"question": question})

    assert response.status_code == 200
    assert response.get_json()["question"] == question.strip()


def test_letters_outside_ascii_arrive_unescaped(client: FlaskClient) -> None:
    body = client.post("/ask", json={"question": "橋 bridge"}).get_data(as_text=True)

    assert '"question":"橋 bridge"' in body


def test_a_link_asks_as_json_for_curl(client: FlaskClient, engine: FakeEngine) -> None:
    url = "/ask?q=How+long%3F&top_k=3&date_from=2005-01-01&date_to=2005-12-31"

    response = client.get(f"{url}&document_id=a&document_id={quote(SUMMIT.id)}", headers={"Accept": "*/*"})

    assert response.content_type == "application/json"
    assert response.get_json()["answers"][0]["text"] == "approximately 30 minutes"
    filters = Filters(dt.date(2005, 1, 1), dt.date(2005, 12, 31), ("a", SUMMIT.id))
    assert engine.asked == [Asked("How long?", [], 3, filters)]


def test_dates_left_empty_in_a_link_do_not_filter(client: FlaskClient, engine: FakeEngine) -> None:
    client.get("/ask?q=How+long%3F&date_from=&date_to=")

    assert engine.asked == [Asked("How long?", [], 5, Filters())]


def test_a_form_without_a_browser_gets_json(client: FlaskClient) -> None:
    response = client.post("/ask", data={"question": "How long?"}, headers={"Accept": "*/*"})

    assert response.content_type == "application/json"
    assert response.get_json()["answered"] is True
