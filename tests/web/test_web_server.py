"""The application on waitress, in a process of its own, over real sockets."""

import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from qa_service.errors import SettingsError
from qa_service.web.server import MAX_RECEIVED_BYTES, serve

FAKE_SERVER = Path(__file__).with_name("web_fake_server.py")
JSON = {"Content-Type": "application/json"}


@contextmanager
def connected(address: str) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    try:
        yield connection
    finally:
        connection.close()


def wait_until_refused(address: str) -> None:
    for _ in range(1_000):
        try:
            socket.create_connection((urlsplit(address).hostname, urlsplit(address).port)).close()
        except ConnectionRefusedError:
            return
        time.sleep(0.02)
    pytest.fail("new connections are still accepted")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_new_connections_and_lets_the_running_request_finish(number: signal.Signals) -> None:
    received: list[tuple[int, bytes]] = []

    def ask(address: str) -> None:
        with connected(address) as connection:
            connection.request("POST", "/ask", json.dumps({"question": "wait"}), JSON)
            response = connection.getresponse()
            received.append((response.status, response.read()))

    with subprocess.Popen(
        [sys.executable, FAKE_SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        address = server.stdout.readline().strip()
        asking = threading.Thread(target=ask, args=[address])
        asking.start()
        assert server.stdout.readline() == "waiting\n"

        server.send_signal(number)
        wait_until_refused(address)
        server.stdin.write("go on\n")
        server.stdin.flush()
        asking.join()

    [(status, body)] = received
    assert status == 200
    assert json.loads(body)["question"] == "wait"
    assert server.returncode == 0


def test_a_port_in_use_is_a_setting_to_change() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(SettingsError, match=f"^port {port} of 127.0.0.1 is in use: .* another port with --port$"):
            serve(lambda environ, start: [], "127.0.0.1", port, 1)


def test_an_address_of_no_machine_is_a_setting_to_change() -> None:
    with pytest.raises(SettingsError, match=r"^can't listen on port 8000 of no-such-host\.invalid: "):
        serve(lambda environ, start: [], "no-such-host.invalid", 8000, 1)


def test_a_chunked_body_is_answered(address: str) -> None:
    with connected(address) as connection:
        connection.request("POST", "/ask", iter([b'{"question": ', b'"How long?"}']), JSON, encode_chunked=True)
        response = connection.getresponse()

        assert response.status == 200
        assert json.loads(response.read())["answered"] is True


@pytest.mark.parametrize("size", [70_000, 900_000])
def test_a_chunked_body_over_the_limit_is_413(address: str, size: int) -> None:
    with connected(address) as connection:
        connection.request("POST", "/ask", iter([b"x" * size]), JSON, encode_chunked=True)
        response = connection.getresponse()

        assert response.status == 413
        assert json.loads(response.read())["detail"] == "A body may have up to 65,536 bytes."


def test_a_body_that_waitress_refuses_unread_is_a_problem_too(address: str) -> None:
    with connected(address) as connection:
        connection.putrequest("POST", "/ask")
        connection.putheader("Content-Length", str(10**9))
        connection.endheaders()
        response = connection.getresponse()

        assert response.status == 413
        assert response.getheader("Content-Type") == "application/problem+json"
        problem = json.loads(response.read())
        assert (problem["status"], problem["detail"]) == (413, "A body may have up to 65,536 bytes.")


def test_a_chunked_body_that_waitress_refuses_is_told_the_same_limit(address: str) -> None:
    with connected(address) as connection:
        connection.request("POST", "/ask", iter([b"x" * (MAX_RECEIVED_BYTES + 1)]), JSON, encode_chunked=True)
        response = connection.getresponse()

        assert (response.status, json.loads(response.read())["detail"]) == (413, "A body may have up to 65,536 bytes.")


def test_a_request_that_is_no_http_is_a_problem(address: str) -> None:
    with socket.create_connection((urlsplit(address).hostname, urlsplit(address).port)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nContent-Length: many\r\n\r\n")
        answer = connection.makefile("rb").read()

    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"Content-Type: application/problem+json\r\n" in answer
    assert b"Server:" not in answer


def test_a_target_with_doubled_slashes_and_dots_stays_inside(address: str) -> None:
    with connected(address) as connection:
        for target in ["/documents/../../../etc/passwd", "//etc/passwd", "/documents/..%2f..%2fetc%2fpasswd/text"]:
            connection.request("GET", target)
            response = connection.getresponse()
            assert (target, response.status) == (target, 404)
            assert json.loads(response.read())["title"] == "Not Found"


def test_overload_is_refused_at_once_and_a_signal_lets_questions_that_run_and_wait_finish() -> None:
    received: list[int] = []

    def status_of(address: str, method: str, path: str) -> int:
        with connected(address) as connection:
            connection.request(method, path, json.dumps({"question": "wait"}) if method == "POST" else None, JSON)
            response = connection.getresponse()
            response.read()
            return response.status

    def figure(address: str, name: str) -> str:
        with connected(address) as connection:
            connection.request("GET", "/metrics")
            text = connection.getresponse().read().decode()
        return next(line for line in text.splitlines() if line.startswith(name)).split()[-1]

    with subprocess.Popen(
        [sys.executable, FAKE_SERVER, "1", "1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        address = server.stdout.readline().strip()
        asking = [
            threading.Thread(target=lambda: received.append(status_of(address, "POST", "/ask"))) for _ in range(2)
        ]
        for thread in asking:
            thread.start()
        assert server.stdout.readline() == "waiting\n"
        while figure(address, 'qa_questions_in_flight{state="waiting"}') != "1.0":
            time.sleep(0.02)
        refused = [status_of(address, "POST", "/ask") for _ in range(10)]
        alive = status_of(address, "GET", "/health")

        server.send_signal(signal.SIGTERM)
        wait_until_refused(address)
        server.stdin.write("go on\n" * 2)
        server.stdin.flush()
        for thread in asking:
            thread.join()

    assert refused == [503] * 10
    assert alive == 200
    assert received == [200, 200]
    assert server.returncode == 0


def test_passages_are_sent_before_reading_is_done() -> None:
    with subprocess.Popen(
        [sys.executable, FAKE_SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        with connected(server.stdout.readline().strip()) as connection:
            headers = {**JSON, "Accept": "text/event-stream"}
            connection.request("POST", "/ask", json.dumps({"question": "wait", "top_k": 1}), headers)
            response = connection.getresponse()
            first = [response.readline() for _ in range(3)]
            assert first[0] == b"event: passages\n"
            assert server.stdout.readline() == "waiting\n"
            assert len(json.loads(first[1].removeprefix(b"data: "))["passages"]) == 1
            assert first[2] == b"\n"

            server.stdin.write("go on\n")
            server.stdin.flush()
            rest = response.read()

        assert rest.startswith(b"event: answer\ndata: {")
        assert response.getheader("Content-Type") == "text/event-stream; charset=utf-8"
        server.terminate()


def test_what_waitress_refuses_has_a_request_id_too(address: str) -> None:
    with connected(address) as connection:
        connection.request("GET", "/", headers={"Content-Length": "many", "X-Request-ID": "id-3"})
        response = connection.getresponse()

        assert (response.status, response.getheader("X-Request-ID")) == (400, "id-3")


def test_what_a_proxy_tells_reaches_the_application() -> None:
    seen: list[str | None] = []

    def app(environ: dict[str, str], start_response: Callable[..., object]) -> list[bytes]:
        seen.append(environ.get("HTTP_X_FORWARDED_PROTO"))
        start_response("200 OK", [])
        return []

    def ask_and_stop(address: str) -> None:
        with connected(address) as connection:
            connection.request("GET", "/", headers={"X-Forwarded-Proto": "https"})
            connection.getresponse().read()
        signal.raise_signal(signal.SIGTERM)

    serve(
        app, "127.0.0.1", 0, 1, on_ready=lambda address: threading.Thread(target=ask_and_stop, args=[address]).start()
    )

    assert seen == ["https"]
