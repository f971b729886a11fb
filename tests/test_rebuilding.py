"""Rebuilds in a process of their own. The process uses the fake embedder, all else is real."""

import os
import signal
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from fakes import WordEmbedder

from qa_service import rebuilding
from qa_service.assembly import make_builder
from qa_service.config import Settings
from qa_service.errors import BusyError
from qa_service.indexing.snapshot import current_id, writing
from qa_service.rebuilding import Rebuilder

pytestmark = pytest.mark.slow

_rebuild_here = rebuilding._rebuild_here


def with_words(settings: Settings, connection: Connection) -> None:
    rebuilding.make_embedder = lambda _: WordEmbedder()  # type: ignore[assignment, return-value]
    _rebuild_here(settings, connection)


def slowly(settings: Settings, connection: Connection) -> None:
    connection.send(("loading", 1, 2))
    time.sleep(60)


def dying(settings: Settings, connection: Connection) -> None:
    connection.send(("loading", 1, 2))
    os.kill(os.getpid(), signal.SIGKILL)


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def rebuilder(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Rebuilder:
    monkeypatch.setattr(rebuilding, "_rebuild_here", with_words)
    return Rebuilder(settings)


def test_a_job_tells_its_outcome_and_the_index_moves(rebuilder: Rebuilder, settings: Settings) -> None:
    started = rebuilder.start()
    assert started.state == "running"
    ended = rebuilder.wait(started.id)
    assert (ended.state, ended.error) == ("succeeded", None)
    assert ended.rebuilt
    assert ended.rebuilt.report.snapshot == current_id(settings.index)
    assert ended.ended_at
    assert ended.ended_at >= ended.started_at
    assert rebuilder.job(started.id) == ended
    assert rebuilder.job("other") is None
    second = rebuilder.wait(rebuilder.start().id)
    assert rebuilder.jobs() == [second, ended]


def test_a_rebuild_that_fails_says_why_without_a_path(rebuilder: Rebuilder, settings: Settings) -> None:
    for path in settings.documents.rglob("*.*"):
        path.unlink()
    ended = rebuilder.wait(rebuilder.start().id)
    assert ended.state == "failed"
    assert ended.error
    assert ended.error.startswith("documents/ holds no release")
    assert str(settings.documents.parent) not in ended.error


def test_a_rebuild_whose_process_dies_is_a_failed_job_and_the_next_one_runs(
    rebuilder: Rebuilder, settings: Settings, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = make_builder(settings, embedder).build().snapshot
    monkeypatch.setattr(rebuilding, "_rebuild_here", dying)
    ended = rebuilder.wait(rebuilder.start().id)
    assert (ended.state, ended.stage) == ("failed", "loading")
    assert ended.error == "the build's process ended with status -9; the index is as it was"
    assert current_id(settings.index) == before
    monkeypatch.setattr(rebuilding, "_rebuild_here", with_words)
    assert rebuilder.wait(rebuilder.start().id).state == "succeeded"


def test_there_is_one_rebuild_at_a_time(
    rebuilder: Rebuilder, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "_rebuild_here", slowly)
    rebuilder.start()
    with pytest.raises(BusyError):
        rebuilder.start()


def test_another_process_of_the_server_knows_the_job_and_starts_none_beside_it(
    rebuilder: Rebuilder, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "_rebuild_here", slowly)
    other = Rebuilder(settings)
    first = rebuilder.start()

    with pytest.raises(BusyError):
        other.start()
    until(lambda: other.job(first.id) == rebuilder.job(first.id) and rebuilder.job(first.id) != first)
    assert [job.id for job in other.jobs()] == [first.id]
    assert other.job("../../etc/passwd") is None


def test_another_process_tells_how_a_job_ended(rebuilder: Rebuilder, settings: Settings) -> None:
    ended = rebuilder.wait(rebuilder.start().id)

    assert Rebuilder(settings).job(ended.id) == ended


def test_a_job_whose_server_is_gone_has_failed(rebuilder: Rebuilder, settings: Settings) -> None:
    rebuilder.wait(rebuilder.start().id)
    [ended] = rebuilder.jobs()
    note = settings.index / "jobs" / f"{ended.id}.json"
    note.write_text(note.read_text().replace('"succeeded"', '"running"'))

    found = Rebuilder(settings).job(ended.id)

    assert found
    assert (found.state, found.error) == ("failed", "the server that ran it has ended; the index is as it was")
    assert Rebuilder(settings).start().state == "running"  # it is in nobody's way


def test_a_note_of_another_version_is_no_job(rebuilder: Rebuilder, settings: Settings) -> None:
    rebuilder.wait(rebuilder.start().id)
    [ended] = rebuilder.jobs()
    (settings.index / "jobs" / f"{ended.id}.json").write_text('{"colour": "red"}')

    assert Rebuilder(settings).job(ended.id) is None
    assert Rebuilder(settings).jobs() == []


def test_a_builder_in_another_process_is_waited_for(rebuilder: Rebuilder, settings: Settings) -> None:
    with writing(settings.index), pytest.raises(BusyError):
        rebuilder.start()
    assert rebuilder.wait(rebuilder.start().id).state == "succeeded"


def test_saved_questions_are_asked_of_both_snapshots(
    rebuilder: Rebuilder, settings: Settings, write_releases: Callable[[dict[str, str]], Path]
) -> None:
    (settings.documents.parent / "questions.jsonl").write_text('{"question": "What was worth 16.7 million yen?"}\n')
    first = rebuilder.wait(rebuilder.start().id)
    assert first.rebuilt
    assert first.rebuilt.replay is None
    write_releases({"new.txt": "A new release\n\nIt says nothing about floods or about relief supplies."})
    second = rebuilder.wait(rebuilder.start().id)
    assert second.rebuilt
    assert second.rebuilt.replay
    assert second.rebuilt.replay.n_questions == 1
