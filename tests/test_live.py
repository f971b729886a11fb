import errno
import math
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fakes import WordEmbedder

from qa_service import live as live_module
from qa_service.assembly import make_builder
from qa_service.config import Settings
from qa_service.errors import DamagedSnapshotError, ModelError, NoSnapshotError, SnapshotError
from qa_service.indexing import snapshot as snapshots
from qa_service.indexing.snapshot import current_id
from qa_service.live import LiveEngine
from qa_service.reports import BuildReport


@pytest.fixture(autouse=True)
def word_embedder(monkeypatch: pytest.MonkeyPatch, embedder: WordEmbedder) -> None:
    monkeypatch.setattr("qa_service.assembly.make_embedder", lambda _settings: embedder)


def test_without_a_snapshot_nothing_is_served(settings: Settings) -> None:
    with pytest.raises(NoSnapshotError):
        LiveEngine(settings).current()


def test_it_begins_to_serve_when_the_first_snapshot_comes(settings: Settings, embedder: WordEmbedder) -> None:
    live = LiveEngine(settings)
    with pytest.raises(NoSnapshotError):
        live.current()
    report = make_builder(settings, embedder).build()
    assert live.current().info.version == report.snapshot


def test_the_engine_stays_while_current_stays(settings: Settings, embedder: WordEmbedder) -> None:
    make_builder(settings, embedder).build()
    live = LiveEngine(settings)
    assert live.current() is live.current()


def test_the_next_question_after_a_build_is_answered_from_the_new_snapshot(
    settings: Settings, embedder: WordEmbedder, write_releases: Callable[[dict[str, str]], Path]
) -> None:
    make_builder(settings, embedder).build()
    live = LiveEngine(settings)
    old = live.current()
    write_releases(
        {"new.txt": "Visit of the President to Kyiv\n\nThe President visited Kyiv on Monday for two days of talks."}
    )
    make_builder(settings, embedder).build()
    assert live.current().info.documents == 4
    assert live.current().catalog.document("new.txt") is not None
    assert old.ask("What was worth 16.7 million yen?").index.documents == 3  # a running question keeps its engine


def served_and_newer(
    settings: Settings, embedder: WordEmbedder, write_releases: Callable[[dict[str, str]], Path]
) -> tuple[LiveEngine, BuildReport, BuildReport]:
    """Return an engine that serves a first build, that build, and one after it which the engine has not seen."""
    first = make_builder(settings, embedder).build()
    live = LiveEngine(settings)
    live.current()
    write_releases({"new.txt": "A title\n\nA body."})
    second = make_builder(settings, embedder).build()
    return live, first, second


def test_a_damaged_new_snapshot_leaves_the_old_one_in_service(
    settings: Settings, embedder: WordEmbedder, write_releases: Callable[[dict[str, str]], Path]
) -> None:
    live, first, second = served_and_newer(settings, embedder, write_releases)
    served = live._engine
    (settings.index / "snapshots" / second.snapshot / "vectors.faiss").write_bytes(b"")
    assert current_id(settings.index) == second.snapshot
    assert live.current().info.version == first.snapshot
    assert live.current() is served, "it was opened again"


