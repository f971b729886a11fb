"""Requests that are refused: the status, the problem, and nothing else that could leak or crash."""

import io
import json
import logging
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from web_fakes import FakeLive
from werkzeug.test import TestResponse

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def problem_of(response: TestResponse, status: int) -> dict[str, object]:
    """Return the problem that `response` is, with the members that do not vary checked."""
    problem = json.loads(response.get_data())
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert problem["status"] == status
    assert problem["type"] == "about:blank"
    assert problem["title"]
    assert problem["detail"]
    return problem


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"question": "x"',
        b'{"question": "x",}',
        b"{'question': 'x'}",
        b'{"question": "caf\xe9"}',
        '{"question": "x"}'.encode("utf-16"),
        '{"question": "x"}'.encode("utf-32-le"),
        b'{"question": "x", "top_k": NaN}',
        b'{"question": "x", "top_k": -Infinity}',
        b'{"question": "x", "top_k": ' + b"9" * 5_000 + b"}",
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b'["question"]',
        b'"question"',
        b"null",
        b"3",
    ],
    ids=lambda body: repr(body[:30]),
)
def test_a_body_that_is_not_a_json_object_is_400(client: FlaskClient, body: bytes) -> None:
    problem_of(client.post("/ask", data=body, content_type="application/json"), 400)


def test_a_byte_order_mark_before_json_is_passed_over(client: FlaskClient) -> None:
    body = b'\xef\xbb\xbf{"question": "How long?"}'

    assert client.post("/ask", data=body, content_type="application/json").status_code == 200


