"""Request ids, and the line that the log gets for each request."""

import logging
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from web_fakes import FakeLive

from qa_service import logs
from qa_service.web.app import create_app

LOGGER = "qa_service.web.request_log"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, LOGGER)
    return caplog


def fields_of(records: list[logging.LogRecord]) -> list[dict[str, object]]:
    return [getattr(record, logs.FIELDS) for record in records if record.name == LOGGER]


def test_each_request_is_one_line_with_method_path_status_and_time(
    client: FlaskClient, lines: pytest.LogCaptureFixture
) -> None:
    client.post("/ask", json={"question": "How long?"}, buffered=True)
    client.get("/documents/none", buffered=True)
    client.get("/ask?q=explode", buffered=True)
    client.get("/static/style.css", buffered=True)

    told = fields_of(lines.records)

    assert [(line["method"], line["path"], line["status"]) for line in told] == [
        ("POST", "/ask", 200),
        ("GET", "/documents/none", 404),
        ("GET", "/ask", 500),
        ("GET", "/static/style.css", 200),
    ]
    assert all(isinstance(line["ms"], float) for line in told)


def test_what_is_asked_is_not_logged(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client.post("/ask", json={"question": "Where is the secret meeting?"}, buffered=True)
    client.get("/ask?q=Where+is+the+secret+meeting", buffered=True)
    client.post("/ask", data={"question": "secret"}, buffered=True)
    assert "secret" not in caplog.text
    assert "secret" not in str(fields_of(caplog.records))


def test_a_setting_lets_the_log_show_what_is_asked(live: FakeLive, lines: pytest.LogCaptureFixture) -> None:
    client = create_app(live, logs_questions=True).test_client()
    client.post("/ask", json={"question": 'How "long"?\nAnd where?'}, buffered=True)
    client.get("/health", buffered=True)
    asked, other = fields_of(lines.records)
    assert asked["question"] == 'How "long"?\nAnd where?'
    assert "question" not in other
    assert "\n" not in lines.records[0].getMessage()


def test_a_question_can_not_colour_a_terminal(live: FakeLive, lines: pytest.LogCaptureFixture) -> None:
    client = create_app(live, logs_questions=True).test_client()
    client.post("/ask", json={"question": "Où?\x9b31m\u2028名前"}, buffered=True)
    assert lines.records[0].getMessage().endswith(r'question="Où?\u009b31m\u2028名前"')


def test_a_token_is_never_logged(live: FakeLive, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = "a-token-of-some-length"
    client = create_app(live, rebuilder=object(), rebuild_token=token).test_client()  # type: ignore[arg-type]
    client.get("/rebuild/1", headers={"Authorization": f"Bearer {token}"}, buffered=True)
    client.get("/rebuild/1", headers={"Authorization": "Bearer a-wrong-token"}, buffered=True)
    client.post("/operator/session", data={"token": token}, buffered=True)
    assert "token-of" not in caplog.text
    assert "a-wrong-token" not in caplog.text


def test_a_path_can_not_break_the_line(client: FlaskClient, lines: pytest.LogCaptureFixture) -> None:
    client.get("/%0A2026-01-02%20ERROR%20forged%1B[31m", buffered=True)
    assert lines.records[0].getMessage().startswith("GET /%0A2026-01-02%20ERROR%20forged%1B%5B31m 404 ")


def test_a_sane_request_id_is_taken_over(client: FlaskClient) -> None:
    response = client.get("/health", headers={"X-Request-ID": "trace-1.a_B"})
    assert response.headers.getlist("X-Request-ID") == ["trace-1.a_B"]


@pytest.mark.parametrize("given", [None, "", "two words", "x" * 129, "a;b", "ä", "<b>"])
def test_any_other_request_id_is_replaced(client: FlaskClient, given: str | None) -> None:
    response = client.get("/health", headers={} if given is None else {"X-Request-ID": given})
    assert re.fullmatch("[0-9a-f]{32}", response.headers["X-Request-ID"])


@pytest.mark.parametrize("path", ["/nowhere", "/ask?q=explode", "/ask?q=", "/rebuild/1"])
def test_errors_carry_the_id_and_so_do_the_lines_written_for_them(app: Flask, path: str) -> None:
    seen: list[str | None] = []

    class Seeing(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(logs.request_id.get())

    handler, logger = Seeing(), logging.getLogger("qa_service")
    logger.addHandler(handler)
    try:
        response = app.test_client().get(path, headers={"X-Request-ID": "id-7"}, buffered=True)
    finally:
        logger.removeHandler(handler)
    assert response.headers["X-Request-ID"] == "id-7"
    assert set(seen) <= {"id-7"}
    assert logs.request_id.get() is None


def test_requests_are_counted_by_method_and_status(client: FlaskClient) -> None:
    client.get("/health", buffered=True)
    client.open("/health", method="BREW", buffered=True)
    told = client.get("/metrics").text
    assert 'qa_requests_total{method="GET",status="200"} 1.0' in told
    assert 'qa_requests_total{method="other",status="405"} 1.0' in told
    assert "BREW" not in told
