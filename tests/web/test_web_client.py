"""The Python client against the application on its real server, on loopback."""

import datetime as dt
import http.server
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from web_fakes import BRIDGE, INFO, SUMMIT
from web_operator_fakes import TOKEN

from qa_service.client import Client, FieldError, Filters, ProblemError, Turn, UnreachableError

OPERATOR_SERVER = Path(__file__).with_name("web_operator_server.py")


@pytest.fixture
def asking(address: str) -> Client:
    return Client(address)


@contextmanager
def answering(status: int, headers: dict[str, str], body: bytes) -> Iterator[str]:
    """Serve the same answer to whatever is asked."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_an_answer_comes_with_a_citation_that_slices_the_text(asking: Client) -> None:
    reply = asking.ask("How long did it last?")

    assert (reply.answered, reply.reason, reply.answers[0].text) == (True, None, "approximately 30 minutes")
    citation = reply.citations[0]
    text = asking.release_text(citation.document_id)
    assert text[citation.start : citation.end] == citation.quote
    assert text[citation.answer_start : citation.answer_end] == reply.answers[0].text
    assert citation.date == dt.date(2005, 5, 10)
    assert reply.index.built_at == INFO.built_at


def test_a_refusal_is_a_reply_with_its_reason(asking: Client) -> None:
    reply = asking.ask("Who won the match?", top_k=2)

    assert (reply.answered, reply.reason, reply.answers, len(reply.passages)) == (False, "no_match", (), 2)


def test_history_and_filters_are_sent(asking: Client) -> None:
    assert asking.ask("And why?", history=[Turn("How long?", "30 minutes")]).interpreted_as == "And why? (How long?)"
    assert asking.ask("How long?", filters=Filters(date_from=dt.date(2024, 1, 1))).reason == "outside_filters"
    assert asking.ask("How many countries?", filters=Filters(document_ids=[BRIDGE.id])).citations[0].document_id == (
        BRIDGE.id
    )


def test_releases_are_listed_newest_first(asking: Client) -> None:
    first, second, _ = asking.documents()

    assert (first.document_id, first.date, second.document_id) == (BRIDGE.id, BRIDGE.date, SUMMIT.id)
    assert [summary.title for summary in asking.documents("koizumi", date_to=dt.date(2005, 12, 31))] == [SUMMIT.title]
    assert list(asking.documents("no such title")) == []


def test_more_releases_than_a_page_holds_are_fetched_as_they_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    release = {"title": "t", "date": None, "source_url": None, "note": None, "url": "/documents/x"}

    def send(_: Client, method: str, path: str) -> bytes:
        asked.append(path.rpartition("&")[2])
        n = 50 if len(asked) == 1 else 3
        return json.dumps({"documents": [{**release, "document_id": str(i)} for i in range(n)], "total": 53}).encode()

    monkeypatch.setattr(Client, "_send", send)
    releases = Client("http://127.0.0.1").documents()

    next(releases)
    assert asked == ["offset=0"]
    assert len(list(releases)) == 52
    assert asked == ["offset=0", "offset=50"]


def test_any_name_of_a_release_gets_its_text(asking: Client) -> None:
    assert asking.release_text(BRIDGE.id) == BRIDGE.text


def test_the_index_in_service_is_told(asking: Client) -> None:
    assert (asking.index().version, asking.index().newest) == (INFO.version, INFO.newest)


def test_a_problem_is_an_exception_that_names_each_field(asking: Client) -> None:
    with pytest.raises(ProblemError) as raised:
        asking.ask("  ", top_k=51)

    assert (raised.value.status, raised.value.title) == (422, "Unprocessable Entity")
    assert [error.field for error in raised.value.errors] == ["question", "top_k"]
    assert raised.value.errors[0] == FieldError("question", "String should have at least 1 character")
    assert str(raised.value).startswith("422 Unprocessable Entity: question: ")


def test_a_release_that_is_not_there_is_a_problem(asking: Client) -> None:
    with pytest.raises(ProblemError, match="404 Not Found: No release has this address"):
        asking.release_text("none.txt")


def test_a_timeline_is_what_each_release_answers(asking: Client) -> None:
    timeline = asking.timeline("How many countries?", max_releases=1)
    [entry], [citation] = timeline.entries, timeline.citations
    assert (entry.text, entry.unchanged_since, citation.date) == ("about 50 countries", None, dt.date(2005, 5, 10))
    assert timeline.has_more


def test_a_rebuild_needs_the_token_and_is_followed_by_its_job() -> None:
    with subprocess.Popen(
        [sys.executable, OPERATOR_SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(OPERATOR_SERVER.parents[1])},
    ) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        address = server.stdout.readline().strip()
        with pytest.raises(ProblemError, match=r"^401 "):
            Client(address).rebuild()
        with pytest.raises(ProblemError, match=r"^403 Forbidden: This is not the server's token"):
            Client(address, token="wrong").rebuild()
        operator = Client(address, f"{TOKEN}\n")  # as a file holds it

        job = operator.rebuild()
        assert (job.state, job.report, job.ended_at) == ("running", None, None)
        with pytest.raises(ProblemError, match=r"^409 "):
            operator.rebuild()
        server.stdin.write("go on\n")
        server.stdin.flush()
        give_up_at = time.monotonic() + 60
        while job.state == "running" and time.monotonic() < give_up_at:
            job = operator.job(job.job)
            time.sleep(0.05)
        server.terminate()

    assert job.state == "succeeded"
    assert job.report is not None
    assert job.report["added"] == ["more-go on.txt"]


def test_a_token_is_sent_with_rebuilds_only(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    sent: list[str | None] = []
    client = Client(address, TOKEN)
    opened = client._opener.open
    monkeypatch.setattr(
        client._opener,
        "open",
        lambda request, **_: [sent.append(request.get_header("Authorization")), opened(request)][1],
    )

    client.ask("How long?")
    with pytest.raises(ProblemError):
        client.job("none")

    assert sent == [None, f"Bearer {TOKEN}"]


def test_a_redirect_is_not_followed() -> None:
    with (
        answering(302, {"Location": "http://127.0.0.1:1/"}, b"") as address,
        pytest.raises(ProblemError, match=r"^302 Found: The server did not say why"),
    ):
        Client(address, TOKEN).job("1")


def test_when_to_ask_again_is_told() -> None:
    problem = json.dumps({"title": "Service Unavailable", "status": 503, "detail": "Not yet."}).encode()
    with answering(503, {"Retry-After": "5"}, problem) as address, pytest.raises(ProblemError) as raised:
        Client(address).index()

    assert (raised.value.retry_after_s, raised.value.detail, raised.value.errors) == (5, "Not yet.", ())


@pytest.mark.parametrize("body", [b"<h1>It works</h1>", b"{}", b"[1]", b'{"index": {"version": 1}}'])
def test_another_service_at_the_address_is_told_from_this_one(body: bytes) -> None:
    with answering(200, {}, body) as address, pytest.raises(UnreachableError, match="is not of this service"):
        Client(address).index()


def test_an_error_page_of_a_proxy_is_a_problem_too() -> None:
    with (
        answering(502, {}, b"<h1>Bad gateway</h1>") as address,
        pytest.raises(ProblemError, match=r"^502 Bad Gateway: "),
    ):
        Client(address).index()


def test_a_server_that_is_not_there_is_told_with_what_to_do() -> None:
    with pytest.raises(UnreachableError, match=r"^http://127\.0\.0\.1:1 gave no reply: .*Is the server running"):
        Client("http://127.0.0.1:1").index()


@pytest.mark.parametrize("base_url", ["127.0.0.1:8000", "file:///etc/passwd", "http://"])
def test_an_address_that_is_none_is_refused(base_url: str) -> None:
    with pytest.raises(ValueError, match="that begins with http:// or https://"):
        Client(base_url)