def test_duplicate_keys_are_fine_and_the_last_counts(client: FlaskClient) -> None:
    body = b'{"question": 1, "question": "How long?"}'

    response = client.post("/ask", data=body, content_type="application/json")

    assert response.get_json()["question"] == "How long?"


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({}, ["question"]),
        ({"question": None}, ["question"]),
        ({"question": 7}, ["question"]),
        ({"question": True}, ["question"]),
        ({"question": ["x"]}, ["question"]),
        ({"question": ""}, ["question"]),
        ({"question": " \n\t　"}, ["question"]),
        ({"question": "\x85"}, ["question"]),
        ({"question": "x" * 2_001}, ["question"]),
        ({"question": "x" * 20_000}, ["question"]),
        ({"question": "\ud800"}, ["question"]),
        ({"question": "x", "top_k": 0}, ["top_k"]),
        ({"question": "x", "top_k": 51}, ["top_k"]),
        ({"question": "x", "top_k": True}, ["top_k"]),
        ({"question": "x", "top_k": 5.0}, ["top_k"]),
        ({"question": "x", "top_k": "5"}, ["top_k"]),
        ({"question": "x", "top_k": None}, ["top_k"]),
        ({"question": "x", "top_k": 10**400}, ["top_k"]),
        ({"question": "x", "history": None}, ["history"]),
        ({"question": "x", "history": {}}, ["history"]),
        ({"question": "x", "history": [{"question": "y"}] * 21}, ["history"]),
        ({"question": "x", "history": ["y"]}, ["history.0"]),
        ({"question": "x", "history": [{"answer": "z"}]}, ["history.0.question"]),
        ({"question": "x", "history": [{"question": "y"}, {"question": ""}]}, ["history.1.question"]),
        ({"question": "x", "history": [{"question": "y" * 2_001}]}, ["history.0.question"]),
        ({"question": "x", "history": [{"question": "y", "answer": 1}]}, ["history.0.answer"]),
        ({"question": "x", "history": [{"question": "y", "answer": "z" * 10_001}]}, ["history.0.answer"]),
        ({"question": "x", "history": [{"question": "y", "answers": []}]}, ["history.0.answers"]),
        ({"question": "x", "filters": None}, ["filters"]),
        ({"question": "x", "filters": []}, ["filters"]),
        ({"question": "x", "filters": {"date_from": "01/02/2005"}}, ["filters.date_from"]),
        ({"question": "x", "filters": {"date_from": "20050102"}}, ["filters.date_from"]),
        ({"question": "x", "filters": {"date_from": "2005-02-30"}}, ["filters.date_from"]),
        ({"question": "x", "filters": {"date_from": "２００５-01-01"}}, ["filters.date_from"]),
        ({"question": "x", "filters": {"date_from": "2005-01-01T00:00:00"}}, ["filters.date_from"]),
        ({"question": "x", "filters": {"date_to": 1104537600}}, ["filters.date_to"]),
        ({"question": "x", "filters": {"date_from": "2005-02-02", "date_to": "2005-02-01"}}, ["filters.date_to"]),
        ({"question": "x", "filters": {"document_ids": "a.txt"}}, ["filters.document_ids"]),
        ({"question": "x", "filters": {"document_ids": [1]}}, ["filters.document_ids.0"]),
        ({"question": "x", "filters": {"document_ids": ["a", "\ud800"]}}, ["filters.document_ids.1"]),
        ({"question": "x", "filters": {"document_ids": ["a"] * 1_001}}, ["filters.document_ids"]),
        ({"question": "x", "filters": {"documents": []}}, ["filters.documents"]),
        ({"question": "x", "topk": 3}, ["topk"]),
        ({"question": "x", "\udfff": 3}, [""]),
        ({"top_k": "5", "extra": 1}, ["question", "top_k", "extra"]),
    ],
    ids=lambda value: json.dumps(value)[:70] if isinstance(value, dict) else "",
)
def test_a_wrong_field_is_422_and_named(client: FlaskClient, fields: dict[str, object], named: list[str]) -> None:
    response = client.post("/ask", data=json.dumps(fields), content_type="application/json")

    problem = problem_of(response, 422)
    assert [error["field"] for error in problem["errors"]] == named
    assert all(error["message"] for error in problem["errors"])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"question": "Who?", "history": [1]}, "Must be an object"),
        ({"question": "Who?", "filters": []}, "Must be an object"),
        ({"question": "Who?", "history": [{"question": "y"}] * 500}, "May hold at most 20, has 500"),
        ({"question": "Who?", "filters": {"document_ids": ["\ud800"]}}, "Must be text that UTF-8 can encode"),
        ({"question": "Who?", "colour": "red"}, "Unknown field"),
        ({"question": "Who?", "filters": {"question": "Who?"}}, "Unknown field"),
        ({"question": "Who?", "date_from": "2024-01-01"}, "Unknown field: it belongs under filters"),
        ({"question": "Who?", "document_ids": []}, "Unknown field: it belongs under filters"),
    ],
    ids=lambda value: json.dumps(value)[:70],
)
def test_a_wrong_field_is_told_in_plain_words(client: FlaskClient, fields: dict[str, object], message: str) -> None:
    problem = problem_of(client.post("/ask", data=json.dumps(fields), content_type="application/json"), 422)

    assert [error["message"] for error in problem["errors"]] == [message]


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("/ask?question=a", "Unknown field: the question goes in q"),
        ("/timeline?question=a", "Unknown field: the question goes in q"),
        ("/ask?q=a&colour=red", "Unknown field"),
        ("/documents?colour=red", "Unknown field"),
        ("/documents?date_from=soon", "Should be a date that exists, written YYYY-MM-DD"),
    ],
)
def test_a_wrong_parameter_is_told_in_plain_words(client: FlaskClient, address: str, message: str) -> None:
    problem = problem_of(client.get(address), 422)

    assert [error["message"] for error in problem["errors"]] == [message]


@pytest.mark.parametrize(
    "address", ["/ask?q=How+long", "/timeline?q=How+long", "/documents?words=visit", "/?date_to=2024-01-01"]
)
def test_what_another_site_added_to_a_shared_link_is_no_fault_for_a_browser(client: FlaskClient, address: str) -> None:
    response = client.get(f"{address}&fbclid=a&utm_source=b&utm_source=c", headers=BROWSER)

    assert response.status_code == 200
    assert response.text == client.get(address, headers=BROWSER).text or "/ask" in address


