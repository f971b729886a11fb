import datetime as dt
import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from qa_service.errors import BackendError, BusyError, DamagedSnapshotError, NoSnapshotError, SnapshotError
from qa_service.indexing.snapshot import (
    FORMAT_VERSION,
    Manifest,
    Snapshot,
    add_note,
    current_id,
    find_snapshot,
    open_current,
    point_current,
    prune,
    publish,
    remove_leftovers,
    roll_back,
    seal,
    sizes,
    snapshot_ids,
    stage,
    use_current,
    writing,
)

NOON = dt.datetime(2026, 1, 2, 12, tzinfo=dt.UTC)


def nothing_outside(folder: Path) -> None:
    """Free nothing: all is in the folder."""


def make_snapshot(index: Path, built_at: dt.datetime = NOON, content: str = "passages") -> str:
    folder, snapshot_id, sequence = stage(index, built_at)
    (folder / "lexical").mkdir()
    (folder / "lexical" / "words").write_text(content)
    (folder / "corpus.sqlite").write_text(content)
    manifest = Manifest(
        snapshot_id, sequence, built_at, "words", 3, {}, "faiss", 1, 2, 0, dt.date(2005, 5, 10), {"a.txt": "x"}, {}
    )
    seal(folder, manifest)
    publish(index, folder, snapshot_id)
    return snapshot_id


def test_an_index_without_a_snapshot_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoSnapshotError, match="run 'qa-service build' first"):
        open_current(tmp_path)


def test_a_published_snapshot_is_the_one_in_service(tmp_path: Path) -> None:
    snapshot_id = make_snapshot(tmp_path)
    snapshot = open_current(tmp_path)
    assert snapshot.manifest.id == current_id(tmp_path) == snapshot_id
    assert snapshot.manifest.built_at == NOON
    assert sorted(snapshot.manifest.files) == ["corpus.sqlite", "lexical/words"]


def test_a_staged_folder_is_not_a_snapshot(tmp_path: Path) -> None:
    stage(tmp_path, NOON)
    assert snapshot_ids(tmp_path) == []


def test_what_a_killed_build_left_goes_with_the_next(tmp_path: Path) -> None:
    left, _, _ = stage(tmp_path, NOON)
    remove_leftovers(tmp_path, nothing_outside)
    assert not left.exists()


def test_what_a_snapshot_keeps_outside_its_folder_is_freed_when_it_is_pruned_or_left_over(tmp_path: Path) -> None:
    ids = [make_snapshot(tmp_path) for _ in range(2)]
    left, _, _ = stage(tmp_path, NOON)
    freed: list[str] = []
    remove_leftovers(tmp_path, lambda folder: freed.append(folder.name))
    prune(tmp_path, 1, lambda folder: freed.append((folder / "corpus.sqlite").read_text()))
    assert freed == [left.name, "passages"]
    assert snapshot_ids(tmp_path) == [ids[1]]


def test_what_can_not_be_freed_now_is_no_snapshot_and_is_freed_later(tmp_path: Path) -> None:
    ids = [make_snapshot(tmp_path) for _ in range(2)]

    def fail(folder: Path) -> None:
        raise BackendError("it can't be reached")

    assert prune(tmp_path, 1, fail) == [ids[0]]
    assert snapshot_ids(tmp_path) == [ids[1]]
    freed: list[str] = []
    remove_leftovers(tmp_path, lambda folder: freed.append((folder / "corpus.sqlite").read_text()))
    assert freed == ["passages"]
    assert [path.name for path in (tmp_path / "snapshots").iterdir()] == [ids[1]]


def test_damage_that_shows_in_use_only_is_damage(tmp_path: Path) -> None:
    sound, damaged = make_snapshot(tmp_path), make_snapshot(tmp_path)

    def use(snapshot: Snapshot) -> str:
        if snapshot.manifest.id == damaged:
            raise DamagedSnapshotError("its collection is gone")
        return snapshot.manifest.id

    assert use_current(tmp_path, use) == sound


def test_snapshots_are_ordered_by_sequence_when_the_clock_goes_backwards(tmp_path: Path) -> None:
    first = make_snapshot(tmp_path, NOON)
    second = make_snapshot(tmp_path, NOON - dt.timedelta(days=400))
    assert snapshot_ids(tmp_path) == [second, first]
    assert current_id(tmp_path) == second


