"""Who gets a page and who gets JSON."""

import pytest
from flask.testing import FlaskClient

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize("path", ["/nowhere", "/ask?q=", "/documents/none", "/ask?q=explode"])
def test_a_browser_gets_an_error_as_a_page(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers=BROWSER)

    assert response.status_code >= 400
    assert response.content_type == "text/html; charset=utf-8"
    assert "Back to the questions" in response.get_data(as_text=True)


@pytest.mark.parametrize(
    "accept",
    [
        None,
        "*/*",
        "application/json",
        "application/problem+json",
        "application/json, text/html",
        "text/html;q=0.5, application/json",
        "text/html;q=0",
        "*/*, text/html;q=0.3",
        "image/png",
        "nonsense;;q=x",
    ],
)
@pytest.mark.parametrize("path", ["/ask?q=How+long", "/ask?q=", "/documents", "/nowhere"])
def test_a_program_never_gets_html(client: FlaskClient, path: str, accept: str | None) -> None:
    response = client.get(path, headers={"Accept": accept} if accept else {})

    assert response.mimetype in {"application/json", "application/problem+json"}


@pytest.mark.parametrize("accept", [BROWSER["Accept"], "text/html", "text/*", "text/html, application/json;q=0.9"])
@pytest.mark.parametrize("path", ["/ask?q=How+long", "/documents", "/nowhere"])
def test_a_client_that_prefers_html_gets_a_page(client: FlaskClient, path: str, accept: str) -> None:
    assert client.get(path, headers={"Accept": accept}).mimetype == "text/html"


@pytest.mark.parametrize("body", ['{"question": "How long?"}', '{"question": 1}', "{"])
def test_a_json_body_gets_json_whatever_is_accepted(client: FlaskClient, body: str) -> None:
    response = client.post("/ask", data=body, content_type="application/json", headers=BROWSER)

    assert response.mimetype in {"application/json", "application/problem+json"}