def test_a_browser_is_still_told_what_it_asks_wrongly(client: FlaskClient) -> None:
    response = client.get("/ask?question=a&fbclid=b", headers=BROWSER)

    assert response.status_code == 422
    assert "Unknown field: the question goes in q" in response.text


@pytest.mark.parametrize(
    "fields",
    [
        {"question": "x" * 2_000},
        {"question": " " * 30 + "🌧" * 2_000},
        {"question": "x", "top_k": 1},
        {"question": "x", "history": [{"question": "y" * 2_000}] * 20},
        {"question": "x", "history": [{"question": "y", "answer": "z" * 10_000}]},
        {"question": "x", "filters": {"date_from": "2005-02-01", "date_to": "2005-02-01"}},
        {"question": "x", "filters": {"date_from": None, "date_to": None, "document_ids": None}},
        {"question": "x", "filters": {"document_ids": ["a"] * 1_000}},
    ],
    ids=lambda value: json.dumps(value)[:70],
)
def test_a_field_at_its_limit_is_accepted(client: FlaskClient, fields: dict[str, object]) -> None:
    body = json.dumps(fields, ensure_ascii=False).encode()

    assert client.post("/ask", data=body, content_type="application/json").status_code == 200


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("", ["q"]),
        ("q=", ["q"]),
        ("q=a&q=b", ["q"]),
        ("question=a", ["question"]),
        ("q=a&top_k=51", ["top_k"]),
        ("q=a&top_k=five", ["top_k"]),
        ("q=a&top_k=５", ["top_k"]),
        ("q=a&top_k=--5", ["top_k"]),
        ("q=a&date_from=2005-02-02&date_to=2005-02-01", ["date_to"]),
        ("q=a&date_from=soon", ["date_from"]),
        ("q=a&" + "document_id=x&" * 1_001, ["document_id"]),
        ("q=a&history_question=b&history_answer=c", ["history_question", "history_answer"]),
        ("q=a&utm_source=b", ["utm_source"]),
    ],
)
def test_a_wrong_parameter_of_a_link_is_422_and_named_as_it_was_sent(
    client: FlaskClient, query: str, named: list[str]
) -> None:
    problem = problem_of(client.get(f"/ask?{query}"), 422)

    assert [error["field"] for error in problem["errors"]] == named


@pytest.mark.parametrize(
    "content_type", ["text/plain", "multipart/form-data; boundary=x", "application/xml", "text/json", ""]
)
def test_any_other_content_type_is_415(client: FlaskClient, content_type: str) -> None:
    problem_of(client.post("/ask", data=b'{"question": "x"}', content_type=content_type), 415)


def test_json_that_curl_sends_as_a_form_is_told_the_header_to_set(client: FlaskClient) -> None:
    response = client.post("/ask", data=b'{"question": "x"}', content_type="application/x-www-form-urlencoded")

    assert "Content-Type: application/json" in problem_of(response, 415)["detail"]


def test_a_body_of_64_kib_is_read_and_one_byte_more_is_413(client: FlaskClient) -> None:
    fits = b'{"question": "x"}'.ljust(64 * 1024)

    assert client.post("/ask", data=fits, content_type="application/json").status_code == 200
    problem_of(client.post("/ask", data=fits + b" ", content_type="application/json"), 413)


def test_a_form_over_64_kib_is_413(client: FlaskClient) -> None:
    problem_of(client.post("/ask", data={"question": "x" * 65_600}), 413)


def test_a_chunked_body_is_limited_without_a_content_length(client: FlaskClient) -> None:
    body = io.BytesIO(b'{"question": "x"}'.ljust(70_000))

    response = client.post(
        "/ask", input_stream=body, content_type="application/json", environ_overrides={"wsgi.input_terminated": True}
    )

    problem_of(response, 413)


