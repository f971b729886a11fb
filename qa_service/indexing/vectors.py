"""The vectors of one snapshot: `vectors.npy`, one unit row per passage, in the order of the catalog's rows."""

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from qa_service.indexing.catalog import Catalog
from qa_service.types import Vector, Vectors

FILE_NAME = "vectors.npy"


def write_vectors(folder: Path, vectors: Vectors) -> None:
    np.save(folder / FILE_NAME, vectors)


class StoredVectors:
    """Vectors that a later build may take over."""

    def __init__(self, folder: Path) -> None:
        self._catalog = Catalog(folder)
        self._rows = self._catalog.rows()
        self._vectors: Vectors = np.load(folder / FILE_NAME, mmap_mode="r")

    def by_hash(self, embedded_sha256: Sequence[str]) -> dict[str, Vector]:
        """Return those that are stored for one of the hashes."""
        found = self._catalog.rows_by_hash(embedded_sha256)
        return {key: self._vectors[np.searchsorted(self._rows, row)] for key, row in found.items()}

    def without(self, document_ids: Collection[str]) -> Vectors:
        """Return the vectors of all other releases, in the order of rows."""
        return self._vectors[~np.isin(self._rows, self._catalog.rows_of(document_ids))]
