import errno
import itertools
import json
import os
import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from fakes import WordEmbedder
from filelock import FileLock

from qa_service import files
from qa_service.assembly import make_builder
from qa_service.config import Settings
from qa_service.errors import BuildError, SettingsError
from qa_service.indexing.catalog import Catalog, write_catalog
from qa_service.indexing.faiss_backend import FaissBackend
from qa_service.indexing.snapshot import current_id, open_current, roll_back, snapshot_ids
from qa_service.protocols import IndexBackend
from qa_service.splitting import SplitterSettings
from qa_service.types import Document, Filters, Passage

WriteReleases = Callable[[dict[str, str]], Path]
SENTENCE = (
    "The two ministers met on Monday in the capital and agreed to continue their work on trade and on visas in "
    "the autumn."
)


def test_a_build_publishes_a_snapshot_of_every_release(settings: Settings, embedder: WordEmbedder) -> None:
    report = make_builder(settings, embedder).build()
    snapshot = open_current(settings.index)
    assert snapshot.manifest.id == report.snapshot
    assert report.n_documents == 3
    assert report.added == ("2002-08-30-flood.txt", "2005-05-10-summit.txt", "undated/agreement.md")
    assert np.load(snapshot.folder / "vectors.npy").shape == (report.n_passages, embedder.dimension)
    assert (
        json.loads((snapshot.folder / "report.json").read_text())["n_embedded"]
        == report.n_embedded
        == report.n_passages
    )


def test_a_build_without_a_change_writes_nothing(settings: Settings, embedder: WordEmbedder) -> None:
    first = make_builder(settings, embedder).build()
    second = make_builder(settings, embedder).build()
    assert (second.snapshot, second.is_new) == (first.snapshot, False)
    assert snapshot_ids(settings.index) == [first.snapshot]


def test_only_what_is_new_is_embedded(
    settings: Settings, embedder: WordEmbedder, write_releases: WriteReleases
) -> None:
    make_builder(settings, embedder).build()
    embedder.n_encoded = 0
    write_releases({"new.txt": f"A new release\n\nJune 1, 2006\n\n{SENTENCE}"})
    report = make_builder(settings, embedder).build()
    assert (report.added, report.changed, report.removed) == (("new.txt",), (), ())
    assert embedder.n_encoded == report.n_embedded == 2


def test_reused_vectors_stay_with_their_passages(
    settings: Settings, embedder: WordEmbedder, write_releases: WriteReleases
) -> None:
    make_builder(settings, embedder).build()
    write_releases({"0-first.txt": f"It sorts before all others\n\n{SENTENCE}"})
    make_builder(settings, embedder).build()
    snapshot = open_current(settings.index)
    vectors = np.load(snapshot.folder / "vectors.npy")
    catalog = Catalog(snapshot.folder)
    passages = catalog.passages(catalog.rows().tolist())
    expected = embedder.encode_sentences([passage.contextual_text for passage in passages])
    np.testing.assert_allclose(vectors, expected, atol=1e-6)


def test_however_it_came_about_an_index_holds_what_the_folder_holds(
    settings: Settings, embedder: WordEmbedder, write_releases: WriteReleases, tmp_path: Path
) -> None:
    chance = random.Random(4)
    for step in range(25):
        names = sorted(path.name for path in settings.documents.glob("r*.txt"))
        if names and chance.random() < 0.4:
            (settings.documents / chance.choice(names)).unlink()
        name = f"r{chance.randrange(12)}.txt"
        write_releases({name: f"Release {step}\n\nJune {1 + step}, 2006\n\nStep {step}. {SENTENCE}"})
        make_builder(settings, embedder).build()
    grown, fresh = settings, settings.model_copy(update={"index": tmp_path / "fresh"})
    report = make_builder(fresh, embedder).build()
    assert open_current(grown.index).manifest.n_passages == report.n_passages

    def found(each: Settings, question: str) -> list[tuple[float, str, str]]:
        folder = open_current(each.index).folder
        ranking = FaissBackend().open(folder).search_dense(embedder.encode_question(question), 100, Filters())
        passages = Catalog(folder).passages([hit.row for hit in ranking])
        return sorted((round(hit.score, 4), p.document_id, p.text) for hit, p in zip(ranking, passages, strict=True))

    for question in ("Release 3", "visas in the autumn", "June 9"):
        assert found(grown, question) == found(fresh, question)


