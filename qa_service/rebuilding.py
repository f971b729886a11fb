"""A rebuild as people ask for it: build, then ask the saved questions of the old and the new snapshot.

A server rebuilds in a process of its own, so that the build's memory, its work and its death are not the server's.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import logging
import multiprocessing
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import asdict, dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from filelock import FileLock
from pydantic import TypeAdapter, ValidationError

from qa_service.assembly import make_builder, make_embedder, make_engine, make_reader, make_workers
from qa_service.config import Settings, start_logging
from qa_service.embedding import SentenceTransformerEmbedder
from qa_service.errors import BusyError, DamagedExportError, QaServiceError
from qa_service.evaluation.replay import load_saved_questions, replay
from qa_service.indexing.snapshot import (
    CURRENT,
    REPLAY,
    Snapshot,
    add_note,
    current_id,
    find_snapshot,
    id_before,
    open_current,
    writing,
)
from qa_service.job_folder import JobFolder
from qa_service.reports import BuildReport, DocumentChange, Replay, ShardReport

if TYPE_CHECKING:
    from qa_service.builder import Progress
    from qa_service.preparing import Part, Workers

logger = logging.getLogger(__name__)

SAVED_QUESTIONS = "questions.jsonl"
_JOBS = "jobs"
_KEPT_JOBS = 100
_PROGRESS_EVERY_S = 0.1


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


@dataclass(frozen=True, slots=True)
class Job:
    """A rebuild that was asked for, and how far it is.

    Attributes:
        stage, done, total: The stage it is in, and how much of that is done.
        rebuilt: Once it succeeded.
        error: Why it failed.
        before: Id of the snapshot in service when it began.
    """

    id: str
    state: Literal["running", "succeeded", "failed"]
    started_at: dt.datetime
    ended_at: dt.datetime | None = None
    stage: str = "starting"
    done: int = 0
    total: int = 0
    rebuilt: Rebuilt | None = None
    error: str | None = None
    before: str | None = None


_JOB_FORM = TypeAdapter(Job)


class Rebuilder:
    """Runs rebuilds one after the other, each in a process of its own. Safe to use from several threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._folder = JobFolder(settings.index / _JOBS)
        self._jobs: dict[str, Job] = {}  # those of this process
        self._held: dict[str, FileLock] = {}
        self._followers: dict[str, threading.Thread] = {}
        self._numbers = itertools.count(1)

    @property
    def index(self) -> Path:
        """The folder of snapshots that rebuilds write to."""
        return self._settings.index

    def start(self) -> Job:
        """Begin a rebuild and return its job.

        Raises:
            BusyError: One is running, here or in another process.
            OSError, RuntimeError: It can't be noted, or followed; nothing was begun.
        """
        with self._lock, writing(self._settings.index):
            if any(job.state == "running" for job in self._known_jobs()):
                raise BusyError("a rebuild is running: wait for it to end.")
            began = dt.datetime.now(dt.UTC)
            job = Job(
                f"{began:%Y%m%dT%H%M%SZ}-{os.getpid()}-{next(self._numbers)}",
                "running",
                began,
                before=current_id(self._settings.index),
            )
            held = self._folder.begin(job.id, _JOB_FORM.dump_json(job))
            follower = threading.Thread(target=self._run, args=(job,), daemon=True)
            try:
                follower.start()
            except BaseException:
                held.release()
                self._folder.remove(job.id)
                raise
            self._jobs[job.id], self._held[job.id], self._followers[job.id] = job, held, follower
            for old in list(self._jobs)[:-_KEPT_JOBS]:
                del self._jobs[old], self._followers[old]
        return job

    def job(self, job_id: str) -> Job | None:
        """Return a job as it stands now, whichever process runs it; the last hundred are known."""
        return self._jobs.get(job_id) or self._job_of_another(job_id)

    def jobs(self) -> list[Job]:
        """Return the jobs that are known, newest first."""
        with self._lock:
            return self._known_jobs()

    def wait(self, job_id: str, timeout_s: float | None = None) -> Job:
        """Return a job once it has ended, or as it stands after `timeout_s`."""
        if follower := self._followers.get(job_id):
            follower.join(timeout_s)
        return self._jobs[job_id]

    def _run(self, job: Job) -> None:
        try:
            ended = self._follow(job)
        except Exception as error:  # a job that never ended would keep all later ones from running
            logger.exception("job %s can't be run", job.id)
            reason = self._without_paths(str(error))
            ended = {"state": "failed", "error": f"the build's process can't be run: {reason}; {self._since(job)}"}
        self._update(job.id, ended_at=dt.datetime.now(dt.UTC), **ended)

    def _follow(self, job: Job) -> dict[str, object]:
        """Rebuild in a process and return how the job ended."""
        # A fresh interpreter: a forked one would share locks with threads that it doesn't have.
        context = multiprocessing.get_context("spawn")
        receiver, sender = context.Pipe(duplex=False)
        report: BuildReport | None = None
        outcome: Rebuilt | QaServiceError | None = None
        with receiver:
            with sender:
                process = context.Process(target=_rebuild_here, args=(self._settings, sender), daemon=True)
                process.start()
            try:
                while outcome is None:
                    match receiver.recv():
                        case BuildReport() as told:
                            report = told
                        case (Rebuilt() | QaServiceError()) as told:
                            outcome = told
                        case (stage, done, total):
                            self._update(job.id, stage=stage, done=done, total=total)
            except EOFError:
                pass
            except Exception:  # it died within a message, or sent one that can't be read
                logger.exception("job %s can't be followed any more", job.id)
                process.terminate()
        process.join()
        how = f"the build's process ended with status {process.exitcode}"
        if outcome is None and report:
            outcome = Rebuilt(report, replay_failed=how)
        if isinstance(outcome, Rebuilt):
            return {"state": "succeeded", "rebuilt": outcome}
        return {
            "state": "failed",
            "error": self._without_paths(str(outcome)) if outcome else f"{how}; {self._since(job)}",
        }

    def _since(self, job: Job) -> str:
        """Return what became of the index since a job began."""
        now = current_id(self._settings.index)
        return "the index is as it was" if now == job.before else f"{CURRENT} names {now or 'no snapshot'} now"

    def _without_paths(self, message: str) -> str:
        """Return the message with the names of the server's folders only: it may be shown to a client."""
        for folder in (self._settings.documents, self._settings.index):
            if folder.is_absolute() and folder.name:
                message = message.replace(str(folder), folder.name)
        return message

    def _update(self, job_id: str, **fields: object) -> None:
        with self._lock:
            job = self._jobs[job_id] = replace(self._jobs[job_id], **fields)  # type: ignore[arg-type]
            try:
                self._folder.write(job_id, _JOB_FORM.dump_json(job))
            except (OSError, ValueError) as error:  # a full disk, say, must not keep a job from ending
                logger.warning("job %s can't be noted for other processes: %s", job_id, error)
            finally:
                if job.state != "running":
                    self._held.pop(job_id).release()

    def _known_jobs(self) -> list[Job]:
        found = (self._jobs.get(job_id) or self._job_of_another(job_id) for job_id in self._folder.ids())
        return [job for job in found if job]

    def _job_of_another(self, job_id: str) -> Job | None:
        # In this order: a job that ends in between is not taken for one that was cut off.
        is_running = self._folder.is_running(job_id) if self._folder.read(job_id) else False
        noted = self._folder.read(job_id)
        if noted is None:
            return None
        try:
            job = _JOB_FORM.validate_json(noted)
        except ValidationError as error:  # a report's form is another in another version
            logger.warning("job %s can't be read: %s", job_id, error)
            return None
        if job.state == "running" and not is_running:
            return replace(
                job,
                state="failed",
                ended_at=self._folder.written_at(job_id),
                error=f"the server that ran it has ended; {self._since(job)}",
            )
        return job


def _rebuild_here(settings: Settings, connection: Connection) -> None:
    """Rebuild in this process, telling progress and outcome to `connection`; stops when nobody listens any more.

    The server's log is told what was skipped, for a change of that alone makes no snapshot with a report.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the server's, which ends this process
    start_logging(settings)
    told_at, told = 0.0, ""

    def tell(stage: str, done: int, total: int) -> None:
        nonlocal told_at, told
        now = time.monotonic()
        if stage != told or done == total or now - told_at > _PROGRESS_EVERY_S:
            told_at, told = now, stage
            connection.send((stage, done, total))

    def tell_report(report: BuildReport) -> None:
        for name, reason in report.skipped:
            logger.warning("skipped %s: %s", name, reason)
        connection.send(report)

    outcome: Rebuilt | QaServiceError
    with suppress(BrokenPipeError):  # nobody listens any more
        try:
            outcome = rebuild(settings, on_progress=tell, on_report=tell_report)
        except QaServiceError as error:
            outcome = error
        connection.send(outcome)
