"""Vectors that builds hand on: those of a snapshot, and shards, which other machines made.

A snapshot's `vectors.npy` has one unit row per passage, in the order of the catalog's rows. A shard, such as
`1-of-2.npy`, has a row for each text by the hash of what was embedded, in the order of hashes.
"""

import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from qa_service.errors import BuildError
from qa_service.indexing.catalog import Catalog
from qa_service.types import Vector, Vectors

FILE_NAME = "vectors.npy"
_SHARD = re.compile(r"(\d+)-of-(\d+)\.npy")
_UNIT = 1e-3  # how far from 1 the length of a vector may be


class StoresVectors(Protocol):
    """Vectors that a later build may take over."""

    def by_hash(self, embedded_sha256: Sequence[str]) -> dict[str, Vector]:
        """Return those that are stored for one of the hashes."""


def write_vectors(folder: Path, vectors: Vectors) -> None:
    np.save(folder / FILE_NAME, vectors)


def map_vectors(folder: Path) -> Vectors:
    """Return the vectors of a snapshot in the order of rows, read from disk as they are used."""
    vectors: Vectors = np.load(folder / FILE_NAME, mmap_mode="r")
    return vectors


class StoredVectors:
    """Those of a snapshot. Implements StoresVectors."""

    def __init__(self, folder: Path) -> None:
        self._catalog = Catalog(folder)
        self._rows = self._catalog.rows()
        self._vectors = map_vectors(folder)

    def by_hash(self, embedded_sha256: Sequence[str]) -> dict[str, Vector]:
        """Return those that are stored for one of the hashes."""
        found = self._catalog.rows_by_hash(embedded_sha256)
        return {key: self._vectors[np.searchsorted(self._rows, row)] for key, row in found.items()}

    def without(self, document_ids: Collection[str]) -> Vectors:
        """Return the vectors of all other releases, in the order of rows."""
        return self._vectors[~np.isin(self._rows, self._catalog.rows_of(document_ids))]


class VectorShard:
    """Those of a shard. Implements StoresVectors."""

    def __init__(self, name: str, rows: NDArray[Any]) -> None:
        self._name = name
        self._hashes = np.ascontiguousarray(rows["sha256"])
        self._vectors: Vectors = rows["vector"]

    def by_hash(self, embedded_sha256: Sequence[str]) -> dict[str, Vector]:
        """Return those that are stored for one of the hashes; raises BuildError when one is no unit vector."""
        if not len(self._hashes):
            return {}
        wanted = np.array(embedded_sha256, dtype=self._hashes.dtype)
        places = np.searchsorted(self._hashes, wanted).clip(max=len(self._hashes) - 1)
        found = np.flatnonzero(self._hashes[places] == wanted).tolist()
        vectors = self._vectors[places[found]]
        with np.errstate(all="ignore"):  # of what is damaged
            are_unit = np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=_UNIT)
        if not are_unit:
            raise BuildError(f"{self._name} is damaged: it has vectors that are none. Make it again.")
        return {embedded_sha256[place]: vector for place, vector in zip(found, vectors, strict=True)}


def write_shard(folder: Path, number: int, of: int, embedded_sha256: Sequence[str], vectors: Vectors) -> Path:
    """Write a shard in one step and return its path; equal hashes have equal vectors, of which one is kept."""
    hashes, first = np.unique(np.array(embedded_sha256, dtype="S64"), return_index=True)
    rows = np.empty(len(hashes), dtype=_row_type(vectors.shape[1]))
    rows["sha256"], rows["vector"] = hashes, vectors[first]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{number}-of-{of}.npy"
    pending = folder / f".{path.name}"
    with pending.open("wb") as file:
        np.save(file, rows)
    pending.replace(path)
    return path


def open_shard(path: Path, dimension: int) -> VectorShard:
    """Open a shard; raises BuildError when it is none, not whole, or of another embedder's vectors."""
    try:
        rows = np.load(path, mmap_mode="r")
    except (OSError, ValueError, EOFError) as error:
        raise BuildError(f"{path.name} can't be read: {error}. Copy it again, or make it again.") from error
    if rows.dtype != _row_type(dimension):
        raise BuildError(f"{path.name} has no vectors of {dimension} numbers: make it with this embedder.")
    return VectorShard(path.name, rows)


def shard_files(folder: Path) -> list[Path]:
    """Return the shards in `folder`, in order.

    Raises:
        BuildError: They are not all parts of one whole; the message names what is missing.
    """
    matches = [match for path in folder.glob("*.npy") if (match := _SHARD.fullmatch(path.name))]
    wholes = {int(match[2]) for match in matches}
    if len(wholes) != 1:
        what = (
            f"shards of {' and of '.join(map(str, sorted(wholes)))} parts: keep those of one" if wholes else "no shard"
        )
        raise BuildError(f"{folder} has {what}. 'qa-service build --shard 1/2 --shards FOLDER' makes the first of two.")
    [of] = wholes
    missing = [number for number in range(1, of + 1) if not (folder / f"{number}-of-{of}.npy").is_file()]
    if missing:
        raise BuildError(
            f"{folder} lacks {missing[0]}-of-{of}.npy: copy it there, or make it with 'qa-service build --shard "
            f"{missing[0]}/{of} --shards {folder}'."
        )
    return [folder / f"{number}-of-{of}.npy" for number in range(1, of + 1)]


def _row_type(dimension: int) -> np.dtype[Any]:
    return np.dtype([("sha256", "S64"), ("vector", "<f4", (dimension,))])