def test_passages_of_other_releases_keep_their_rows(
    settings: Settings, embedder: WordEmbedder, write_releases: WriteReleases
) -> None:
    make_builder(settings, embedder).build()
    before = Catalog(open_current(settings.index).folder)
    kept = before.rows_of(["undated/agreement.md"])
    (settings.documents / "2002-08-30-flood.txt").unlink()
    write_releases({"0-new.txt": f"New\n\n{SENTENCE}"})
    make_builder(settings, embedder).build()
    assert Catalog(open_current(settings.index).folder).rows_of(["undated/agreement.md"]) == kept


def test_words_of_withdrawn_releases_stop_counting(
    settings: Settings, embedder: WordEmbedder, write_releases: WriteReleases
) -> None:
    make_builder(settings, embedder).build()
    for n in range(6):
        write_releases({"often.txt": f"Corrected {n}\n\n{SENTENCE}"})
        make_builder(settings, embedder).build()
        manifest = open_current(settings.index).manifest
        assert manifest.n_withdrawn <= 0.1 * manifest.n_passages


def test_a_withdrawn_release_leaves_no_words_on_disk(
    settings: Settings, embedder: WordEmbedder, write_releases: WriteReleases
) -> None:
    write_releases({f"{n}.txt": f"Release {n}\n\n{SENTENCE} Step {n}." for n in range(30)})
    write_releases({"secret.txt": "Withdrawn\n\nZebra crossing of the unlucky kind."})
    make_builder(settings, embedder).build()
    (settings.documents / "secret.txt").unlink()
    report = make_builder(settings, embedder).build()
    folder = settings.index / "snapshots" / report.snapshot
    assert b"unlucky" not in (folder / "corpus.sqlite").read_bytes()


def test_a_deleted_release_is_gone(settings: Settings, embedder: WordEmbedder) -> None:
    make_builder(settings, embedder).build()
    (settings.documents / "2002-08-30-flood.txt").unlink()
    report = make_builder(settings, embedder).build()
    assert report.removed == ("2002-08-30-flood.txt",)
    assert Catalog(open_current(settings.index).folder).document("2002-08-30-flood.txt") is None


KEPT = "what the index holds of it is kept as it was"


def fails_to_list(monkeypatch: pytest.MonkeyPatch, folder: str, code: int) -> None:
    scandir = os.scandir

    def failing(path: Path) -> Iterator[os.DirEntry[str]]:
        if Path(path).name == folder:
            raise OSError(code, os.strerror(code), str(path))
        return scandir(path)

    monkeypatch.setattr("qa_service.loading.listing.os.scandir", failing)


def fails_to_open(monkeypatch: pytest.MonkeyPatch, file: str, code: int) -> None:
    opened = Path.open

    def failing(path: Path, *args, **options):  # type: ignore[no-untyped-def]
        if path.name == file:
            raise OSError(code, os.strerror(code), str(path))
        return opened(path, *args, **options)

    monkeypatch.setattr("qa_service.loading.corpus.Path.open", failing)


@pytest.mark.parametrize("code", [errno.EIO, errno.EACCES])
def test_releases_of_a_folder_that_cannot_be_listed_are_kept(
    settings: Settings,
    embedder: WordEmbedder,
    write_releases: WriteReleases,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
) -> None:
    write_releases({"undated/2006/deep.txt": f"Deep\n\n{SENTENCE}"})
    make_builder(settings, embedder).build()
    write_releases({"new.txt": f"New\n\n{SENTENCE}"})
    (settings.documents / "2002-08-30-flood.txt").unlink()
    fails_to_list(monkeypatch, "undated", code)
    report = make_builder(settings, embedder).build()
    assert (report.added, report.changed, report.removed) == (("new.txt",), (), ("2002-08-30-flood.txt",))
    assert report.skipped == (
        ("undated", f"a folder that can't be listed ({os.strerror(code)}): check its permissions; {KEPT}"),
    )
    catalog = Catalog(open_current(settings.index).folder)
    assert catalog.document("undated/2006/deep.txt") is not None
    assert catalog.document("undated/agreement.md") is not None
    monkeypatch.undo()
    report = make_builder(settings, embedder).build()
    assert (report.is_new, report.skipped) == (False, ())