@pytest.mark.parametrize("name", ["corpus.sqlite", "lexical/words", "manifest.json"])
def test_a_flipped_byte_is_refused_and_the_newest_sound_snapshot_served(tmp_path: Path, name: str) -> None:
    sound = make_snapshot(tmp_path)
    damaged = tmp_path / "snapshots" / make_snapshot(tmp_path) / name
    data = bytearray(damaged.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    assert open_current(tmp_path).manifest.id == sound


def test_a_snapshot_of_another_version_is_told_from_a_damaged_one(tmp_path: Path) -> None:
    path = tmp_path / "snapshots" / make_snapshot(tmp_path) / "manifest.json"
    path.write_text(path.read_text().replace(f'"format_version": {FORMAT_VERSION}', '"format_version": 1'))
    with pytest.raises(DamagedSnapshotError, match=rf"format 1, this one reads {FORMAT_VERSION}\. Run"):
        open_current(tmp_path)


def test_a_missing_file_is_named_when_no_snapshot_is_sound(tmp_path: Path) -> None:
    (tmp_path / "snapshots" / make_snapshot(tmp_path) / "corpus.sqlite").unlink()
    with pytest.raises(DamagedSnapshotError, match=r"corpus\.sqlite can't be read.*qa-service build"):
        open_current(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"../../etc\n", b"000099-20260102T120000Z\n"])
def test_a_useless_current_falls_back_to_the_newest_snapshot(tmp_path: Path, content: bytes) -> None:
    snapshot_id = make_snapshot(tmp_path)
    (tmp_path / "CURRENT").write_bytes(content)
    assert open_current(tmp_path).manifest.id == snapshot_id


def test_current_may_point_back(tmp_path: Path) -> None:
    first = make_snapshot(tmp_path)
    make_snapshot(tmp_path)
    point_current(tmp_path, first)
    assert open_current(tmp_path).manifest.id == first


def test_pruning_keeps_the_one_in_service_then_the_one_before_it_then_the_newest(tmp_path: Path) -> None:
    ids = [make_snapshot(tmp_path) for _ in range(5)]
    point_current(tmp_path, ids[0])
    assert prune(tmp_path, 3, nothing_outside, before=ids[1]) == [ids[3], ids[2]]
    assert prune(tmp_path, 2, nothing_outside) == [ids[1]]
    assert prune(tmp_path, 1, nothing_outside) == [ids[4]]
    assert snapshot_ids(tmp_path) == [ids[0]]


def test_rolling_back_puts_the_one_before_in_service_and_again_the_one_before_that(tmp_path: Path) -> None:
    ids = [make_snapshot(tmp_path) for _ in range(3)]
    assert roll_back(tmp_path).manifest.id == current_id(tmp_path) == ids[1]
    assert roll_back(tmp_path).manifest.id == current_id(tmp_path) == ids[0]
    with pytest.raises(SnapshotError, match=f"no snapshot before {ids[0]}"):
        roll_back(tmp_path)
    assert roll_back(tmp_path, ids[2]).manifest.id == current_id(tmp_path) == ids[2]


def test_rolling_back_to_what_is_not_there_or_not_sound_changes_nothing(tmp_path: Path) -> None:
    damaged, served = make_snapshot(tmp_path), make_snapshot(tmp_path)
    (tmp_path / "snapshots" / damaged / "corpus.sqlite").write_text("other")
    with pytest.raises(SnapshotError, match="no snapshot 000009"):
        roll_back(tmp_path, "000009-20260102T120000Z")
    with pytest.raises(DamagedSnapshotError):
        roll_back(tmp_path)
    assert current_id(tmp_path) == served


def test_rolling_back_passes_over_what_is_not_sound(tmp_path: Path) -> None:
    sound, damaged, _ = (make_snapshot(tmp_path) for _ in range(3))
    (tmp_path / "snapshots" / damaged / "corpus.sqlite").write_text("other")
    assert roll_back(tmp_path).manifest.id == current_id(tmp_path) == sound


def test_damaged_snapshots_are_pruned_first(tmp_path: Path) -> None:
    ids = [make_snapshot(tmp_path) for _ in range(4)]
    assert prune(tmp_path, 2, nothing_outside, damaged=[ids[2], ids[1]]) == [ids[2], ids[1]]
    assert snapshot_ids(tmp_path) == [ids[3], ids[0]]


