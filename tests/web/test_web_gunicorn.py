"""Two gunicorn processes on one index, started with the configuration of deploy/."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import WordEmbedder

from qa_service.assembly import make_builder
from qa_service.config import Settings

pytest.importorskip("gunicorn", reason="needs the extra [gunicorn]")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="gunicorn is for Linux"),
]

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"


@pytest.fixture
def port(settings: Settings, embedder: WordEmbedder) -> Iterator[int]:
    """Where two processes serve the three releases."""
    make_builder(settings, embedder).build()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    with subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", ROOT / "deploy" / "gunicorn.conf.py", "web_gunicorn_app:make_app()"],
        cwd=settings.index.parent,
        env={
            **os.environ,
            "PYTHONPATH": f"{TESTS}:{TESTS / 'web'}",
            "QA_INDEX": str(settings.index),
            "QA_READER": "sentence",
            "QA_PORT": str(port),
            "WEB_CONCURRENCY": "2",
        },
    ) as server:
        until_two_answer(port)
        yield port
        server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0


def ask(port: int) -> tuple[str, str]:
    """Return which process answered, and from which snapshot."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        body = json.dumps({"question": "Where will Toyota build a manufacturing plant?"})
        connection.request("POST", "/ask", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        reply = json.loads(response.read())
        assert response.status == 200, reply
        return response.headers["X-Process"], reply["index"]["version"]
    finally:
        connection.close()


def until_two_answer(port: int) -> None:
    processes: set[str] = set()
    deadline = time.monotonic() + 120
    while len(processes) < 2:
        assert time.monotonic() < deadline, f"only {processes} answered"
        try:
            processes.add(ask(port)[0])
        except OSError:
            time.sleep(0.2)  # not listening yet


def test_no_process_answers_from_the_old_snapshot_once_a_new_one_is_published(
    port: int,
    settings: Settings,
    embedder: WordEmbedder,
    write_releases: Callable[[dict[str, str]], Path],
) -> None:
    answered: list[tuple[float, float, str, str]] = []
    stop = threading.Event()

    def keep_asking() -> None:
        while not stop.is_set():
            began = time.monotonic()
            answered.append((began, time.monotonic(), *ask(port)))

    threads = [threading.Thread(target=keep_asking) for _ in range(4)]
    for thread in threads:
        thread.start()
    published: list[tuple[float, str]] = []
    for n in range(3):
        write_releases({f"new-{n}.txt": f"Visit {n}\n\nThe President visited Kyiv for {n} days of talks this month."})
        report = make_builder(settings, embedder).build()
        published.append((time.monotonic(), report.snapshot))
        time.sleep(1.5)
    stop.set()
    for thread in threads:
        thread.join()

    for place, (moment, snapshot) in enumerate(published):
        until = published[place + 1][0] if place + 1 < len(published) else time.monotonic()
        allowed = {snapshot} | ({published[place + 1][1]} if place + 1 < len(published) else set())
        after = [(process, version) for began, _, process, version in answered if moment <= began < until]
        assert len({process for process, _ in after}) == 2
        assert {version for _, version in after} <= allowed, "a process answered from a snapshot that was replaced"
