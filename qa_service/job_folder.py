"""What is known of rebuilds, in files, so that each process of a server can tell how far a job of another one is.

The process that runs a job holds a lock for as long; a job that says it is running while its lock is free was cut off.
"""

import datetime as dt
import fcntl
import re
from pathlib import Path

from filelock import FileLock

from qa_service.files import FILE_MODE, make_folder

_ID = re.compile(r"[0-9TZ-]{1,60}")
_KEPT = 100


class JobFolder:
    """Job notes by id, as bytes. Ids sort by time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, job_id: str, content: bytes) -> FileLock:
        """Note a new job and return its lock, held; to be released when the job has ended. Old notes are removed."""
        make_folder(self._folder)
        for old in self.ids()[_KEPT - 1 :]:
            self.remove(old)
        lock = FileLock(self._folder / f"{job_id}.lock", timeout=0, thread_local=False, mode=FILE_MODE)
        lock.acquire()
        try:
            self.write(job_id, content)
        except BaseException:
            lock.release()
            self.remove(job_id)
            raise
        return lock

    def remove(self, job_id: str) -> None:
        """Forget a job."""
        for name in (f"{job_id}.json", f".{job_id}.json", f"{job_id}.lock"):
            (self._folder / name).unlink(missing_ok=True)

    def write(self, job_id: str, content: bytes) -> None:
        """Replace what is noted of a job, in one step."""
        pending = self._folder / f".{job_id}.json"
        pending.write_bytes(content)
        pending.chmod(FILE_MODE)
        pending.replace(self._folder / f"{job_id}.json")

    def read(self, job_id: str) -> bytes | None:
        """Return what is noted of a job, None when there is no such job or its notes may not be read."""
        if not _ID.fullmatch(job_id):
            return None
        try:
            return (self._folder / f"{job_id}.json").read_bytes()
        except (FileNotFoundError, PermissionError):
            return None

    def written_at(self, job_id: str) -> dt.datetime | None:
        """Return when a job was last noted, None when there is no such job."""
        try:
            return dt.datetime.fromtimestamp((self._folder / f"{job_id}.json").stat().st_mtime, dt.UTC)
        except FileNotFoundError:
            return None

    def is_running(self, job_id: str) -> bool:
        """Return whether the process that runs a job still does."""
        try:
            with (self._folder / f"{job_id}.lock").open("rb") as file:  # it may be another user's, and only be read
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            return True
        except OSError:
            return False
        return False

    def ids(self) -> list[str]:
        """Return the ids of all jobs that are noted, newest first."""
        if not self._folder.is_dir():
            return []
        return sorted((path.stem for path in self._folder.glob("*.json") if _ID.fullmatch(path.stem)), reverse=True)
