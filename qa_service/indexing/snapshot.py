"""Snapshots on disk: immutable folders under `index/snapshots/`, and `index/CURRENT`, which names the one in service.

A snapshot is staged in a hidden folder, sealed (manifest with checksums, all of it fsynced), renamed, and only then
named by CURRENT, through os.replace. Killed at any moment, the old snapshot stays in service.
"""

import datetime as dt
import errno
import hashlib
import json
import logging
import os
import re
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout

from qa_service.errors import BusyError, DamagedSnapshotError, NoSnapshotError, QaServiceError, SnapshotError
from qa_service.files import make_folder, make_readable, sha256_of, write_readable

logger = logging.getLogger(__name__)

# Raise it when files change: no snapshot of before is opened any more, and all is embedded anew. For other passages of
# the same release, SplitterSettings.rules is enough.
FORMAT_VERSION = 3
CURRENT = "CURRENT"
MANIFEST = "manifest.json"
REPORT = "report.json"
REPLAY = "replay.json"
SKIPPED = "skipped.json"
_LOCK = ".lock"
_SNAPSHOTS = "snapshots"
_STAGING = ".building-"
_ID = re.compile(r"\d{6,}-\d{8}T\d{6}Z")
_HASHERS = 4  # large files side by side
# Of a machine that has no more files or memory to give, a disk that fails, permissions that are not given: they say
# nothing of what a file holds.
_PASSING = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO, errno.EACCES, errno.EPERM}

