"""Which names requests may be sent to: DNS rebinding makes a browser send another site's."""

import pytest
from flask.testing import FlaskClient
from web_fakes import FakeLive

from qa_service.hosts import host_names
from qa_service.web.app import create_app


@pytest.mark.parametrize("path", ["/", "/ask?q=How+long", "/documents", "/health", "/static/chat.js", "/nowhere"])
def test_under_another_sites_name_nothing_is_read(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers={"Host": "evil.example:8000", "Accept": "application/json"})

    assert (response.status_code, response.content_type) == (421, "application/problem+json")
    assert "the name 'evil.example:8000'" in response.get_json()["detail"]
    assert "setting allowed_hosts" in response.get_json()["detail"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000"])
def test_this_machines_names_are_answered_to(client: FlaskClient, host: str) -> None:
    assert client.get("/ask?q=How+long", headers={"Host": host}).status_code == 200


def test_a_name_of_the_settings_is_answered_to(live: FakeLive) -> None:
    app = create_app(live, hosts=host_names("127.0.0.1", "qa.example.org"))  # type: ignore[arg-type]
    client = app.test_client()

    assert client.get("/health", headers={"Host": "qa.example.org"}).status_code == 200
    assert client.get("/health", headers={"Host": "qa.example.com"}).status_code == 421


def test_a_hostile_name_is_inert_in_the_page(client: FlaskClient) -> None:
    response = client.get("/", headers={"Host": "<script>alert(1)</script>", "Accept": "text/html"})

    assert response.status_code == 421
    assert "<script>alert" not in response.get_data(as_text=True)