@pytest.mark.parametrize("code", [errno.EIO, errno.EACCES])
def test_a_release_whose_file_cannot_be_read_is_kept(
    settings: Settings, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    make_builder(settings, embedder).build()
    fails_to_open(monkeypatch, "2002-08-30-flood.txt", code)
    report = make_builder(settings, embedder).build()
    assert (report.is_new, report.removed) == (False, ())
    assert report.skipped == (
        ("2002-08-30-flood.txt", f"it can't be read ({os.strerror(code)}): check its permissions; {KEPT}"),
    )


def test_a_release_whose_file_is_being_written_is_kept(
    settings: Settings, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_builder(settings, embedder).build()
    sizes = itertools.count()
    (settings.documents / "2002-08-30-flood.txt").write_text("Half of the corr")
    fstat = os.fstat

    def growing(descriptor: int) -> os.stat_result | SimpleNamespace:
        facts = fstat(descriptor)
        return SimpleNamespace(st_mtime_ns=0, st_size=next(sizes)) if facts.st_size == 16 else facts

    monkeypatch.setattr("qa_service.loading.corpus.os.fstat", growing)
    report = make_builder(settings, embedder).build()
    assert (report.is_new, report.changed, report.removed) == (False, (), ())
    ((name, reason),) = report.skipped
    assert name == "2002-08-30-flood.txt"
    assert reason == f"it was being written while it was read: build again when it is complete; {KEPT}"


def test_a_folder_deleted_while_the_others_are_listed_is_a_deletion(
    settings: Settings, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_builder(settings, embedder).build()
    fails_to_list(monkeypatch, "undated", errno.ENOENT)
    assert make_builder(settings, embedder).build().removed == ("undated/agreement.md",)


def test_a_known_file_that_is_now_too_large_is_withdrawn(
    settings: Settings, embedder: WordEmbedder, write_releases: WriteReleases
) -> None:
    make_builder(settings, embedder).build()
    write_releases({"2002-08-30-flood.txt": f"Flood\n\n{SENTENCE * 100}"})
    report = make_builder(settings.model_copy(update={"max_file_mb": 0.005}), embedder).build()
    assert report.removed == ("2002-08-30-flood.txt",)


def test_an_index_is_not_made_anew_without_releases_that_cannot_be_read(
    settings: Settings, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = make_builder(settings, embedder).build()
    fails_to_list(monkeypatch, "undated", errno.EIO)
    with pytest.raises(BuildError, match=r"undated: a folder that can't be listed .* lose 1 of its releases"):
        make_builder(settings, WordEmbedder(name="other")).build()
    assert current_id(settings.index) == before.snapshot


def test_a_changed_release_replaces_the_old_one(
    settings: Settings, embedder: WordEmbedder, write_releases: WriteReleases
) -> None:
    make_builder(settings, embedder).build()
    write_releases({"2002-08-30-flood.txt": f"Corrected\n\n{SENTENCE}"})
    report = make_builder(settings, embedder).build()
    assert report.changed == ("2002-08-30-flood.txt",)
    texts = [p.text for p in Catalog(open_current(settings.index).folder).passages_of("2002-08-30-flood.txt")]
    assert texts == ["Corrected", SENTENCE]


def test_identical_releases_are_both_kept_and_embedded_once(
    settings: Settings, embedder: WordEmbedder, write_releases: WriteReleases
) -> None:
    make_builder(settings, embedder).build()
    write_releases({"copy-1.txt": f"Same\n\n{SENTENCE}", "copy-2.txt": f"Same\n\n{SENTENCE}"})
    report = make_builder(settings, embedder).build()
    catalog = Catalog(open_current(settings.index).folder)
    assert [len(catalog.passages_of(name)) for name in ("copy-1.txt", "copy-2.txt")] == [2, 2]
    assert report.n_embedded == 2


def test_duplicates_of_new_releases_are_reported(
    settings: Settings, embedder: WordEmbedder, write_releases: WriteReleases
) -> None:
    make_builder(settings, embedder).build()
    flood = (settings.documents / "2002-08-30-flood.txt").read_text()
    long = flood + "".join(f"\nLorry {n} carried blankets to village {n} on the same day." for n in range(12))
    write_releases({"copy.txt": flood, "long.txt": long, "corrected.txt": long.replace("20 portable", "25 portable")})
    report = make_builder(settings, embedder).build()
    pairs = {(each.document_id, each.other): each for each in report.duplicates}
    assert pairs["copy.txt", "2002-08-30-flood.txt"].is_exact
    near = [each for names, each in pairs.items() if "corrected.txt" in names]
    assert near
    assert not any(each.is_exact for each in near)
    assert all(0.8 <= each.resemblance < 1 for each in near)


def test_another_embedder_means_a_full_build_and_says_so(settings: Settings, embedder: WordEmbedder) -> None:
    make_builder(settings, embedder).build()
    report = make_builder(settings, WordEmbedder(name="other")).build()
    assert report.full_because == "the embedder is other, it was words"
    assert report.n_embedded == report.n_passages


def test_other_splitter_settings_mean_a_full_build(settings: Settings, embedder: WordEmbedder) -> None:
    make_builder(settings, embedder).build()
    report = make_builder(settings.model_copy(update={"passage_tokens": 60}), embedder).build()
    assert report.full_because == "releases are split otherwise than before"


def test_an_index_made_by_earlier_splitting_rules_is_made_anew_with_its_vectors(
    settings: Settings, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr("qa_service.assembly.SplitterSettings", partial(SplitterSettings, rules=1))
        make_builder(settings, embedder).build()
    report = make_builder(settings, embedder).build()
    assert report.full_because == "releases are split otherwise than before"
    assert report.n_embedded == 0
    assert make_builder(settings, embedder).build().full_because is None


def test_a_broken_release_is_reported_and_stops_nothing(
    settings: Settings, embedder: WordEmbedder, write_releases: WriteReleases
) -> None:
    write_releases({"empty.txt": "", "image.png": "x"})
    (settings.documents / "binary.txt").write_bytes(b"\x00\x01\x02\xff" * 50)
    report = make_builder(settings, embedder).build()
    assert [name for name, _ in report.skipped] == ["binary.txt", "empty.txt", "image.png"]
    assert report.n_documents == 3


def test_an_empty_folder_is_an_error_and_the_old_index_stays(
    settings: Settings, embedder: WordEmbedder, tmp_path: Path
) -> None:
    before = make_builder(settings, embedder).build()
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(BuildError, match="holds no release"):
        make_builder(settings.model_copy(update={"documents": empty}), embedder).build()
    assert current_id(settings.index) == before.snapshot


def test_an_empty_index_can_be_asked_for(settings: Settings, embedder: WordEmbedder, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    report = make_builder(settings.model_copy(update={"documents": empty}), embedder).build(allow_empty=True)
    assert (report.n_documents, report.n_passages) == (0, 0)


def test_a_missing_folder_is_an_error(settings: Settings, embedder: WordEmbedder, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="nowhere"):
        make_builder(settings.model_copy(update={"documents": tmp_path / "nowhere"}), embedder).build()


def test_two_builds_at_once_are_refused(settings: Settings, embedder: WordEmbedder) -> None:
    settings.index.mkdir()
    with FileLock(settings.index / ".lock"), pytest.raises(BuildError, match="another build"):
        make_builder(settings, embedder).build()


class LosesPassages(FaissBackend):
    """A backend that forgets the last passage."""

    def write(self, location: Path, passages, vectors, **based) -> None:  # type: ignore[no-untyped-def]
        super().write(location, passages[:-1], vectors[:-1], **based)


class MixesUpVectors(FaissBackend):
    """A backend that gives each passage its neighbour's vector."""

    def write(self, location: Path, passages, vectors, **based) -> None:  # type: ignore[no-untyped-def]
        super().write(location, passages, np.roll(vectors, 1, axis=0), **based)


@pytest.mark.parametrize("backend", [LosesPassages, MixesUpVectors])
def test_an_index_that_is_not_what_was_meant_is_never_published(
    settings: Settings, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch, backend: Callable[[], IndexBackend]
) -> None:
    before = make_builder(settings, embedder).build()
    faulty: dict[str, Callable[[Settings], IndexBackend]] = {"faiss": lambda _: backend()}
    monkeypatch.setattr("qa_service.assembly.BACKENDS", faulty)
    (settings.documents / "2002-08-30-flood.txt").unlink()
    with pytest.raises(BuildError, match="the old one stays in service"):
        make_builder(settings, embedder).build()
    assert current_id(settings.index) == before.snapshot
    assert [path.name for path in (settings.index / "snapshots").iterdir()] == [before.snapshot]


def test_a_catalog_that_is_not_what_was_meant_is_never_published(
    settings: Settings, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_backwards(
        folder: Path, split: Sequence[tuple[Document, Sequence[Passage]]], *rest: Any, **based: Any
    ) -> Any:
        return write_catalog(folder, [(document, passages[::-1]) for document, passages in split], *rest, **based)

    monkeypatch.setattr("qa_service.builder.write_catalog", write_backwards)
    with pytest.raises(BuildError, match="passages are not those that were written"):
        make_builder(settings, embedder).build()
    assert snapshot_ids(settings.index) == []


@pytest.mark.parametrize(
    "error", [OSError("23040 requested and 10208 written"), sqlite3.OperationalError("disk I/O error"), ValueError("?")]
)
def test_a_full_disk_is_called_one_whatever_a_library_says(
    settings: Settings, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    def disk_usage(folder: Path) -> SimpleNamespace:
        return SimpleNamespace(free=0 if any((folder / "snapshots").glob(".building-*")) else 1 << 30)

    monkeypatch.setattr("qa_service.builder.write_vectors", fail)
    monkeypatch.setattr("qa_service.builder.shutil.disk_usage", disk_usage)
    with pytest.raises(BuildError, match=rf"the disk of {settings.index}/ is full\. The index in service is unchanged"):
        make_builder(settings, embedder).build()
    assert list((settings.index / "snapshots").iterdir()) == []


def test_old_snapshots_beyond_the_kept_number_go(
    settings: Settings, embedder: WordEmbedder, write_releases: WriteReleases
) -> None:
    builder = make_builder(settings.model_copy(update={"keep_snapshots": 2}), embedder)
    ids = []
    for n in range(3):
        write_releases({"changing.txt": f"Version {n}\n\n{SENTENCE}"})
        ids.append(builder.build().snapshot)
    assert snapshot_ids(settings.index) == ids[:0:-1]


def test_the_snapshot_in_service_before_a_build_is_kept_though_others_are_newer(
    settings: Settings, embedder: WordEmbedder, write_releases: WriteReleases
) -> None:
    builder = make_builder(settings.model_copy(update={"keep_snapshots": 2}), embedder)
    ids = []
    for n in range(2):
        write_releases({"changing.txt": f"Version {n}\n\n{SENTENCE}"})
        ids.append(builder.build().snapshot)
    roll_back(settings.index)
    write_releases({"changing.txt": f"Version 2\n\n{SENTENCE}"})
    ids.append(builder.build().snapshot)
    assert snapshot_ids(settings.index) == [ids[2], ids[0]]


@pytest.mark.parametrize("keep", [2, 3])
def test_a_snapshot_that_is_damaged_is_not_kept_instead_of_a_sound_one(
    settings: Settings, embedder: WordEmbedder, write_releases: WriteReleases, keep: int
) -> None:
    builder = make_builder(settings.model_copy(update={"keep_snapshots": keep}), embedder)
    ids = []
    for n in range(keep + 1):
        write_releases({"changing.txt": f"Version {n}\n\n{SENTENCE}"})
        if n == keep:
            (settings.index / "snapshots" / ids[-1] / "corpus.sqlite").write_bytes(b"")
        ids.append(builder.build().snapshot)
    assert snapshot_ids(settings.index) == [ids[-1], *ids[-3::-1]]
    assert roll_back(settings.index).manifest.id == ids[-3]


def test_a_snapshot_that_cannot_be_read_now_is_not_pruned_as_a_damaged_one_is(
    settings: Settings, embedder: WordEmbedder, write_releases: WriteReleases, monkeypatch: pytest.MonkeyPatch
) -> None:
    builder = make_builder(settings, embedder)
    ids = []
    for n in range(3):
        write_releases({"changing.txt": f"Version {n}\n\n{SENTENCE}"})
        ids.append(builder.build().snapshot)

    def sha256_of(path: Path) -> str:
        if ids[2] in path.parts:
            raise OSError(errno.EIO, "Input/output error")
        return files.sha256_of(path)

    monkeypatch.setattr("qa_service.indexing.snapshot.sha256_of", sha256_of)
    write_releases({"changing.txt": f"Version 3\n\n{SENTENCE}"})
    ids.append(builder.build().snapshot)
    assert snapshot_ids(settings.index) == ids[:0:-1]


def test_a_current_that_names_a_damaged_snapshot_names_a_sound_one_after_a_build_without_a_change(
    settings: Settings, embedder: WordEmbedder, write_releases: WriteReleases
) -> None:
    builder = make_builder(settings, embedder)
    sound = builder.build().snapshot
    write_releases({"new.txt": f"A new release\n\n{SENTENCE}"})
    damaged = builder.build().snapshot
    (settings.index / "snapshots" / damaged / "corpus.sqlite").write_bytes(b"")
    (settings.documents / "new.txt").unlink()
    report = builder.build()
    assert (report.snapshot, report.is_new) == (sound, False)
    assert current_id(settings.index) == sound


def test_progress_tells_stage_and_counts(settings: Settings, embedder: WordEmbedder) -> None:
    seen: list[tuple[str, int, int]] = []
    report = make_builder(settings, embedder).build(on_progress=lambda *step: seen.append(step))
    assert ("loading", 3, 3) in seen
    assert ("embedding", report.n_embedded, report.n_embedded) in seen


def test_passages_that_would_not_fit_the_embedder_are_a_settings_error(
    settings: Settings, embedder: WordEmbedder
) -> None:
    with pytest.raises(SettingsError, match="passage_tokens = 250"):
        make_builder(settings.model_copy(update={"passage_tokens": 250}), embedder)
