from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import WordEmbedder

from qa_service.assembly import make_builder
from qa_service.config import Settings
from qa_service.errors import ModelError, NoSnapshotError
from qa_service.indexing.snapshot import current_id
from qa_service.live import LiveEngine


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


def test_a_damaged_new_snapshot_leaves_the_old_one_in_service(
    settings: Settings, embedder: WordEmbedder, write_releases: Callable[[dict[str, str]], Path]
) -> None:
    first = make_builder(settings, embedder).build()
    live = LiveEngine(settings)
    live.current()
    write_releases({"new.txt": "A title\n\nA body."})
    second = make_builder(settings, embedder).build()
    (settings.index / "snapshots" / second.snapshot / "vectors.faiss").write_bytes(b"")
    assert current_id(settings.index) == second.snapshot
    assert live.current().info.version == first.snapshot


def test_a_snapshot_of_another_embedder_is_refused(
    settings: Settings, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_builder(settings, WordEmbedder(name="other")).build()
    with pytest.raises(ModelError, match="was built with embedder other, the settings name words"):
        LiveEngine(settings).current()
