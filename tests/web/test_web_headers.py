"""Headers of every response, health, readiness and static files."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from web_fakes import INFO, FakeLive

import qa_service.web

WEB = Path(qa_service.web.__file__).parent
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/ask?q=How+long",
        "/ask?q=explode",
        "/ask",
        "/documents",
        "/documents/2005-05-10-japan-russia.txt",
        "/documents/2005-05-10-japan-russia.txt/text",
        "/documents/none",
        "/timeline",
        "/timeline?q=How+long",
        "/feedback",
        "/health",
        "/ready",
        "/metrics",
        "/openapi.json",
        "/docs",
        "/rebuild",
        "/nowhere",
        "/static/style.css",
        "/static/chat.js",
        "/favicon.ico",
    ],
)
def test_every_response_forbids_what_pages_do_not_need(client: FlaskClient, path: str, accept: str) -> None:
    headers = client.get(path, headers={"Accept": accept}).headers

    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-cache"
    assert headers["Vary"] == "Accept"
    assert "Set-Cookie" not in headers


def test_every_route_without_an_argument_is_among_those_above(app: Flask) -> None:
    rules = {rule.rule for rule in app.url_map.iter_rules() if not rule.arguments}
    rules -= {rule for rule in rules if rule.startswith("/operator")}  # stricter ones: test_web_operator.py

    assert rules == {
        "/",
        "/ask",
        "/documents",
        "/health",
        "/ready",
        "/metrics",
        "/openapi.json",
        "/docs",
        "/favicon.ico",
        "/feedback",
        "/rebuild",
        "/timeline",
    }


def test_health_answers_while_there_is_no_snapshot(client: FlaskClient, live: FakeLive) -> None:
    live.stop()

    response = client.get("/health")

    assert (response.status_code, response.get_json()) == (200, {"status": "ok"})


def test_ready_tells_the_index_in_service(client: FlaskClient) -> None:
    response = client.get("/ready")

    assert response.get_json() == {
        "status": "ready",
        "index": {
            "version": INFO.version,
            "built_at": "2024-06-04T12:00:00+00:00",
            "documents": 3,
            "passages": 11,
            "newest": "2024-06-03",
        },
    }


def test_the_favicon_is_where_browsers_look_for_it(client: FlaskClient) -> None:
    assert client.get("/favicon.ico").mimetype == "image/svg+xml"


@pytest.mark.parametrize("path", sorted((WEB / "templates").iterdir()), ids=lambda path: path.name)
def test_templates_have_no_inline_code_and_trust_no_data(path: Path) -> None:
    template = path.read_text()

    assert (
        re.findall(
            r"\|\s*safe\b|Markup|autoescape|<style|\sstyle=|\son[a-z]+=|<script(?! type=\"module\" src=)", template
        )
        == []
    )


@pytest.mark.parametrize("folder", ["templates", "static"])
def test_pages_name_no_other_host(folder: str) -> None:
    hosts = {
        host
        for path in (WEB / folder).iterdir()
        for host in re.findall(r"(?:https?:)?//[\w.-]+\.\w+[\w./]*", path.read_text())
    }

    assert hosts <= {"http://www.w3.org/2000/svg"}  # a name of a vocabulary, never requested