def test_a_snapshot_of_another_embedder_is_refused(
    settings: Settings, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_builder(settings, WordEmbedder(name="other")).build()
    with pytest.raises(ModelError, match="was built with embedder other, the settings name words"):
        LiveEngine(settings).current()


class Machine:
    """Refuses to read files whose path names `refused`, and counts the files it read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.refused: str | None = None
        self.number = errno.EMFILE
        self.n_read = 0
        self.paths: list[str] = []
        self._read = snapshots.sha256_of
        monkeypatch.setattr(snapshots, "sha256_of", self.sha256)

    def sha256(self, path: Path) -> str:
        self.n_read += 1
        self.paths.append(str(path))
        if self.refused and self.refused in str(path):
            raise OSError(self.number, "refused", str(path))
        return self._read(path)


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO, errno.EACCES, errno.EPERM])
def test_a_new_snapshot_that_could_not_be_read_once_is_served_later(
    settings: Settings,
    embedder: WordEmbedder,
    write_releases: Callable[[dict[str, str]], Path],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    number: int,
) -> None:
    live, first, second = served_and_newer(settings, embedder, write_releases)
    machine = Machine(monkeypatch)
    machine.refused, machine.number = second.snapshot, number
    assert live.current().info.version == first.snapshot
    assert "damaged" not in caplog.text
    n_read = machine.n_read
    assert not any(first.snapshot in path for path in machine.paths), "what is served was read again"
    machine.refused = None
    assert live.current().info.version == first.snapshot
    assert machine.n_read == n_read, "it was tried again at once"
    monkeypatch.setattr(live_module, "time", SimpleNamespace(monotonic=lambda: math.inf))
    assert live.current().info.version == second.snapshot


def test_a_new_snapshot_that_could_not_be_opened_once_is_served_later(
    settings: Settings,
    embedder: WordEmbedder,
    write_releases: Callable[[dict[str, str]], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live_module, "RETRY_S", 0.0)
    live, first, second = served_and_newer(settings, embedder, write_releases)
    make_engine = live_module.make_engine

    def refuse(*_: object, **__: object) -> None:
        raise DamagedSnapshotError("vectors.faiss can't be read.")

    monkeypatch.setattr(live_module, "make_engine", refuse)
    assert live.current().info.version == first.snapshot
    monkeypatch.setattr(live_module, "make_engine", make_engine)
    assert live.current().info.version == second.snapshot


def test_a_damaged_new_snapshot_is_read_once(
    settings: Settings,
    embedder: WordEmbedder,
    write_releases: Callable[[dict[str, str]], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live_module, "RETRY_S", 0.0)
    live, first, second = served_and_newer(settings, embedder, write_releases)
    (settings.index / "snapshots" / second.snapshot / "vectors.faiss").unlink()
    machine = Machine(monkeypatch)
    assert live.current().info.version == first.snapshot
    n_read = machine.n_read
    assert live.current().info.version == first.snapshot
    assert machine.n_read == n_read
    write_releases({"newer.txt": "A title\n\nAnother body."})
    third = make_builder(settings, embedder).build()
    assert live.current().info.version == third.snapshot


def test_a_damaged_only_snapshot_is_read_again_after_a_while_only(
    settings: Settings, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = make_builder(settings, embedder).build()
    vectors = settings.index / "snapshots" / report.snapshot / "vectors.faiss"
    kept = vectors.read_bytes()
    vectors.write_bytes(kept[:-1] + b"?")
    live, machine = LiveEngine(settings), Machine(monkeypatch)
    with pytest.raises(DamagedSnapshotError):
        live.current()
    n_read = machine.n_read
    with pytest.raises(DamagedSnapshotError):
        live.current()
    assert machine.n_read == n_read
    vectors.write_bytes(kept)
    monkeypatch.setattr("qa_service.live.time.monotonic", lambda: math.inf)
    assert live.current().info.version == report.snapshot


def refuse_current(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let CURRENT be a file that this user may not read."""
    read_text = Path.read_text

    def refuse(path: Path, *arguments: Any, **named: Any) -> str:
        if path.name == "CURRENT":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return read_text(path, *arguments, **named)

    monkeypatch.setattr(Path, "read_text", refuse)


def test_while_current_cannot_be_read_what_is_served_stays_and_it_is_tried_again(
    settings: Settings,
    embedder: WordEmbedder,
    write_releases: Callable[[dict[str, str]], Path],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    live, first, second = served_and_newer(settings, embedder, write_releases)
    with monkeypatch.context() as locked:
        refuse_current(locked)
        assert live.current().info.version == first.snapshot
        assert f"{first.snapshot} stays in service, not what CURRENT names" in caplog.text
        assert "CURRENT can't be read now (Permission denied): look at its permissions" in caplog.text
    assert live.current().info.version == second.snapshot


def test_where_current_cannot_be_read_from_the_start_nothing_is_served(
    settings: Settings, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = make_builder(settings, embedder).build()
    live = LiveEngine(settings)
    with monkeypatch.context() as locked:
        refuse_current(locked)
        with pytest.raises(SnapshotError, match="CURRENT can't be read now"):
            live.current()
    assert live.current().info.version == report.snapshot
