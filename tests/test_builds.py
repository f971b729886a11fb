import json
import shutil
from dataclasses import asdict

import pytest
from fakes import WordEmbedder

from qa_service.assembly import make_builder
from qa_service.builds import find_build, kept_builds
from qa_service.config import Settings
from qa_service.indexing.snapshot import REPLAY, REPORT, add_note, find_snapshot, sizes, snapshot_folder
from qa_service.reports import BuildReport, ChangedAnswer, Outcome, Replay


@pytest.fixture
def reports(settings: Settings, embedder: WordEmbedder) -> list[BuildReport]:
    """Two builds: the second skips a file, finds a duplicate and misses a release."""
    first = make_builder(settings, embedder).build()
    (settings.documents / "bad.pdf").write_bytes(b"no PDF")
    shutil.copy(settings.documents / "2002-08-30-flood.txt", settings.documents / "copy.txt")
    (settings.documents / "undated" / "agreement.md").unlink()
    return [first, make_builder(settings, embedder).build()]


def test_builds_come_newest_first_with_the_reports_that_they_made(
    settings: Settings, reports: list[BuildReport]
) -> None:
    builds = kept_builds(settings.index)
    assert [build.report for build in builds] == reports[::-1]
    assert builds[0].report
    assert (builds[0].report.skipped[0][0], builds[0].report.duplicates[0].is_exact) == ("bad.pdf", True)
    assert {build.id: build.n_bytes for build in builds} == sizes(settings.index)
    assert [(build.damage, build.replay, build.unreadable) for build in builds] == [(None, None, ())] * 2


def test_a_replay_comes_back_as_it_was_noted(settings: Settings, reports: list[BuildReport]) -> None:
    replay = Replay(3, (ChangedAnswer("Why?", Outcome("rain", "a.txt"), None),))
    snapshot = find_snapshot(settings.index, reports[1].snapshot)
    add_note(snapshot, REPLAY, json.dumps(asdict(replay)))
    build = find_build(settings.index, reports[1].snapshot)
    assert build
    assert (build.replay, build.damage) == (replay, None)


def test_a_report_with_fewer_fields_is_unreadable_and_one_with_more_is_read(
    settings: Settings, reports: list[BuildReport]
) -> None:
    path = snapshot_folder(settings.index, reports[0].snapshot) / REPORT
    stored = json.loads(path.read_text())
    path.write_text(json.dumps({**stored, "of_a_later_version": 1}))
    [_, build] = kept_builds(settings.index)
    assert (build.report, build.unreadable) == (reports[0], ())
    del stored["duplicates"]
    path.write_text(json.dumps(stored))
    [_, build] = kept_builds(settings.index)
    assert (build.report, build.unreadable) == (None, (REPORT,))


def test_damage_that_comes_later_is_seen(settings: Settings, reports: list[BuildReport]) -> None:
    assert [build.damage for build in kept_builds(settings.index)] == [None, None]
    (snapshot_folder(settings.index, reports[0].snapshot) / "vectors.npy").write_bytes(b"")
    [sound, damaged] = kept_builds(settings.index)
    assert sound.damage is None
    assert damaged.damage
    assert "vectors.npy does not match its checksum" in damaged.damage


def test_no_index_has_no_builds(settings: Settings) -> None:
    assert kept_builds(settings.index) == []
    assert find_build(settings.index, "000001-20260101T000000Z") is None


def test_what_a_build_that_found_nothing_new_skipped_is_in_the_report_of_the_snapshot(
    settings: Settings, embedder: WordEmbedder, reports: list[BuildReport]
) -> None:
    (settings.documents / "worse.pdf").write_bytes(b"no PDF")
    report = make_builder(settings, embedder).build()
    assert not report.is_new
    [build, before] = kept_builds(settings.index)
    assert build.report
    assert [name for name, _ in build.report.skipped] == ["bad.pdf", "worse.pdf"]
    assert (build.damage, before.report) == (None, reports[0])
    for name in ("bad.pdf", "worse.pdf"):
        (settings.documents / name).unlink()
    make_builder(settings, embedder).build()
    [build, _] = kept_builds(settings.index)
    assert build.report
    assert build.report.skipped == ()