def test_a_snapshot_in_service_is_not_pruned_though_it_is_old(tmp_path: Path) -> None:
    ids = [make_snapshot(tmp_path) for _ in range(4)]
    roll_back(tmp_path, ids[0])
    assert prune(tmp_path, 2, nothing_outside) == [ids[2], ids[1]]
    assert open_current(tmp_path).manifest.id == ids[0]


def test_any_user_can_read_what_a_builder_wrote_whatever_its_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        snapshot = find_snapshot(tmp_path, make_snapshot(tmp_path))
        add_note(snapshot, "note.json", "{}")
    finally:
        os.umask(before)
    paths = [tmp_path / "CURRENT", tmp_path / "snapshots", *(tmp_path / "snapshots").rglob("*")]
    assert {path.name: path.stat().st_mode & 0o777 for path in paths} == {
        path.name: 0o755 if path.is_dir() else 0o644 for path in paths
    }


def test_a_current_that_cannot_be_read_is_not_one_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [make_snapshot(tmp_path) for _ in range(3)]
    read = Path.open

    def open_file(path: Path, *arguments: Any, **named: Any) -> Any:
        if path.name == "CURRENT":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return read(path, *arguments, **named)

    monkeypatch.setattr(Path, "open", open_file)
    for do in (open_current, roll_back, lambda index: prune(index, 1, nothing_outside)):
        with pytest.raises(SnapshotError, match="CURRENT can't be read now"):
            do(tmp_path)
    assert snapshot_ids(tmp_path) == ids[::-1]
    assert current_id(tmp_path) is None


def test_a_note_leaves_the_snapshot_sound(tmp_path: Path) -> None:
    snapshot = find_snapshot(tmp_path, make_snapshot(tmp_path))
    add_note(snapshot, "note.json", "{}")
    add_note(snapshot, "note.json", "[]")
    assert (find_snapshot(tmp_path, snapshot.manifest.id).folder / "note.json").read_text() == "[]"


def test_sizes_are_bytes_on_disk(tmp_path: Path) -> None:
    snapshot_id = make_snapshot(tmp_path, content="x" * 1_000_000)
    assert list(sizes(tmp_path)) == [snapshot_id]
    assert 2_000_000 < sizes(tmp_path)[snapshot_id] < 2_010_000


def test_there_is_one_writer_across_processes_and_a_dead_one_holds_nothing(tmp_path: Path) -> None:
    hold = (
        "import sys, time; from pathlib import Path; from qa_service.indexing.snapshot import writing\n"
        "with writing(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", hold, tmp_path], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        with pytest.raises(BusyError, match="another build"), writing(tmp_path):
            pass
        other.kill()
        other.wait()
        with writing(tmp_path):
            pass


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO, errno.EACCES, errno.EPERM])
@pytest.mark.parametrize("name", ["manifest.json", "corpus.sqlite"])
def test_a_machine_that_can_read_no_more_is_not_a_damaged_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, number: int
) -> None:
    older, newer = make_snapshot(tmp_path), make_snapshot(tmp_path)
    read = Path.open

    def open_file(path: Path, *arguments: Any, **named: Any) -> Any:
        if path.name == name and newer in path.parts:
            raise OSError(number, os.strerror(number), str(path))
        return read(path, *arguments, **named)

    monkeypatch.setattr(Path, "open", open_file)
    with pytest.raises(SnapshotError, match=f"{name} of snapshot {newer} can't be read now") as raised:
        find_snapshot(tmp_path, newer)
    assert not isinstance(raised.value, DamagedSnapshotError)
    assert open_current(tmp_path).manifest.id == older


def test_why_a_snapshot_was_passed_over_is_told(tmp_path: Path) -> None:
    older, newer = make_snapshot(tmp_path), make_snapshot(tmp_path)
    (tmp_path / "snapshots" / newer / "corpus.sqlite").unlink()
    faults: list[tuple[str, SnapshotError]] = []
    found = use_current(tmp_path, lambda snapshot: snapshot.manifest.id, on_fault=lambda *told: faults.append(told))
    assert found == older
    [(name, fault)] = faults
    assert name == newer
    assert isinstance(fault, DamagedSnapshotError)
