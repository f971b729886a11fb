"""A rebuild as people ask for it: build, then ask the saved questions of the old and the new snapshot."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qa_service.assembly import make_builder, make_embedder, make_engine, make_reader, make_workers
from qa_service.config import Settings
from qa_service.embedding import SentenceTransformerEmbedder
from qa_service.errors import DamagedExportError
from qa_service.evaluation.replay import load_saved_questions, replay
from qa_service.indexing.snapshot import REPLAY, Snapshot, add_note, find_snapshot, id_before, open_current
from qa_service.reports import BuildReport, DocumentChange, Replay, ShardReport

if TYPE_CHECKING:
    from qa_service.builder import Progress
    from qa_service.preparing import Part, Workers

logger = logging.getLogger(__name__)

SAVED_QUESTIONS = "questions.jsonl"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did.

    Attributes:
        replay: None when there was nothing to replay, or it failed.
        replay_failed: Why, None when it didn't. The new snapshot is in service either way.
    """

    report: BuildReport
    replay: Replay | None = None
    replay_failed: str | None = None


def rebuild(
    settings: Settings,
    *,
    allow_empty: bool = False,
    n_workers: int = 1,
    shards: Path | None = None,
    on_progress: Progress = lambda *_: None,
    on_report: Callable[[BuildReport], None] = lambda _: None,
) -> Rebuilt:
    """Bring the index up to date, then replay the saved questions if a new snapshot came of it.

    Args:
        n_workers: Processes that load, split and embed.
        shards: Folder of vectors that `write_shard` made.
        on_report: Told when the build is done, before the replay.

    Raises:
        BuildError: Nothing was published; the snapshot in service stays.
    """
    embedder = _open_embedder(settings)
    with _workers(settings, n_workers) as workers:
        report = make_builder(settings, embedder, workers=workers).build(
            allow_empty=allow_empty, shards=shards, on_progress=on_progress
        )
    on_report(report)
    if not (report.is_new and report.previous):
        return Rebuilt(report)
    try:
        if not saved_questions(settings).is_file():
            return Rebuilt(report)
        before, after = (find_snapshot(settings.index, name) for name in (report.previous, report.snapshot))
        found = replay_saved(settings, before, after, embedder, on_progress=on_progress)
        add_note(after, REPLAY, json.dumps(asdict(found), ensure_ascii=False, indent=1))
    except Exception as error:  # noqa: BLE001 - the new snapshot is in service, whatever comes
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
        logger.warning("the saved questions were not replayed: %s", reason)
        return Rebuilt(report, replay_failed=reason)
    return Rebuilt(report, found)


def write_shard(
    settings: Settings, part: Part, folder: Path, *, n_workers: int = 1, on_progress: Progress = lambda *_: None
) -> ShardReport:
    """Do the costly part of a build for a part of the releases; raises BuildError."""
    embedder = _open_embedder(settings)
    with _workers(settings, n_workers) as workers:
        return make_builder(settings, embedder, workers=workers).write_shard(part, folder, on_progress=on_progress)


def _open_embedder(settings: Settings) -> SentenceTransformerEmbedder:
    """Return the embedder, whose export is made again when it is damaged."""
    try:
        return make_embedder(settings)
    except DamagedExportError as error:
        logger.warning("the question encoder in %s/ is damaged and is made again", error.folder.name)
        shutil.rmtree(error.folder)
        return make_embedder(settings)


def _workers(settings: Settings, n: int) -> AbstractContextManager[Workers | None]:
    return make_workers(settings, n) if n > 1 else nullcontext()


def saved_questions(settings: Settings) -> Path:
    """Return the file of saved questions, which need not exist."""
    return settings.questions or settings.documents.absolute().parent / SAVED_QUESTIONS


def replay_saved(
    settings: Settings,
    before: Snapshot,
    after: Snapshot,
    embedder: SentenceTransformerEmbedder | None = None,
    *,
    on_progress: Progress = lambda *_: None,
) -> Replay:
    """Ask the saved questions of two snapshots.

    Raises:
        QaServiceError: They can't be read, or a snapshot was built with another embedder than the settings name.
    """
    questions = load_saved_questions(saved_questions(settings))
    embedder = embedder or make_embedder(settings)
    reader = make_reader(settings, lambda: embedder)
    old, new = (make_engine(settings, snapshot, embedder, reader=reader) for snapshot in (before, after))
    return replay(questions, old, new, lambda *step: on_progress("replaying", *step))


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two snapshots.

    Attributes:
        replay: None without saved questions.
    """

    before: str
    after: str
    change: DocumentChange
    n_passages: tuple[int, int]
    replay: Replay | None


def compare(
    settings: Settings, before: str | None, after: str | None, *, on_progress: Progress = lambda *_: None
) -> Comparison:
    """Compare two snapshots by their ids; by default the one in service with the one before it.

    Raises:
        SnapshotError: There is no such snapshot, or none before.
    """
    new = find_snapshot(settings.index, after) if after else open_current(settings.index)
    old = find_snapshot(settings.index, before or id_before(settings.index, new.manifest.id))
    has_questions = saved_questions(settings).is_file()
    return Comparison(
        before=old.manifest.id,
        after=new.manifest.id,
        change=DocumentChange.between(old.manifest.documents, new.manifest.documents),
        n_passages=(old.manifest.n_passages, new.manifest.n_passages),
        replay=replay_saved(settings, old, new, on_progress=on_progress) if has_questions else None,
    )
