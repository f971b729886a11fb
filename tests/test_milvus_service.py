"""The service on Milvus: builds, faults, and two processes on one server. The server is milvus-lite's."""

import http.client
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes import WordEmbedder

pytest.importorskip("pymilvus", reason="needs the extra [milvus]")
pytest.importorskip("milvus_lite", reason="needs milvus-lite of the extra [milvus]")

from milvus_server import MilvusServer
from pymilvus import MilvusClient

from qa_service.assembly import make_builder, make_engine
from qa_service.config import Settings
from qa_service.errors import BuildError
from qa_service.indexing.snapshot import current_id, open_current, snapshot_ids
from qa_service.live import LiveEngine
from qa_service.reports import BuildReport
from qa_service.web.app import create_app

pytestmark = pytest.mark.slow

WriteReleases = Callable[[dict[str, str]], Path]
QUESTIONS = ["What was worth 16.7 million yen?", "Where will Toyota build a plant?", "How often will they meet?"]
PROGRAM = Path(__file__).with_name("fake_embedder_cli.py")
NEW = {"new.txt": "Visit to Kyiv\n\nJune 1, 2006\n\nThe President visited Kyiv on Monday for two days of talks."}


@pytest.fixture(autouse=True)
def short_naps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pymilvus naps half a second before it asks whether an index is built."""
    sleep = time.sleep
    monkeypatch.setattr("time.sleep", lambda seconds: sleep(min(seconds, 0.05)))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MilvusServer]:
    (tmp_path / "milvus").mkdir()
    with MilvusServer(tmp_path / "milvus") as server:
        yield server


@pytest.fixture
def on_milvus(settings: Settings, server: MilvusServer) -> Settings:
    return settings.model_copy(update={"backend": "milvus", "milvus_uri": server.uri, "keep_snapshots": 2})


@pytest.fixture
def live(on_milvus: Settings, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch) -> LiveEngine:
    monkeypatch.setattr("qa_service.assembly.make_embedder", lambda _settings: embedder)
    monkeypatch.setattr("qa_service.live.RETRY_S", 0.0)
    return LiveEngine(on_milvus)


def build(settings: Settings) -> BuildReport:
    return make_builder(settings, WordEmbedder()).build()


def eventually(is_so: Callable[[], bool]) -> None:
    """Return when it is so; the transport takes some seconds to notice that a server is back."""
    deadline = time.monotonic() + 60
    while True:
        try:
            if is_so():
                return
        except BuildError:
            pass
        assert time.monotonic() < deadline
        time.sleep(0.05)


def collection_of(settings: Settings, snapshot_id: str) -> str:
    text = (settings.index / "snapshots" / snapshot_id / "milvus.json").read_text()
    return str(json.loads(text)["collection"])


def answers(settings: Settings) -> list[tuple[tuple[str, str], ...]]:
    unsure_too = settings.model_copy(update={"threshold": 0.0})
    engine = make_engine(unsure_too, open_current(settings.index), WordEmbedder())  # type: ignore[arg-type]
    replies = [engine.ask(question) for question in QUESTIONS]
    return [tuple((a.text, reply.citations[a.citation - 1].document_id) for a in reply.answers) for reply in replies]


def test_both_backends_answer_the_same_and_vectors_outlive_the_change_of_backend(
    settings: Settings, on_milvus: Settings
) -> None:
    build(settings)
    by_faiss = answers(settings)
    report = build(on_milvus)
    assert (report.n_embedded, report.full_because) == (0, "the backend is milvus, it was faiss")
    assert answers(on_milvus) == by_faiss
    assert all(by_faiss)


def test_a_build_on_milvus_embeds_only_what_is_new(on_milvus: Settings, write_releases: WriteReleases) -> None:
    build(on_milvus)
    write_releases(NEW)
    report = build(on_milvus)
    assert (report.added, report.n_embedded, report.full_because) == (("new.txt",), 2, None)


def test_there_are_as_many_collections_as_snapshots(
    settings: Settings, on_milvus: Settings, server: MilvusServer, write_releases: WriteReleases
) -> None:
    for n in range(4):
        write_releases({"changing.txt": f"Version {n}\n\nThe ministers met on day {n} of the month in the capital."})
        build(on_milvus)
        assert server.collections() == {collection_of(on_milvus, name) for name in snapshot_ids(on_milvus.index)}
    assert len(server.collections()) == 2
    for n in range(2):  # another backend prunes them too
        write_releases({"changing.txt": f"Later {n}\n\nThe ministers met on day {n} of the month in the capital."})
        build(settings.model_copy(update={"keep_snapshots": 2, "milvus_uri": server.uri}))
    assert server.collections() == set()


def test_a_collection_that_was_dropped_behind_our_back_is_written_again_from_stored_vectors(
    on_milvus: Settings, server: MilvusServer, live: LiveEngine, write_releases: WriteReleases
) -> None:
    first = build(on_milvus)
    write_releases(NEW)
    second = build(on_milvus)
    server.client.drop_collection(collection_of(on_milvus, second.snapshot))
    assert live.current().info.version == first.snapshot, "the newest sound one is served"
    third = build(on_milvus)
    assert third.n_embedded == 0
    assert third.full_because is not None
    assert "is gone in Milvus" in third.full_because
    assert live.current().info.version == third.snapshot
    assert live.current().ask("Who visited Kyiv?").passages[0].passage.document_id == "new.txt"


def build_and_die(settings: Settings, method: str) -> None:
    def die(*_: Any, **__: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(MilvusClient, method, die)
    build(settings)


@pytest.mark.parametrize("method", ["create_collection", "insert", "flush", "create_index", "load_collection"])
def test_a_killed_build_leaves_no_collection_after_the_next(
    on_milvus: Settings, server: MilvusServer, write_releases: WriteReleases, method: str
) -> None:
    build(on_milvus)
    before = server.collections()
    write_releases(NEW)
    process = multiprocessing.get_context("forkserver").Process(target=build_and_die, args=(on_milvus, method))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    # A load comes before the old collection is opened too, so that one dies with nothing begun.
    assert len(server.collections() - before) == (0 if method in {"create_collection", "load_collection"} else 1)
    build(on_milvus)
    assert server.collections() == {collection_of(on_milvus, name) for name in snapshot_ids(on_milvus.index)}
    assert len(server.collections()) == 2


def test_without_a_server_nothing_is_built_and_what_was_served_is_served(
    settings: Settings, on_milvus: Settings, server: MilvusServer, write_releases: WriteReleases
) -> None:
    first = build(settings)
    server.kill()
    write_releases(NEW)
    other = WordEmbedder("other")
    with pytest.raises(BuildError, match=r"the index was not built: Milvus at .*QA_MILVUS_URI"):
        make_builder(on_milvus, other).build()
    assert other.n_encoded == 0, "found out before the costly part"
    assert current_id(settings.index) == first.snapshot
    server.start()
    eventually(lambda: build(on_milvus).n_documents == 4)
    assert len(server.collections()) == 1


def test_without_a_server_questions_get_503_until_it_is_back(
    on_milvus: Settings, server: MilvusServer, live: LiveEngine
) -> None:
    client = create_app(live).test_client()
    build(on_milvus)
    server.kill()
    body = {"question": QUESTIONS[0]}

    def check_refused() -> None:
        for response in (client.post("/ask", json=body), client.get("/ask?q=Where", headers={"Accept": "text/html"})):
            assert response.status_code == 503
            assert int(response.headers["Retry-After"]) > 0
            assert "The index can&#39;t be reached" in response.text or "The index can't be reached" in response.text
            assert server.uri not in response.text
            assert "Traceback" not in response.text

    check_refused()  # at the start: nothing was opened yet
    assert client.get("/ready").status_code == 503
    assert client.get("/health").status_code == 200
    server.start()
    eventually(lambda: client.post("/ask", json=body).status_code == 200)
    server.kill()
    check_refused()  # during questions
    server.start()
    eventually(lambda: client.post("/ask", json=body).status_code == 200)


def test_a_new_snapshot_that_can_not_be_reached_yet_is_moved_to_when_it_can(
    settings: Settings, on_milvus: Settings, server: MilvusServer, live: LiveEngine, write_releases: WriteReleases
) -> None:
    first = build(settings)
    assert live.current().info.version == first.snapshot
    write_releases(NEW)
    second = build(on_milvus)
    server.kill()
    assert live.current().info.version == first.snapshot
    server.start()
    eventually(lambda: live.current().info.version == second.snapshot)


@pytest.fixture
def ports(on_milvus: Settings) -> Iterator[list[int]]:
    """Two processes of the service on one index folder and one server."""
    environment = {
        **os.environ,
        "QA_BACKEND": "milvus",
        "QA_MILVUS_URI": on_milvus.milvus_uri,
        "QA_INDEX": str(on_milvus.index),
        "QA_DOCUMENTS": str(on_milvus.documents),
        "QA_READER": "sentence",
        "QA_PORT": "0",
        "QA_KEEP_SNAPSHOTS": "2",
    }
    subprocess.run([sys.executable, PROGRAM, "build"], env=environment, check=True, capture_output=True)
    servers = [
        subprocess.Popen([sys.executable, PROGRAM, "serve"], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    try:
        lines = [server.stdout.readline() for server in servers if server.stdout]
        yield [int(line.split()[2].rpartition(":")[2]) for line in lines]
    finally:
        for server in servers:
            server.terminate()
            server.wait(60)


def ask(port: int, question: str) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", "/ask", json.dumps({"question": question}), {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def test_two_processes_answer_from_one_server_and_both_move_to_a_new_snapshot(
    ports: list[int], on_milvus: Settings, server: MilvusServer, write_releases: WriteReleases
) -> None:
    replies = [ask(port, QUESTIONS[0]) for port in ports]
    assert [status for status, _ in replies] == [200, 200]
    assert len({reply["index"]["version"] for _, reply in replies}) == 1
    assert len({json.dumps(reply["citations"]) for _, reply in replies}) == 1
    write_releases(NEW)
    report = build(on_milvus)
    for port in ports:
        status, reply = ask(port, "Who visited Kyiv?")
        assert (status, reply["index"]["version"]) == (200, report.snapshot)
        assert reply["passages"][0]["document_id"] == "new.txt"
    server.kill()
    assert [ask(port, QUESTIONS[0])[0] for port in ports] == [503, 503]
