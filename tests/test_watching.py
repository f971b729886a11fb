"""The watcher on a real folder; rebuilds run in this process, on the fake embedder."""

import errno
import multiprocessing
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from fakes import WordEmbedder

from qa_service import watching
from qa_service.assembly import make_builder
from qa_service.config import Settings
from qa_service.errors import BuildError
from qa_service.indexing.catalog import Catalog
from qa_service.indexing.snapshot import current_id, open_current
from qa_service.jobs import Job
from qa_service.watching import Watcher

pytestmark = pytest.mark.slow

CONTEXT = multiprocessing.get_context("forkserver")
DEADLINE_S = 40.0


class RebuilderHere:
    """Builds at once. `failures` builds fail first, `refusals` don't begin; `during` is called while a build runs."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.n_builds = 0
        self.failures = 0
        self.refusals: list[Exception] = []
        self.during: Callable[[], object] = lambda: None

    def start(self) -> Job:
        if self.refusals:
            raise self.refusals.pop()
        return Job("1", "running", None)  # type: ignore[arg-type]

    def wait(self, job_id: str, timeout_s: float) -> Job:
        self.n_builds += 1
        if self.failures:
            self.failures -= 1
            return Job("1", "failed", None, error="disk full")  # type: ignore[arg-type]
        try:
            make_builder(self._settings, WordEmbedder()).build()
        except BuildError as error:
            return Job("1", "failed", None, error=str(error))  # type: ignore[arg-type]
        self.during()
        return Job("1", "succeeded", None)  # type: ignore[arg-type]


@pytest.fixture
def rebuilder(settings: Settings) -> RebuilderHere:
    return RebuilderHere(settings)


@pytest.fixture
def watch(settings: Settings, rebuilder: RebuilderHere) -> Iterator[Callable[[], None]]:
    """Return a function that starts the watcher; the watcher is stopped at the end."""
    stop = threading.Event()
    settings = settings.model_copy(update={"watch_quiet_s": 0.5})
    thread = threading.Thread(target=Watcher(settings, rebuilder, retry_s=0.5).run, args=(stop,))  # type: ignore[arg-type]
    yield thread.start
    stop.set()
    if thread.ident:
        thread.join(DEADLINE_S)
        assert not thread.is_alive()


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)


def indexed(settings: Settings) -> list[str]:
    if not current_id(settings.index):
        return []
    summaries, _ = Catalog(open_current(settings.index).folder).list_documents()
    return sorted(summary.id for summary in summaries)


def test_it_builds_at_once_and_after_each_kind_of_change(settings: Settings, watch: Callable[[], None]) -> None:
    watch()
    until(lambda: len(indexed(settings)) == 3)
    (settings.documents / "new.txt").write_text("New\n\nA body of some words.")
    until(lambda: "new.txt" in indexed(settings))
    (settings.documents / "new.txt").rename(settings.documents / "moved.txt")
    until(lambda: "moved.txt" in indexed(settings) and "new.txt" not in indexed(settings))
    (settings.documents / "moved.txt").unlink()
    until(lambda: "moved.txt" not in indexed(settings))


def test_it_waits_until_a_file_is_completely_written(
    settings: Settings, watch: Callable[[], None], rebuilder: RebuilderHere
) -> None:
    watch()
    until(lambda: len(indexed(settings)) == 3)
    before = rebuilder.n_builds
    with (settings.documents / "slow.txt").open("w") as file:
        for n in range(8):
            file.write(f"Paragraph {n} of a release that is copied slowly.\n\n")
            file.flush()
            time.sleep(0.25)
    until(lambda: "slow.txt" in indexed(settings))
    document = Catalog(open_current(settings.index).folder).document("slow.txt")
    assert document
    assert "Paragraph 7" in document.text
    assert rebuilder.n_builds == before + 1


def test_a_change_during_a_build_is_not_lost(
    settings: Settings, watch: Callable[[], None], rebuilder: RebuilderHere
) -> None:
    late = settings.documents / "late.txt"

    def write_late() -> None:
        if not late.exists():
            late.write_text("Late\n\nWritten while the build ran.")
            time.sleep(4)  # until the watcher was told of it

    rebuilder.during = write_late
    watch()
    until(lambda: "late.txt" in indexed(settings))


def test_a_failed_build_is_tried_again(settings: Settings, watch: Callable[[], None], rebuilder: RebuilderHere) -> None:
    rebuilder.failures = 2
    watch()
    until(lambda: len(indexed(settings)) == 3)
    assert rebuilder.n_builds >= 3


def test_a_folder_that_goes_and_comes_back_is_watched_again(
    settings: Settings, watch: Callable[[], None], tmp_path: Path
) -> None:
    watch()
    until(lambda: len(indexed(settings)) == 3)
    aside = tmp_path / "aside"
    shutil.copytree(settings.documents, aside)
    shutil.rmtree(settings.documents)
    time.sleep(2.5)
    assert len(indexed(settings)) == 3
    (aside / "back.txt").write_text("Back\n\nA body of some words.")
    aside.rename(settings.documents)
    until(lambda: "back.txt" in indexed(settings))


def replaced_by_a_link(documents: Path) -> None:
    fresh = documents.with_name("link")
    fresh.symlink_to(documents.with_name("after"))
    fresh.replace(documents)


def replaced_by_a_rename(documents: Path) -> None:
    documents.rename(documents.with_name("aside"))
    documents.with_name("after").rename(documents)


def removed_and_made_anew(documents: Path) -> None:  # and the new folder often gets the old one's number
    shutil.rmtree(documents)
    shutil.copytree(documents.with_name("after"), documents)


@pytest.mark.parametrize("replace", [replaced_by_a_link, replaced_by_a_rename, removed_and_made_anew])
def test_a_folder_that_another_one_takes_the_place_of_is_watched_no_longer(
    settings: Settings, watch: Callable[[], None], replace: Callable[[Path], None]
) -> None:
    documents = settings.documents
    shutil.copytree(documents, documents.with_name("after"))
    (documents.with_name("after") / "other.txt").write_text("Other\n\nA body of some words.")
    if replace is replaced_by_a_link:
        documents.rename(documents.with_name("before"))
        documents.symlink_to(documents.with_name("before"))
    watch()
    until(lambda: len(indexed(settings)) == 3)
    replace(documents)
    until(lambda: "other.txt" in indexed(settings))
    time.sleep(2.5)
    (documents / "later.txt").write_text("Later\n\nA body of some words.")
    until(lambda: "later.txt" in indexed(settings))


def test_a_documents_folder_in_the_index_is_watched(settings: Settings, tmp_path: Path) -> None:
    settings = settings.model_copy(update={"index": tmp_path})
    assert watching._may_be_release(settings.documents / "new.txt", settings.documents, tmp_path)


def test_hidden_files_are_no_change(settings: Settings, watch: Callable[[], None], rebuilder: RebuilderHere) -> None:
    watch()
    until(lambda: len(indexed(settings)) == 3)
    before = rebuilder.n_builds
    (settings.documents / ".part").write_text("x")
    (settings.documents / ".sync").mkdir()
    (settings.documents / ".sync" / "log.txt").write_text("x")
    time.sleep(2.5)
    assert rebuilder.n_builds == before


def test_links_in_a_circle_do_not_end_the_watch(
    settings: Settings, watch: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    watch()
    until(lambda: len(indexed(settings)) == 3)
    (settings.documents / "a.txt").symlink_to("b.txt")
    (settings.documents / "b.txt").symlink_to("a.txt")
    (settings.documents / "new.txt").write_text("New\n\nA body of some words.")
    until(lambda: "new.txt" in indexed(settings))
    assert "can't be watched" not in caplog.text


def test_an_index_in_the_documents_folder_is_no_change_and_no_release(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(settings.documents)
    settings = settings.model_copy(update={"documents": Path(), "index": Path("index"), "watch_quiet_s": 0.5})
    rebuilder, stop = RebuilderHere(settings), threading.Event()
    thread = threading.Thread(target=Watcher(settings, rebuilder).run, args=(stop,))  # type: ignore[arg-type]
    thread.start()
    try:
        until(lambda: len(indexed(settings)) == 3)
        (settings.index / "feedback.txt").write_text("x")
        time.sleep(2.5)
        assert rebuilder.n_builds == 1
        Path("new.txt").write_text("New\n\nA body of some words.")
        until(lambda: "new.txt" in indexed(settings))
        assert not any("index" in str(path) for path in watching._state(settings.documents, settings.index))
    finally:
        stop.set()
        thread.join(DEADLINE_S)


def rewriting(file: Path, over: threading.Event) -> None:
    while not over.wait(0.1):
        file.write_text(f"Log\n\nIt is {time.time()} o'clock.")


@pytest.mark.parametrize("name", [".sync/log.txt", "log.txt"])
def test_a_file_that_never_rests_holds_the_others_back_for_a_while_only(
    settings: Settings, watch: Callable[[], None], name: str
) -> None:
    restless, over = settings.documents / name, threading.Event()
    restless.parent.mkdir(exist_ok=True)
    writer = threading.Thread(target=rewriting, args=(restless, over))
    writer.start()
    try:
        watch()
        until(lambda: len(indexed(settings)) >= 3)
    finally:
        over.set()
        writer.join()


def test_a_rebuild_that_cannot_begin_is_tried_again(
    settings: Settings, watch: Callable[[], None], rebuilder: RebuilderHere, caplog: pytest.LogCaptureFixture
) -> None:
    rebuilder.refusals = [OSError(errno.ENOSPC, "No space left on device"), RuntimeError("can't start new thread")]
    watch()
    until(lambda: len(indexed(settings)) == 3)
    assert "no rebuild can begin, which is tried again in 0.5 s: [Errno 28] No space left on device" in caplog.text


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "OS file watch limit reached"), FileNotFoundError("gone"), RuntimeError("lost")]
)
def test_a_folder_that_cannot_be_watched_is_watched_when_it_can(
    settings: Settings,
    watch: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    changes_in, refusals = watching.changes_in, [error, error]

    def refuse(*arguments: Any, **named: Any) -> Any:
        if refusals:
            raise refusals.pop()
        return changes_in(*arguments, **named)

    monkeypatch.setattr(watching, "changes_in", refuse)
    watch()
    until(lambda: len(indexed(settings)) == 3)
    until(lambda: not refusals)
    assert f"documents can't be watched, which is tried again in 0.5 s: {error}" in caplog.text
    (settings.documents / "new.txt").write_text("New\n\nA body of some words.")
    until(lambda: "new.txt" in indexed(settings))


def test_a_folder_that_can_never_be_watched_is_looked_through(
    settings: Settings, watch: Callable[[], None], rebuilder: RebuilderHere, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "OS file watch limit reached")

    monkeypatch.setattr(watching, "changes_in", refuse)
    watch()
    until(lambda: len(indexed(settings)) == 3)
    time.sleep(2.5)
    assert rebuilder.n_builds == 1
    (settings.documents / "new.txt").write_text("New\n\nA body of some words.")
    until(lambda: "new.txt" in indexed(settings))


def test_a_folder_that_goes_while_it_is_looked_through_holds_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir = os.scandir

    def gone(folder: Any) -> Any:
        if Path(folder).name == "undated":
            raise FileNotFoundError(folder)
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", gone)
    assert {path.name for path in watching._state(settings.documents, settings.index)} == {
        "2005-05-10-summit.txt",
        "2002-08-30-flood.txt",
    }


def test_a_folder_in_it_that_may_not_be_read_keeps_nothing_else_from_being_watched(settings: Settings) -> None:
    with TemporaryDirectory() as name:  # pytest's own folders may not even be looked into by others
        Path(name).chmod(0o755)
        documents = Path(name) / "documents"
        (documents / "closed").mkdir(parents=True)
        (documents / "closed").chmod(0o000)
        documents.chmod(0o777)
        process = CONTEXT.Process(
            target=listen_as_nobody, args=(settings.model_copy(update={"documents": documents}),), daemon=True
        )
        process.start()
        process.join(DEADLINE_S)
        (documents / "closed").chmod(0o755)
        assert process.exitcode == 0


def listen_as_nobody(settings: Settings) -> None:
    if os.geteuid() == 0:  # root may read everything
        os.setuid(65534)
    changed, stop = threading.Event(), threading.Event()
    watcher = Watcher(settings, None)  # type: ignore[arg-type]
    threading.Thread(target=watcher._listen, args=(changed, stop), daemon=True).start()
    assert changed.wait(10)
    time.sleep(1.5)
    changed.clear()
    (settings.documents / "new.txt").write_text("New")
    assert changed.wait(10)
    stop.set()


def test_it_stops_while_a_build_runs(settings: Settings) -> None:
    class Slow(RebuilderHere):
        def wait(self, job_id: str, timeout_s: float) -> Job:
            time.sleep(timeout_s)
            return Job(job_id, "running", None)  # type: ignore[arg-type]

    stop = threading.Event()
    settings = settings.model_copy(update={"watch_quiet_s": 0.1})
    thread = threading.Thread(target=Watcher(settings, Slow(settings)).run, args=(stop,), daemon=True)  # type: ignore[arg-type]
    thread.start()
    time.sleep(2.5)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
