"""Rebuilds in a process of their own. The process uses the fake embedder, all else is real."""

import datetime as dt
import errno
import multiprocessing
import multiprocessing.context
import os
import signal
import struct
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from fakes import WordEmbedder

from qa_service import jobs, rebuilding
from qa_service.assembly import make_builder
from qa_service.config import Settings
from qa_service.errors import BuildError, BusyError
from qa_service.indexing.snapshot import current_id, writing
from qa_service.job_folder import JobFolder
from qa_service.jobs import Rebuilder

pytestmark = pytest.mark.slow

CONTEXT = multiprocessing.get_context("forkserver")

_rebuild_here = jobs._rebuild_here


def with_words(settings: Settings, connection: Connection) -> None:
    rebuilding.make_embedder = lambda _: WordEmbedder()  # type: ignore[assignment, return-value]
    _rebuild_here(settings, connection)


def slowly(settings: Settings, connection: Connection) -> None:
    connection.send(("loading", 1, 2))
    time.sleep(60)


def dying(settings: Settings, connection: Connection) -> None:
    connection.send(("loading", 1, 2))
    os.kill(os.getpid(), signal.SIGKILL)


def dying_in_a_message(settings: Settings, connection: Connection) -> None:
    os.write(connection.fileno(), struct.pack("!i", 1000) + b"the first of a thousand bytes")
    os.kill(os.getpid(), signal.SIGKILL)


def babbling(settings: Settings, connection: Connection) -> None:
    connection.send_bytes(b"no message")
    time.sleep(60)


def failing_with_no_text(settings: Settings, connection: Connection) -> None:
    connection.send(BuildError("caf\udce9"))


def dying_in_the_replay(settings: Settings, connection: Connection) -> None:
    rebuilding.replay = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment, return-value]
    with_words(settings, connection)


