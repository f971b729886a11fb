"""Builds that are still on disk: each kept snapshot with the report that its build left in it.

Reports may be those of an older version, or gone: what can't be read is named, never an error.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from qa_service.errors import DamagedSnapshotError, SnapshotError
from qa_service.indexing.snapshot import (
    REPLAY,
    REPORT,
    SKIPPED,
    Manifest,
    open_snapshot,
    read_manifest,
    snapshot_folder,
    snapshot_ids,
)
from qa_service.reports import BuildReport, Replay

logger = logging.getLogger(__name__)

_REPORTS = TypeAdapter(BuildReport)
_REPLAYS = TypeAdapter(Replay)
_SKIPPED = TypeAdapter(tuple[tuple[str, str], ...])

Note = TypeVar("Note")
FileState = tuple[str, int, int]
"""Path of a file in its snapshot, size, and when it was changed."""


@dataclass(frozen=True, slots=True)
class KeptBuild:
    """A snapshot on disk, and what its build said of itself.

    Attributes:
        n_bytes: Size on disk.
        manifest: None when it can't be read.
        damage: What is wrong with the snapshot, None when its files are those that were sealed.
        report: None when it is missing or can't be read. Files skipped are those of the last build, which may have had
            nothing new to make a snapshot of.
        replay: None when no saved questions were asked, or what came of it can't be read.
        unreadable: Names of those files of the last two that are there but can't be read.
    """

    id: str
    n_bytes: int
    manifest: Manifest | None
    damage: str | None
    report: BuildReport | None
    replay: Replay | None
    unreadable: tuple[str, ...]


def kept_builds(index: Path) -> list[KeptBuild]:
    """Return the builds on disk, newest first."""
    return list(_read_builds(index, snapshot_ids(index)))


def find_build(index: Path, snapshot_id: str) -> KeptBuild | None:
    """Return the build that made a snapshot, None when there is no such snapshot any more."""
    return next(_read_builds(index, [name for name in snapshot_ids(index) if name == snapshot_id]), None)


def _read_builds(index: Path, snapshot_ids: list[str]) -> Iterator[KeptBuild]:
    for name in snapshot_ids:
        folder = snapshot_folder(index, name)
        try:
            state = tuple(_file_states(folder))
        except FileNotFoundError:
            continue  # removed meanwhile by a build
        report, replay = read_report(folder), _read_note(folder / REPLAY, _REPLAYS)
        notes = {REPORT: report, REPLAY: replay}
        yield KeptBuild(
            id=name,
            n_bytes=sum(size for _, size, _ in state),
            manifest=_manifest(folder),
            damage=_damage_now(folder, state),
            report=report,
            replay=replay,
            unreadable=tuple(note for note in notes if notes[note] is None and (folder / note).exists()),
        )


def read_report(folder: Path) -> BuildReport | None:
    """Return the report of a snapshot with what was skipped since; None when it is missing or can't be read."""
    report, skipped = _read_note(folder / REPORT, _REPORTS), _read_note(folder / SKIPPED, _SKIPPED)
    return report if report is None or skipped is None else replace(report, skipped=skipped)


def _file_states(folder: Path) -> Iterator[FileState]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            facts = path.stat()
            yield path.relative_to(folder).as_posix(), facts.st_size, facts.st_mtime_ns


def _manifest(folder: Path) -> Manifest | None:
    try:
        return read_manifest(folder)
    except SnapshotError:
        return None


def _damage_now(folder: Path, state: tuple[FileState, ...]) -> str | None:
    try:
        return _damage(folder, state)
    except SnapshotError as error:  # it passes, so it isn't remembered
        return str(error)


@lru_cache(maxsize=256)
def _damage(folder: Path, _state: tuple[FileState, ...]) -> str | None:
    """Return what is wrong with a snapshot. Its files are read once per state, since large ones take seconds."""
    try:
        open_snapshot(folder)
    except DamagedSnapshotError as error:
        return str(error)
    return None


def _read_note(path: Path, form: TypeAdapter[Note]) -> Note | None:
    try:
        return form.validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        logger.warning("%s of snapshot %s can't be read: %s", path.name, path.parent.name, error)
        return None
