"""The default backend: vectors in FAISS, words in tantivy, all inside the snapshot's folder.

Up to some size all vectors are compared: exact, nothing to train, a few milliseconds. Above it they lie in lists, by
the nearest of some centroids, in eight bits a number; the nearest lists are searched, and what they give is scored
anew with the exact vectors. So a hit's score is its cosine either way, and a follow-up build only changes lists.

References:
    Jegou, Douze and Schmid, "Product quantization for nearest neighbor search", TPAMI 2011, for inverted lists.
"""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from qa_service.errors import DamagedSnapshotError
from qa_service.indexing.catalog import Catalog
from qa_service.indexing.lexical import LexicalIndex, write_lexical
from qa_service.indexing.vectors import map_vectors
from qa_service.inference import n_cores
from qa_service.types import Filters, Passage, Ranking, ScoredRow, Vector, Vectors

FILE_NAME = "vectors.faiss"
# By recall and time at several sizes: docs/evaluation.md.
_FLAT_UP_TO = 50_000
_LISTS_SEARCHED = 768
_CANDIDATES_PER_HIT = 2
# Vectors per list that the centroids are found with, and rounds of it.
_TRAINED_WITH, _ROUNDS = 64, 8

Places = NDArray[np.int64]


class FaissBackend:
    """Implements IndexBackend."""

    def check_reachable(self) -> None:
        """Do nothing: files need no server."""

    def write(
        self,
        location: Path,
        passages: Sequence[tuple[int, Passage]],
        vectors: Vectors,
        *,
        base: Path | None = None,
        removed: Collection[str] = (),
    ) -> None:
        """Write `vectors.faiss` and `lexical/`."""
        faiss.omp_set_num_threads(n_cores())
        if len(vectors) <= _FLAT_UP_TO:
            index: Any = faiss.IndexFlatIP(vectors.shape[1])
            index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        else:
            rows = Catalog(location).rows()
            index = (_changed_lists(base, rows, vectors) if base else None) or _new_lists(rows, vectors)
        faiss.write_index(index, str(location / FILE_NAME))
        write_lexical(location, passages, base=base, removed=removed)

    def open(self, location: Path) -> "FaissPassageIndex":
        """Open what `write` wrote; raises DamagedSnapshotError."""
        return FaissPassageIndex(location)

    def drop(self, location: Path) -> None:
        """Do nothing: all of it is inside `location`."""


class FaissPassageIndex:
    """Implements PassageIndex. The vectors are mapped, not read, so several processes share one copy."""

    def __init__(self, location: Path) -> None:
        try:
            self._index: Any = faiss.read_index(
                str(location / FILE_NAME), faiss.IO_FLAG_MMAP_IFC | faiss.IO_FLAG_READ_ONLY
            )
        except RuntimeError as error:
            raise DamagedSnapshotError(f"{location.name}/{FILE_NAME} can't be read. Run 'qa-service build'.") from error
        self._exact = map_vectors(location) if isinstance(self._index, faiss.IndexIVF) else None
        self._lexical = LexicalIndex(location)
        self._catalog = Catalog(location)
        self._rows = self._catalog.rows()

    def search_dense(self, vector: Vector, k: int, filters: Filters) -> Ranking:
        """Return up to `k` rows by cosine, best first; equal scores by row."""
        allowed = self._catalog.row_facts().allowed(filters) if filters else None
        n_allowed = len(self) if allowed is None else int(allowed.sum())
        k = min(k, n_allowed)
        if k == 0:
            return []
        # For this thread alone. One question gives two threads little to share, and they wait for one another: 31 ms
        # instead of 3 among 30,000 passages on a busy machine.
        faiss.omp_set_num_threads(1)
        if self._exact is None:
            places, scores = self._compare_all(vector, k, allowed)
        else:
            places = self._search_lists(vector, k, allowed, n_allowed)
            scores = self._exact[places] @ vector
        rows = self._rows[places]
        best = np.lexsort((rows, -scores))[:k]
        return [ScoredRow(int(rows[place]), float(scores[place])) for place in best]

    def search_lexical(self, text: str, k: int, filters: Filters) -> Ranking:
        """Return up to `k` rows by BM25, best first."""
        return self._lexical.search(text, k, filters)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def close(self) -> None:
        """Unmap the vectors."""
        self._index = faiss.IndexFlatIP(self._index.d)
        self._exact = None

    def _compare_all(self, vector: Vector, k: int, allowed: NDArray[np.bool_] | None) -> tuple[Places, Vector]:
        parameters = None if allowed is None else faiss.SearchParameters(sel=_selector(allowed))  # type: ignore[call-arg]
        [scores], [places] = self._index.search(vector.reshape(1, -1), k, params=parameters)
        return places[places >= 0], scores[places >= 0]

    def _search_lists(self, vector: Vector, k: int, allowed: NDArray[np.bool_] | None, n_allowed: int) -> Places:
        """Return the places of candidates: more lists the fewer passages of each are allowed."""
        n_lists = _LISTS_SEARCHED * len(self) / n_allowed
        selector = None
        if allowed is not None:
            by_row = np.zeros(self._rows[-1] + 1, dtype=bool)
            by_row[self._rows[allowed]] = True
            selector = _selector(by_row)
        n_probed = min(self._index.nlist, int(np.ceil(n_lists)))
        parameters = faiss.SearchParametersIVF(nprobe=n_probed, sel=selector)  # type: ignore[call-arg]
        n_candidates = min(n_allowed, _CANDIDATES_PER_HIT * k)
        _, [rows] = self._index.search(vector.reshape(1, -1), n_candidates, params=parameters)
        places: Places = np.searchsorted(self._rows, rows[rows >= 0])
        return places


def _selector(allowed: NDArray[np.bool_]) -> faiss.IDSelectorBitmap:
    return faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))  # type: ignore[call-arg, arg-type]


def _n_lists(n_vectors: int) -> int:
    """Return a power of two, 4 to 8 times the square root: with four times the vectors all are sorted anew."""
    return min(int(2 ** np.floor(np.log2(8 * np.sqrt(n_vectors)))), max(1, n_vectors // 8))


def _new_lists(rows: Places, vectors: Vectors) -> Any:
    """Return lists of all vectors by their rows, around centroids found anew."""
    n_lists, dimension = _n_lists(len(vectors)), vectors.shape[1]
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension), dimension, n_lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    index.cp.niter = _ROUNDS
    index.cp.max_points_per_centroid = _TRAINED_WITH  # its seed is fixed, so a build repeats
    index.cp.min_points_per_centroid = 1
    index.train(vectors)
    index.add_with_ids(vectors, rows)
    return index


def _changed_lists(base: Path, rows: Places, vectors: Vectors) -> Any | None:
    """Return the lists of `base` without the vectors that are gone and with those that are new.

    None when they are no lists, or the number of vectors calls for others.
    """
    index: Any = faiss.read_index(str(base / FILE_NAME))
    if not isinstance(index, faiss.IndexIVF) or index.nlist != _n_lists(len(vectors)):
        return None
    earlier = Catalog(base).rows()
    index.remove_ids(np.setdiff1d(earlier, rows))  # type: ignore[arg-type]
    is_new = ~np.isin(rows, earlier)
    index.add_with_ids(np.ascontiguousarray(vectors[is_new], dtype=np.float32), rows[is_new])
    return index
