import datetime as dt
import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import faiss
import numpy as np
import pytest
from fakes import document, passage
from passage_index_contract import PassageIndexContract

from qa_service.errors import DamagedSnapshotError
from qa_service.indexing import faiss_backend
from qa_service.indexing.catalog import Catalog, write_catalog
from qa_service.indexing.faiss_backend import FILE_NAME, FaissBackend
from qa_service.indexing.vectors import StoredVectors, map_vectors, write_vectors
from qa_service.types import Filters, Vectors


class TestFaissBackend(PassageIndexContract):
    backend = FaissBackend()

    def test_a_truncated_vector_file_is_refused(self, tmp_path: Path) -> None:
        self.written(tmp_path).close()
        (tmp_path / FILE_NAME).write_bytes(b"IxFI")
        with pytest.raises(DamagedSnapshotError, match=FILE_NAME):
            self.backend.open(tmp_path)


@pytest.fixture
def lists_from_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faiss_backend, "_FLAT_UP_TO", 0)


@pytest.mark.usefixtures("lists_from_the_start")
class TestFaissLists(PassageIndexContract):
    backend = FaissBackend()


def clustered(n: int, *, seed: int) -> Vectors:
    """Return unit vectors around thirty centres, as texts lie around topics."""
    random = np.random.default_rng(seed)
    centres = np.random.default_rng(0).standard_normal((30, 32))
    vectors = centres[random.integers(0, 30, n)] + 0.6 * random.standard_normal((n, 32))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def written(folder: Path, releases: dict[str, Vectors], base: Path | None = None, removed: Sequence[str] = ()) -> Path:
    """Write an index of releases, one passage per vector; with `base`, `releases` are what it lacks."""
    folder.mkdir()
    split = [
        (
            document("x" * len(vectors), document_id=name, date=dt.date(2000 + int(name[0]), 1, 1)),
            [passage("x", document_id=name, number=n, start=n) for n in range(len(vectors))],
        )
        for name, vectors in releases.items()
    ]
    passages = [one for _, members in split for one in members]
    rows = write_catalog(folder, split, [f"{folder.name}{n}" for n in range(len(passages))], base=base, removed=removed)
    vectors = np.concatenate([*([StoredVectors(base).without(removed)] if base else []), *releases.values()])
    write_vectors(folder, vectors)
    FaissBackend().write(folder, list(zip(rows, passages, strict=True)), vectors, base=base, removed=removed)
    return folder


def recall(folder: Path, filters: Filters, k: int = 10) -> float:
    """Return the share of the exactly nearest passages that are found."""
    catalog, exact, index = Catalog(folder), map_vectors(folder), FaissBackend().open(folder)
    allowed = catalog.row_facts().allowed(filters)
    found = []
    for question in clustered(50, seed=9):
        scores = np.where(allowed, exact @ question, -2)
        best = np.argsort(-scores)[:k]
        hits = index.search_dense(question, k, filters)
        assert [hit.score for hit in hits] == pytest.approx(sorted((hit.score for hit in hits), reverse=True))
        assert all(hit.score == pytest.approx(scores[np.searchsorted(catalog.rows(), hit.row)]) for hit in hits)
        found.append(len({hit.row for hit in hits} & set(catalog.rows()[best].tolist())) / len(hits))
    return float(np.mean(found))


@pytest.mark.usefixtures("lists_from_the_start")
def test_lists_find_what_is_near_and_score_it_exactly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = written(tmp_path / "all", {"1.txt": clustered(4_000, seed=1), "2.txt": clustered(200, seed=2)})
    assert recall(folder, Filters()) > 0.95
    monkeypatch.setattr(faiss_backend, "_LISTS_SEARCHED", 1)
    assert recall(folder, Filters()) < 0.9, "one list holds less than what is near"


@pytest.mark.usefixtures("lists_from_the_start")
def test_a_filter_that_leaves_little_searches_more_lists(tmp_path: Path) -> None:
    folder = written(tmp_path / "all", {"1.txt": clustered(4_000, seed=1), "2.txt": clustered(40, seed=2)})
    assert recall(folder, Filters(document_ids=("2.txt",))) == 1.0
    assert recall(folder, Filters(date_from=dt.date(2002, 1, 1))) == 1.0


@pytest.mark.usefixtures("lists_from_the_start")
def test_a_build_that_follows_changes_the_lists_and_leaves_the_centroids(tmp_path: Path) -> None:
    releases = {"1.txt": clustered(3_000, seed=1), "2.txt": clustered(200, seed=2), "3.txt": clustered(300, seed=3)}
    first = written(tmp_path / "first", releases)
    later = written(tmp_path / "later", {"4.txt": clustered(100, seed=4)}, base=first, removed=["2.txt"])

    before, after = (faiss.read_index(str(folder / FILE_NAME)) for folder in (first, later))
    assert before.nlist == after.nlist > 1
    np.testing.assert_array_equal(before.quantizer.reconstruct_n(), after.quantizer.reconstruct_n())
    index = FaissBackend().open(later)
    assert len(index) == 3_400
    rows = set(Catalog(later).rows().tolist())
    for vector in clustered(50, seed=2):
        assert {hit.row for hit in index.search_dense(vector, 20, Filters())} <= rows
    newest = Catalog(later).rows_of(["4.txt"])
    for row, vector in zip(newest, clustered(100, seed=4), strict=True):
        assert index.search_dense(vector, 1, Filters())[0].row == row


@pytest.mark.usefixtures("lists_from_the_start")
def test_with_many_more_vectors_the_lists_are_made_anew(tmp_path: Path) -> None:
    first = written(tmp_path / "first", {"1.txt": clustered(500, seed=1)})
    later = written(tmp_path / "later", {"2.txt": clustered(4_000, seed=2)}, base=first)
    before, after = (faiss.read_index(str(folder / FILE_NAME)) for folder in (first, later))
    assert before.nlist < after.nlist
    assert recall(later, Filters()) > 0.9


def test_a_flat_index_that_outgrows_its_size_becomes_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = written(tmp_path / "first", {"1.txt": clustered(500, seed=1)})
    monkeypatch.setattr(faiss_backend, "_FLAT_UP_TO", 600)
    later = written(tmp_path / "later", {"2.txt": clustered(400, seed=2)}, base=first)
    assert isinstance(faiss.read_index(str(first / FILE_NAME)), faiss.IndexFlat)
    assert isinstance(faiss.read_index(str(later / FILE_NAME)), faiss.IndexIVF)
    assert len(FaissBackend().open(later)) == 900


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a process that may not write")
def test_an_index_opens_from_a_folder_that_it_may_only_read() -> None:
    with TemporaryDirectory() as name:
        location = Path(name)
        TestFaissBackend().written(location).close()
        for path in [*location.rglob("*"), location]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        child = os.fork()
        if child == 0:  # root may write everywhere, so it becomes somebody else
            if os.geteuid() == 0:
                os.setuid(65534)
            hits = FaissBackend().open(location).search_lexical("wetlands", 1, Filters())
            os._exit(0 if [hit.row for hit in hits] == [3] else 1)
        assert os.waitpid(child, 0)[1] == 0
        location.chmod(0o755)
        (location / "lexical").chmod(0o755)