def dying_when_published(settings: Settings, connection: Connection) -> None:
    make_builder(settings, WordEmbedder()).build()
    os.kill(os.getpid(), signal.SIGKILL)


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def rebuilder(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Rebuilder:
    monkeypatch.setattr(jobs, "_rebuild_here", with_words)
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
    monkeypatch.setattr(jobs, "_rebuild_here", dying)
    ended = rebuilder.wait(rebuilder.start().id)
    assert (ended.state, ended.stage) == ("failed", "loading")
    assert ended.error == "the build's process ended with status -9; the index is as it was"
    assert current_id(settings.index) == before
    monkeypatch.setattr(jobs, "_rebuild_here", with_words)
    assert rebuilder.wait(rebuilder.start().id).state == "succeeded"


def test_there_is_one_rebuild_at_a_time(
    rebuilder: Rebuilder, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_rebuild_here", slowly)
    rebuilder.start()
    with pytest.raises(BusyError):
        rebuilder.start()


def test_another_process_of_the_server_knows_the_job_and_starts_none_beside_it(
    rebuilder: Rebuilder, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_rebuild_here", slowly)
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


@pytest.mark.parametrize("is_new", [False, True])
def test_a_job_whose_server_is_gone_has_failed(
    rebuilder: Rebuilder, settings: Settings, embedder: WordEmbedder, is_new: bool
) -> None:
    if not is_new:
        make_builder(settings, embedder).build()
    rebuilder.wait(rebuilder.start().id)
    [ended] = rebuilder.jobs()
    note = settings.index / "jobs" / f"{ended.id}.json"
    note.write_text(note.read_text().replace('"succeeded"', '"running"'))

    found = Rebuilder(settings).job(ended.id)

    assert found
    became = f"CURRENT names {current_id(settings.index)} now" if is_new else "the index is as it was"
    assert (found.state, found.error) == ("failed", f"the server that ran it has ended; {became}")
    assert found.ended_at == dt.datetime.fromtimestamp(note.stat().st_mtime, dt.UTC)
    assert Rebuilder(settings).start().state == "running"  # it is in nobody's way


def test_a_server_of_another_user_knows_the_job_whatever_the_builders_umask(settings: Settings) -> None:
    with TemporaryDirectory() as name:  # pytest's own folders may not even be looked into by others
        settings = settings.model_copy(update={"index": Path(name)})
        settings.index.chmod(0o755)
        note = b'{"id": "20260102T120000Z-1-1", "state": "running", "started_at": "2026-01-02T12:00:00Z"}'
        before = os.umask(0o077)
        try:
            held = JobFolder(settings.index / "jobs").begin("20260102T120000Z-1-1", note)
        finally:
            os.umask(before)
        assert run(state_for_nobody, settings) == "running"
        held.release()
        assert run(state_for_nobody, settings) == "failed"


def run(ask: Callable[[Settings, Connection], None], settings: Settings) -> str:
    receiver, sender = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=ask, args=(settings, sender), daemon=True)
    process.start()
    sender.close()
    told: str = receiver.recv()
    process.join()
    return told


def state_for_nobody(settings: Settings, connection: Connection) -> None:
    if os.geteuid() == 0:  # root may write everywhere
        os.setuid(65534)
    [job] = Rebuilder(settings).jobs()
    connection.send(job.state)


@pytest.mark.parametrize("n_heard", [0, 1])
def test_a_rebuild_that_nobody_listens_to_ends_quietly(
    settings: Settings, capfd: pytest.CaptureFixture[str], n_heard: int
) -> None:
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=with_words, args=(settings, sender))
    process.start()
    sender.close()
    for _ in range(n_heard):
        receiver.recv()
    receiver.close()
    process.join()
    assert process.exitcode == 0
    assert "Traceback" not in capfd.readouterr().err


def test_what_was_skipped_is_in_the_log(
    rebuilder: Rebuilder, settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    (settings.documents / "empty.txt").touch()
    for _ in range(2):
        assert rebuilder.wait(rebuilder.start().id).state == "succeeded"
    assert capfd.readouterr().err.count("WARNING qa_service.jobs: skipped empty.txt: ") == 2


def test_a_job_is_waited_for_no_longer_than_asked(rebuilder: Rebuilder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_rebuild_here", slowly)
    assert rebuilder.wait(rebuilder.start().id, 0.1).state == "running"


def test_the_last_hundred_jobs_are_known(tmp_path: Path) -> None:
    folder = JobFolder(tmp_path)
    ids = [f"20260101T{n:06}Z-1-1" for n in range(103)]
    for job_id in ids:
        folder.begin(job_id, b"{}").release()
    assert folder.ids() == ids[:2:-1]
    assert {path.stem for path in tmp_path.iterdir()} == set(ids[3:])


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


@pytest.mark.parametrize(
    ("target", "status"),
    [(dying_in_a_message, -signal.SIGKILL), (babbling, -signal.SIGTERM)],
)
def test_a_rebuild_whose_messages_break_off_is_a_failed_job_and_the_next_one_runs(
    rebuilder: Rebuilder, monkeypatch: pytest.MonkeyPatch, target: Callable[..., None], status: int
) -> None:
    monkeypatch.setattr(jobs, "_rebuild_here", target)
    ended = rebuilder.wait(rebuilder.start().id)
    assert (ended.state, ended.error) == (
        "failed",
        f"the build's process ended with status {status}; the index is as it was",
    )
    monkeypatch.setattr(jobs, "_rebuild_here", with_words)
    assert rebuilder.wait(rebuilder.start().id).state == "succeeded"


def test_a_rebuild_whose_process_cannot_be_started_is_a_failed_job_and_the_next_one_runs(
    rebuilder: Rebuilder, settings: Settings
) -> None:
    def refuse(_: object) -> None:
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(multiprocessing.context.SpawnProcess, "start", refuse)
        ended = rebuilder.wait(rebuilder.start().id)
    assert ended.state == "failed"
    assert ended.error == (
        "the build's process can't be run: [Errno 11] Resource temporarily unavailable; the index is as it was"
    )
    assert Rebuilder(settings).job(ended.id) == ended
    assert rebuilder.wait(rebuilder.start().id).state == "succeeded"


def test_an_error_that_cannot_be_noted_ends_the_job_all_the_same(
    rebuilder: Rebuilder, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_rebuild_here", failing_with_no_text)
    ended = rebuilder.wait(rebuilder.start().id)
    assert (ended.state, ended.error) == ("failed", "caf\udce9")
    assert not JobFolder(settings.index / "jobs").is_running(ended.id)
    monkeypatch.setattr(jobs, "_rebuild_here", with_words)
    assert rebuilder.wait(rebuilder.start().id).state == "succeeded"


@pytest.mark.parametrize("what", ["note", "follower"])
def test_a_job_that_cannot_begin_is_no_job_and_the_next_one_runs(
    rebuilder: Rebuilder, settings: Settings, what: str
) -> None:
    class Unstarted(threading.Thread):
        def start(self) -> None:
            raise RuntimeError("can't start new thread")

    def write_half(folder: JobFolder, job_id: str, content: bytes) -> None:
        (settings.index / "jobs" / f".{job_id}.json").write_bytes(content[:9])
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        if what == "note":
            patch.setattr(JobFolder, "write", write_half)
        else:
            patch.setattr(jobs.threading, "Thread", Unstarted)
        with pytest.raises((OSError, RuntimeError)):
            rebuilder.start()
    assert rebuilder.jobs() == []
    assert list((settings.index / "jobs").iterdir()) == []
    assert not rebuilder._jobs
    assert rebuilder.wait(rebuilder.start().id).state == "succeeded"


def test_a_rebuild_that_dies_in_the_replay_has_put_its_snapshot_into_service(
    rebuilder: Rebuilder,
    settings: Settings,
    embedder: WordEmbedder,
    write_releases: Callable[[dict[str, str]], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = make_builder(settings, embedder).build().snapshot
    (settings.documents.parent / "questions.jsonl").write_text('{"question": "What was worth 16.7 million yen?"}\n')
    write_releases({"new.txt": "A new release\n\nIt says nothing about floods or about relief supplies."})
    monkeypatch.setattr(jobs, "_rebuild_here", dying_in_the_replay)
    ended = rebuilder.wait(rebuilder.start().id)
    assert (ended.state, ended.error) == ("succeeded", None)
    assert ended.rebuilt
    assert ended.rebuilt.report.snapshot == current_id(settings.index) != before
    assert ended.rebuilt.replay_failed == "the build's process ended with status -9"


def test_a_rebuild_that_dies_when_its_snapshot_is_in_service_does_not_say_that_it_is_not(
    rebuilder: Rebuilder, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_rebuild_here", dying_when_published)
    ended = rebuilder.wait(rebuilder.start().id)
    now = current_id(settings.index)
    assert now
    assert ended.error == f"the build's process ended with status -9; CURRENT names {now} now"
