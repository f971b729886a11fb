"""The documents folder changed: rebuild. A rebuild that fails is tried again, and the watch goes on."""

import logging
import math
import os
import stat
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from watchfiles import Change
from watchfiles import watch as changes_in

from qa_service.config import Settings
from qa_service.errors import BusyError
from qa_service.jobs import Job, Rebuilder

logger = logging.getLogger(__name__)

_RETRY_S = 30.0
_MOST_WAITS = 20  # for quiet; then one file that keeps changing holds the others back no longer
_LOOK_S = 1.0  # for a stop, for a folder that is not there, for another builder to end


class Watcher:
    """Keeps the index in step with the documents folder.

    Args:
        on_job: Told of each rebuild when it has ended.
        retry_s: Seconds after which a rebuild that failed is tried again, if nothing changes before.
    """

    def __init__(
        self,
        settings: Settings,
        rebuilder: Rebuilder,
        *,
        on_job: Callable[[Job], None] = lambda _: None,
        retry_s: float = _RETRY_S,
    ) -> None:
        self._documents = settings.documents
        self._index = settings.index
        self._quiet_s = settings.watch_quiet_s
        self._rebuilder = rebuilder
        self._on_job = on_job
        self._retry_s = retry_s

    def run(self, stop: threading.Event) -> None:
        """Rebuild now and after every change until `stop` is set."""
        changed = threading.Event()
        listener = threading.Thread(target=self._listen, args=(changed, stop), name="watch", daemon=True)
        listener.start()
        retry_at = math.inf
        while not stop.is_set():
            if not changed.wait(_LOOK_S) and time.monotonic() < retry_at:
                continue
            self._wait_until_quiet(stop)
            changed.clear()  # what comes from here on is another change, and another rebuild
            retry_at = math.inf if self._rebuild(stop) else time.monotonic() + self._retry_s
        listener.join()

    def _listen(self, changed: threading.Event, stop: threading.Event) -> None:
        """Set `changed` whenever something changes, and whenever a folder is there that was not watched before.

        While it can't be watched it is looked through from time to time.
        """
        seen: dict[Path, tuple[int, int]] = {}
        is_new = True

        def counts(_change: object, path: str) -> bool:
            return is_new or _may_be_release(Path(path), self._documents, self._index)

        while not stop.is_set():
            is_new, watched = True, _identity(self._documents)
            try:
                for changes in changes_in(
                    self._documents,
                    watch_filter=counts,
                    stop_event=stop,
                    rust_timeout=int(_LOOK_S * 1000),
                    yield_on_timeout=True,
                    raise_interrupt=False,
                    ignore_permission_denied=True,
                ):
                    if changes or is_new:
                        changed.set()
                    is_new = False
                    if _identity(self._documents) != watched or self._was_removed(changes):
                        break
            except (OSError, RuntimeError) as error:
                if _is_there(self._documents):
                    logger.error(
                        "%s can't be watched, which is tried again in %g s: %s", self._documents, self._retry_s, error
                    )
                    before, seen = seen, _state(self._documents, self._index)
                    if seen != before:
                        changed.set()
                    stop.wait(self._retry_s)
                    continue
            if not stop.is_set() and not _is_there(self._documents):
                logger.warning("%s is not there; it is watched again when it is", self._documents)
                while not _is_there(self._documents) and not stop.wait(_LOOK_S):
                    pass

    def _was_removed(self, changes: Iterable[tuple[Change, str]]) -> bool:
        """Return whether the folder itself went, though by now there may be another one, even with its number."""
        folder = self._documents.absolute()
        return any(change is Change.deleted and Path(path).absolute() == folder for change, path in changes)

    def _wait_until_quiet(self, stop: threading.Event) -> None:
        """Wait until nothing in the folder has changed for a while, but not for ever: files may be on their way."""
        before = _state(self._documents, self._index)
        for _ in range(_MOST_WAITS):
            if stop.wait(self._quiet_s):
                return
            now = _state(self._documents, self._index)
            if now == before:
                return
            before = now

    def _rebuild(self, stop: threading.Event) -> bool:
        """Rebuild, waiting for another builder if need be, and return whether the index is up to date now."""
        while not stop.is_set():
            try:
                job = self._rebuilder.start()
            except BusyError:
                stop.wait(_LOOK_S)
                continue
            except (OSError, RuntimeError) as error:  # a full disk, or no thread to be had
                logger.error("no rebuild can begin, which is tried again in %g s: %s", self._retry_s, error)
                return False
            while job.state == "running":
                if stop.is_set():
                    return False  # the build's process ends with this one
                job = self._rebuilder.wait(job.id, _LOOK_S)
            if job.error:
                logger.error("the rebuild failed: %s", job.error)
            self._on_job(job)
            return job.state == "succeeded"
        return False


def _may_be_release(path: Path, folder: Path, index: Path) -> bool:
    """Return whether neither the file nor a folder on the way to it is hidden or the index."""
    if _is_within(path, index) and not _is_within(folder, index):
        return False
    path, folder = path.absolute(), folder.absolute()
    inside = path.relative_to(folder).parts if path.is_relative_to(folder) else (path.name,)
    return not any(part.startswith(".") for part in inside)


def _is_within(path: Path, folder: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(
        os.path.realpath(folder)
    )  # resolve() raises for links in a circle


def _is_there(folder: Path) -> bool:
    return _identity(folder) is not None


def _identity(folder: Path) -> tuple[int, int] | None:
    """Return what tells a folder from another one that takes its name, None when there is none that can be looked at.

    A name may be a link that is made to lead elsewhere.
    """
    try:
        facts = folder.stat()
    except OSError:  # among others, its disk is gone
        return None
    return (facts.st_dev, facts.st_ino) if stat.S_ISDIR(facts.st_mode) else None


def _state(folder: Path, index: Path) -> dict[Path, tuple[int, int]]:
    """Return size and time of change of every visible file below `folder`; folders that can't be read hold none."""
    found, index = {}, index.resolve()
    for inside, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and Path(inside, name).resolve() != index]
        for name in names:
            if name.startswith("."):
                continue
            path = Path(inside, name)
            try:
                facts = path.stat()
            except OSError:
                continue  # it went meanwhile
            found[path] = (facts.st_size, facts.st_mtime_ns)
    return found