Use = TypeVar("Use")
OnFault = Callable[[str, SnapshotError], object]
"""Told the id of a snapshot that was passed over, and why."""
Drop = Callable[[Path], None]
"""Frees what a snapshot's backend keeps outside its folder; raises QaServiceError when it can't now."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot holds and was made with.

    Attributes:
        sequence: One more than that of any snapshot before; orders snapshots even when the clock goes backwards.
        splitter: Splitter settings.
        n_withdrawn: Passages of earlier snapshots that the word index still counts in its statistics.
        documents: sha256 of each release's file, by document id.
        files: sha256 of each file of the snapshot, by path in it; empty until sealed.
    """

    id: str
    sequence: int
    built_at: dt.datetime
    embedder: str
    dimension: int
    splitter: Mapping[str, int]
    backend: str
    n_documents: int
    n_passages: int
    n_withdrawn: int
    newest: dt.date | None
    documents: Mapping[str, str]
    files: Mapping[str, str]
    format_version: int = FORMAT_VERSION

    def as_json(self) -> dict[str, Any]:
        """Return the manifest as it is stored, with a checksum of itself."""
        fields = asdict(self)
        fields["built_at"] = self.built_at.isoformat()
        fields["newest"] = self.newest.isoformat() if self.newest else None
        return {**fields, "checksum": _checksum(fields)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Manifest":
        """Return the manifest that `as_json` stored; ValueError, KeyError or TypeError when it isn't whole."""
        fields = {key: value for key, value in stored.items() if key != "checksum"}
        if stored["checksum"] != _checksum(fields):
            raise ValueError("the checksum does not match")
        fields["built_at"] = dt.datetime.fromisoformat(fields["built_at"])
        fields["newest"] = dt.date.fromisoformat(fields["newest"]) if fields["newest"] else None
        return cls(**fields)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A sealed snapshot whose manifest, and if it was opened with `open_current`, whose every file was checked."""

    folder: Path
    manifest: Manifest


@contextmanager
def writing(index: Path) -> Iterator[None]:
    """Be the one writer of `index`, in this process and all others. The lock of a process that died is free.

    Raises:
        BusyError: Another one writes.
    """
    index.mkdir(parents=True, exist_ok=True)
    lock = FileLock(index / _LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise BusyError(f"another build of {index}/ is running: wait for it to end.") from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def revising(index: Path) -> Iterator[None]:
    """Be the one writer of an index that is there; raises NoSnapshotError, and BusyError as `writing` does."""
    if not index.exists():
        raise _no_snapshot(index)
    with writing(index):
        yield


def stage(index: Path, built_at: dt.datetime) -> tuple[Path, str, int]:
    """Make an empty folder to build in; return it with the id and the sequence number of the snapshot to be.

    Call it with the writer's lock held, after `remove_leftovers`.
    """
    snapshots = index / _SNAPSHOTS
    make_folder(snapshots)
    sequence = max((int(name.split("-")[0]) for name in snapshot_ids(index)), default=0) + 1
    snapshot_id = f"{sequence:06d}-{built_at:%Y%m%dT%H%M%SZ}"
    folder = snapshots / f"{_STAGING}{snapshot_id}"
    folder.mkdir()
    return folder, snapshot_id, sequence


def remove_leftovers(index: Path, drop: Drop) -> None:
    """Remove what killed builds left; call it with the writer's lock held."""
    for left in (index / _SNAPSHOTS).glob(f"{_STAGING}*"):
        discard(left, drop)


def discard(folder: Path, drop: Drop) -> None:
    """Remove a folder that is no snapshot, or none any more; what can't be removed now, the next build tries again."""
    try:
        drop(folder)
        shutil.rmtree(folder)
    except (QaServiceError, OSError) as error:
        logger.warning("%s is left for the next build to remove: %s", folder.name, error)


def seal(folder: Path, manifest: Manifest) -> None:
    """Write the manifest with the checksum of every file in `folder`, and bring all of it to disk."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    with ThreadPoolExecutor(_HASHERS) as pool:
        names = [path.relative_to(folder).as_posix() for path in paths]
        sealed = replace(manifest, files=dict(zip(names, pool.map(sha256_of, paths), strict=True)))
    (folder / MANIFEST).write_text(json.dumps(sealed.as_json(), ensure_ascii=False, indent=1), encoding="utf-8")
    make_readable(folder)
    for path in [*paths, folder / MANIFEST, *(path for path in folder.rglob("*") if path.is_dir()), folder]:
        _fsync(path)


def publish(index: Path, folder: Path, snapshot_id: str) -> None:
    """Give a sealed and checked folder its final name, and let CURRENT name it."""
    folder.rename(snapshot_folder(index, snapshot_id))
    _fsync(folder.parent)
    point_current(index, snapshot_id)


def point_current(index: Path, snapshot_id: str) -> None:
    """Let CURRENT name `snapshot_id`, in one step."""
    pending = index / f".{CURRENT}"
    write_readable(pending, f"{snapshot_id}\n")
    _fsync(pending)
    pending.replace(index / CURRENT)
    _fsync(index)


def roll_back(index: Path, snapshot_id: str | None = None) -> Snapshot:
    """Let CURRENT name `snapshot_id`, or the newest sound one older than what it names, and return that snapshot.

    Call it with the writer's lock held.

    Raises:
        SnapshotError: There is no such snapshot.
        DamagedSnapshotError: It is not sound, or none is; CURRENT stays.
    """
    if snapshot_id:
        snapshot = find_snapshot(index, snapshot_id)
    else:
        snapshot = _use_first(index, _ids_before(index, read_current(index)), lambda snapshot: snapshot)
    point_current(index, snapshot.manifest.id)
    return snapshot


def id_before(index: Path, snapshot_id: str | None) -> str:
    """Return the id of the newest snapshot older than `snapshot_id`, or of the newest one when that is not there.

    Raises:
        NoSnapshotError: There is none at all.
        SnapshotError: None is older.
    """
    return _ids_before(index, snapshot_id)[0]


def _ids_before(index: Path, snapshot_id: str | None) -> list[str]:
    ids = snapshot_ids(index)
    if not ids:
        raise _no_snapshot(index)
    older = ids[ids.index(snapshot_id) + 1 :] if snapshot_id in ids else ids
    if not older:
        raise SnapshotError(f"{index}/ has no snapshot before {snapshot_id}.")
    return older


def find_snapshot(index: Path, snapshot_id: str) -> Snapshot:
    """Return one snapshot by its id, every file checked; raises SnapshotError."""
    if snapshot_id not in snapshot_ids(index):
        raise SnapshotError(
            f"{index}/ has no snapshot {snapshot_id}: it has {', '.join(snapshot_ids(index)) or 'none'}."
        )
    return open_snapshot(snapshot_folder(index, snapshot_id))


def add_note(snapshot: Snapshot, name: str, text: str) -> None:
    """Put a file beside a sealed snapshot's own, in one step; no checksum covers it and nothing in service needs it."""
    path, pending = snapshot.folder / name, snapshot.folder / f".{name}"
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return
    write_readable(pending, text)
    pending.replace(path)


def prune(index: Path, keep: int, drop: Drop, *, before: str | None = None, damaged: Collection[str] = ()) -> list[str]:
    """Remove all but `keep` snapshots; return the ids removed.

    Kept are the one in service, then `before`, on which questions may still run, then the newest, `damaged` ones last.
    """
    first = [read_current(index), before]

    def rank(name: str) -> int:
        return first.index(name) if name in first else len(first) + (name in damaged)

    removed = sorted(snapshot_ids(index), key=rank)[keep:]
    for name in removed:
        doomed = snapshot_folder(index, f"{_STAGING}{name}")
        snapshot_folder(index, name).rename(doomed)  # killed from here on, what is left is no snapshot
        discard(doomed, drop)
    return removed


def prune_by_hand(index: Path, keep: int, drop: Drop) -> list[str]:
    """Remove all but `keep` snapshots, damaged ones first, and let CURRENT name the one that is served; return the ids.

    Call it with the writer's lock held.

    Raises:
        NoSnapshotError, DamagedSnapshotError: As `open_current` does.
        SnapshotError: One can't be read now, so nobody knows what is worth keeping; nothing is removed.
    """
    damaged: list[str] = []

    def on_fault(snapshot_id: str, fault: SnapshotError) -> None:
        if not isinstance(fault, DamagedSnapshotError):
            raise fault
        damaged.append(snapshot_id)

    served = open_current(index, on_fault=on_fault).manifest.id
    if current_id(index) != served:
        point_current(index, served)
    return prune(index, keep, drop, damaged=damaged)


def snapshot_ids(index: Path) -> list[str]:
    """Return the ids of all sealed snapshots, newest first; they may be damaged."""
    snapshots = index / _SNAPSHOTS
    names = [path.name for path in snapshots.iterdir() if _ID.fullmatch(path.name)] if snapshots.is_dir() else []
    return sorted(names, key=lambda name: int(name.split("-")[0]), reverse=True)


def snapshot_folder(index: Path, snapshot_id: str) -> Path:
    """Return where a snapshot lies, or would lie."""
    return index / _SNAPSHOTS / snapshot_id


def sizes(index: Path) -> dict[str, int]:
    """Return the bytes on disk of each snapshot, newest first."""
    return {
        name: sum(path.stat().st_size for path in snapshot_folder(index, name).rglob("*") if path.is_file())
        for name in snapshot_ids(index)
    }


def current_id(index: Path) -> str | None:
    """Return what CURRENT says, None when it can't be read, is not there or names nothing that could be a snapshot."""
    try:
        return read_current(index)
    except SnapshotError:
        return None


def read_current(index: Path) -> str | None:
    """Return what CURRENT says, None when it is not there or names nothing that could be a snapshot.

    Raises:
        SnapshotError: It can't be read now.
    """
    try:
        name = (index / CURRENT).read_text(encoding="utf-8").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    except OSError as error:
        raise SnapshotError(_unreadable_now(f"{index / CURRENT}", error)) from error
    return name if _ID.fullmatch(name) else None


def open_current(index: Path, *, on_fault: OnFault = lambda *_: None) -> Snapshot:
    """Return the snapshot in service, every file checked; when it is damaged or can't be read, the newest sound one.

    Raises:
        NoSnapshotError: There is none.
        DamagedSnapshotError: There is none that is sound; the message names the first fault.
        SnapshotError: None can be read now, or what CURRENT says.
    """
    return use_current(index, lambda snapshot: snapshot, on_fault=on_fault)


def use_current(index: Path, use: Callable[[Snapshot], Use], *, on_fault: OnFault = lambda *_: None) -> Use:
    """Return what `use` makes of the snapshot in service, or if that can't be opened, of the newest one that can.

    Args:
        use: May find what files don't show, and raises SnapshotError then.
        on_fault: Told of each snapshot that was passed over.

    Raises:
        NoSnapshotError, DamagedSnapshotError, SnapshotError: As `open_current` does; and whatever else `use` raises.
    """
    current = read_current(index)
    try:
        ids = snapshot_ids(index)
    except OSError as error:
        raise SnapshotError(_unreadable_now(f"{index}/", error)) from error
    candidates = list(dict.fromkeys([*([current] if current else []), *ids]))
    if not candidates:
        raise _no_snapshot(index)
    if not current:
        logger.warning("%s names no snapshot: the newest one that is sound is used", index / CURRENT)
    return _use_first(index, candidates, use, on_fault)


def _use_first(
    index: Path, ids: Sequence[str], use: Callable[[Snapshot], Use], on_fault: OnFault = lambda *_: None
) -> Use:
    faults = []
    for name in ids:
        try:
            used = use(open_snapshot(snapshot_folder(index, name)))
        except SnapshotError as error:
            logger.error("%s", error)
            on_fault(name, error)
            faults.append(error)
            continue
        if faults:
            logger.warning("snapshot %s is used instead of %s", name, ids[0])
        return used
    raise faults[0]


def open_snapshot(folder: Path) -> Snapshot:
    """Return a snapshot after checking its manifest and the checksum of every file.

    Raises:
        DamagedSnapshotError: It is not what was sealed.
        SnapshotError: The machine can't read it now.
    """
    snapshot = Snapshot(folder, read_manifest(folder))

    def check(name: str) -> None:
        try:
            found = sha256_of(folder / name)
        except OSError as error:
            raise _unreadable(folder, name, error) from error
        if found != snapshot.manifest.files[name]:
            raise DamagedSnapshotError(_damage(folder, f"{name} does not match its checksum"))

    with ThreadPoolExecutor(_HASHERS) as pool:
        for _ in pool.map(check, snapshot.manifest.files):
            pass
    return snapshot


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a snapshot; raises what `open_snapshot` does."""
    try:
        stored = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if stored["format_version"] != FORMAT_VERSION:
            raise DamagedSnapshotError(
                f"snapshot {folder.name} is of another version of qa-service: format {stored['format_version']}, "
                f"this one reads {FORMAT_VERSION}. Run 'qa-service build' to make a new one."
            )
        return Manifest.from_json(stored)
    except OSError as error:
        raise _unreadable(folder, MANIFEST, error) from error
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedSnapshotError(_damage(folder, f"{MANIFEST} can't be used ({error})")) from error


def _unreadable(folder: Path, name: str, error: OSError) -> SnapshotError:
    if error.errno in _PASSING:
        return SnapshotError(_unreadable_now(f"{name} of snapshot {folder.name}", error))
    return DamagedSnapshotError(_damage(folder, f"{name} can't be read ({error.strerror})"))


def _unreadable_now(what: str, error: OSError) -> str:
    return (
        f"{what} can't be read now ({error.strerror}): look at its permissions, and at this machine's open files, "
        "memory and disk."
    )


def _damage(folder: Path, what: str) -> str:
    return f"snapshot {folder.name} is damaged: {what}. Run 'qa-service build' to make a new one."


def _checksum(fields: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _no_snapshot(index: Path) -> NoSnapshotError:
    return NoSnapshotError(f"{index}/ has no snapshot: run 'qa-service build' first.")
