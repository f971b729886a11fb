"""Which pages of other origins may read the API in a browser."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from web_fakes import FakeLive

from qa_service.web.app import create_app
from qa_service.web.limits import Limits

OWN, OTHER = "https://newsroom.example", "https://elsewhere.example"
TOKEN = "a-token-of-some-length"


@pytest.fixture
def app(live: FakeLive) -> Flask:
    return create_app(live, rebuilder=object(), rebuild_token=TOKEN, cors_origins=[OWN])  # type: ignore[arg-type]


def preflight(client: FlaskClient, path: str, origin: str = OWN) -> dict[str, str]:
    """Return status and CORS headers of a browser's question whether it may POST to `path`."""
    response = client.options(
        path,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    told = {name: value for name, value in response.headers if name.startswith("Access-Control-")}
    return {"status": str(response.status_code), "Vary": response.headers["Vary"], **told}


@pytest.mark.parametrize("path", ["/ask?q=How+long", "/ask?q=", "/documents", "/health", "/nowhere", "/rebuild/1"])
def test_a_named_origin_may_read_answers_and_errors(client: FlaskClient, path: str) -> None:
    headers = client.get(path, headers={"Origin": OWN}).headers
    assert headers["Access-Control-Allow-Origin"] == OWN
    assert headers["Access-Control-Expose-Headers"] == "Location, Retry-After, X-Request-ID"
    assert "Access-Control-Allow-Credentials" not in headers
    assert {"Origin", "Accept"} <= set(headers["Vary"].split(", "))


@pytest.mark.parametrize(
    "origin", [OTHER, "null", f"{OWN}:8443", f"{OWN}.elsewhere.example", "http://newsroom.example", OWN.upper(), ""]
)
def test_any_other_origin_may_not(client: FlaskClient, origin: str) -> None:
    headers = client.get("/ask?q=How+long", headers={"Origin": origin}).headers
    assert "Access-Control-Allow-Origin" not in headers
    assert "Origin" in headers["Vary"]
    assert "Access-Control-Allow-Methods" not in preflight(client, "/ask", origin)


def test_a_preflight_is_answered_without_a_body(client: FlaskClient) -> None:
    assert preflight(client, "/ask") == {
        "status": "204",
        "Access-Control-Allow-Origin": OWN,
        "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS, POST",
        "Access-Control-Allow-Headers": "Accept, Authorization, Content-Type, X-Request-ID",
        "Access-Control-Expose-Headers": "Location, Retry-After, X-Request-ID",
        "Access-Control-Max-Age": "600",
        "Vary": "Origin, Accept",
    }


def test_a_preflight_needs_no_token_and_counts_as_no_question(live: FakeLive) -> None:
    app = create_app(
        live,
        rebuilder=object(),
        rebuild_token=TOKEN,
        cors_origins=[OWN],
        limits=Limits(per_minute=1),  # type: ignore[arg-type]
    )
    client = app.test_client()
    assert preflight(client, "/rebuild")["status"] == "204"
    assert {preflight(client, "/ask")["status"] for _ in range(3)} == {"204"}
    assert client.get("/ask?q=long").status_code == 200


def test_an_unknown_address_has_no_preflight(client: FlaskClient) -> None:
    assert preflight(client, "/nowhere")["status"] == "404"


@pytest.mark.parametrize("path", ["/operator", "/operator/rebuild", "/operator/builds/1"])
def test_the_operators_page_is_left_out(client: FlaskClient, path: str) -> None:
    assert "Access-Control-Allow-Origin" not in client.get(path, headers={"Origin": OWN}).headers
    assert "Access-Control-Allow-Origin" not in preflight(client, path)


def test_a_star_lets_every_page_read_and_needs_no_vary(live: FakeLive) -> None:
    client = create_app(live, cors_origins=["*"]).test_client()
    headers = client.get("/ask?q=How+long", headers={"Origin": OTHER}).headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Vary"] == "Accept"
    assert preflight(client, "/ask", OTHER)["Access-Control-Allow-Origin"] == "*"


def test_without_the_setting_nothing_is_said_of_origins(live: FakeLive) -> None:
    client = create_app(live).test_client()
    headers = client.get("/ask?q=How+long", headers={"Origin": OWN}).headers
    assert [name for name, _ in headers if name.startswith("Access-Control-")] == []
    assert headers["Vary"] == "Accept"
    assert preflight(client, "/ask") == {"status": "200", "Vary": "Accept"}