def test_an_unknown_address_is_404(client: FlaskClient) -> None:
    problem_of(client.get("/asks"), 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("PUT", "/ask", {"GET", "HEAD", "OPTIONS", "POST"}), ("POST", "/documents", {"GET", "HEAD", "OPTIONS"})],
)
def test_a_wrong_method_is_405_and_told_the_right_ones(
    client: FlaskClient, method: str, path: str, allowed: set[str]
) -> None:
    response = client.open(path, method=method)

    problem_of(response, 405)
    assert set(response.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.post("/ask", json={"question": "How long?"}),
        lambda client: client.get("/ask?q=x"),
        lambda client: client.get("/documents"),
        lambda client: client.get("/documents/a.txt"),
        lambda client: client.get("/documents/a.txt/text"),
        lambda client: client.get("/ready"),
        lambda client: client.get("/"),
    ],
)
def test_without_a_snapshot_every_address_is_503_with_a_time_to_come_back(
    client: FlaskClient, live: FakeLive, ask: Callable[[FlaskClient], TestResponse]
) -> None:
    live.stop()

    response = ask(client)

    problem_of(response, 503)
    assert response.headers["Retry-After"] == "5"
    assert "/srv/secret" not in response.get_data(as_text=True)


def test_what_the_engine_refuses_is_422_in_its_words(client: FlaskClient) -> None:
    problem = problem_of(client.post("/ask", json={"question": "refuse"}), 422)

    assert problem["errors"] == [{"field": "question", "message": "the question can't be read: write it in words."}]


@pytest.mark.parametrize("accept", ["*/*", BROWSER["Accept"]])
def test_an_unforeseen_error_is_logged_and_tells_a_client_nothing(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, accept: str
) -> None:
    response = client.get("/ask?q=explode", headers={"Accept": accept})

    body = response.get_data(as_text=True)
    assert response.status_code == 500
    assert "/srv/secret" not in body
    assert "Traceback" not in body
    assert "RuntimeError" not in body
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "is on fire" in caplog.text
    assert record.exc_info is not None


def json_values() -> st.SearchStrategy[object]:
    """Any JSON value, with keys that the service knows among the others."""
    keys = st.sampled_from(
        ["question", "history", "answer", "top_k", "filters", "date_from", "date_to", "document_ids"]
    ) | st.text(max_size=5)
    scalars = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(st.characters(exclude_categories=()), max_size=20)
        | st.sampled_from(["2005-05-10", "How long?"])
    )
    return st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=6), max_leaves=20
    )


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(json_values())
def test_any_json_value_gets_an_answer_or_a_problem(client: FlaskClient, value: object) -> None:
    response = client.post("/ask", data=json.dumps(value), content_type="application/json")

    if response.status_code == 200:
        assert response.get_json()["question"]
    else:
        assert response.status_code in {400, 422}
        problem_of(response, response.status_code)


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=200), st.sampled_from(["application/json", "application/x-www-form-urlencoded", "text/plain"])
)
def test_any_bytes_get_an_answer_or_a_problem(client: FlaskClient, body: bytes, content_type: str) -> None:
    response = client.post("/ask", data=body, content_type=content_type)

    assert response.status_code in {200, 400, 415, 422}
    assert response.mimetype in {"application/json", "application/problem+json"}


@pytest.mark.parametrize("path", ["/", "//", "/ask", "/documents", "/nowhere"])
@pytest.mark.parametrize("query", ["q=caf\xe9", "q=caf%E9", "key=\xed\xa0\x80"])  # Latin-1; a lone surrogate
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_query_that_is_no_utf_8_is_400(client: FlaskClient, path: str, query: str, accept: str) -> None:
    response = client.get(path, environ_overrides={"QUERY_STRING": query}, headers={"Accept": accept})
    assert response.status_code in {400, 404}
    assert response.status_code == 400 or path == "/nowhere"
