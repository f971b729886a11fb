"""Rebuilds that a server is asked for: one at a time, each in a process of its own, and how far each is.

The build's memory, its work and its death are so not the server's.
"""

from __future__ import annotations

import datetime as dt
import itertools
import logging
import multiprocessing
import os
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal

from filelock import FileLock
from pydantic import TypeAdapter, ValidationError

from qa_service.config import Settings, start_logging
from qa_service.errors import BusyError, QaServiceError
from qa_service.indexing.snapshot import CURRENT, current_id, writing
from qa_service.job_folder import JobFolder
from qa_service.rebuilding import Rebuilt, rebuild
from qa_service.reports import BuildReport

logger = logging.getLogger(__name__)

_JOBS = "jobs"
_KEPT_JOBS = 100
_PROGRESS_EVERY_S = 0.1


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
