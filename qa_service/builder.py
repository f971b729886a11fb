"""Writes a snapshot: load, split, embed, index, check, publish.

A build follows the change: releases whose bytes are those of the last snapshot keep their passages, rows and vectors;
of the others, only texts that the last snapshot doesn't hold are embedded. Nothing in service is touched before the new
snapshot has been reopened and checked.
"""

import datetime as dt
import json
import logging
import shutil
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from qa_service.duplicates import near_duplicates
from qa_service.errors import BackendError, BuildError, DamagedSnapshotError, SnapshotError
from qa_service.indexing import snapshot as snapshots
from qa_service.indexing.catalog import Catalog, write_catalog
from qa_service.indexing.snapshot import Drop, Manifest, Snapshot
from qa_service.indexing.vectors import (
    StoredVectors,
    StoresVectors,
    open_shard,
    shard_files,
    write_shard,
    write_vectors,
)
from qa_service.loading import LoadedCorpus
from qa_service.preparing import Part, Prepared, Source, Workers, embedded_sha256, load_part, split_all
from qa_service.protocols import Embedder, IndexBackend
from qa_service.reports import BuildReport, DocumentChange, Duplicate, ShardReport
from qa_service.types import Document, Filters, Passage, Vector, Vectors
from qa_service.unreadable import keeping_unreadable

logger = logging.getLogger(__name__)

_CHECKED_ROWS = 1_000
# Withdrawn passages still count in the statistics of words: above this share, all words are indexed anew.
_MOST_WITHDRAWN = 0.1
# Bytes; what could not be written whole leaves less than that of a full disk.
_LEAST_FREE = 1_000_000

Progress = Callable[[str, int, int], None]
"""Called with a stage's name, how much of it is done, and how much there is."""


class Builder:
    """Builds snapshots of one documents folder into one index folder."""

    def __init__(
        self,
        *,
        source: Source,
        index: Path,
        embedder: Embedder,
        backend: IndexBackend,
        backend_name: str,
        drop: Drop,
        keep: int,
        workers: Workers | None = None,
    ) -> None:
        """Take what a snapshot depends on.

        Args:
            drop: Frees what any backend keeps outside a snapshot's folder.
            keep: How many snapshots stay on disk.
            workers: Processes that load, split and embed; None for this one.
        """
        self._source = source
        self._index = index
        self._embedder = embedder
        self._backend = backend
        self._backend_name = backend_name
        self._drop = drop
        self._keep = keep
        self._workers = workers
        self._seconds: dict[str, float] = {}
        self._damaged: list[str] = []  # snapshots that were passed over

    def build(
        self, *, allow_empty: bool = False, shards: Path | None = None, on_progress: Progress | None = None
    ) -> BuildReport:
        """Bring the index up to date with the documents and return what was done.

        Args:
            allow_empty: Publish an index without releases; otherwise that is an error, since an empty folder is more
                often a folder that went missing.
            shards: Folder of vectors that `write_shard` left, all parts of it; what they lack is embedded here.
            on_progress: Told how far each stage is.

        Raises:
            BuildError: Nothing was published; the snapshot in service stays.
        """
        progress = on_progress or (lambda _stage, _done, _total: None)
        with _failing_as("the index was not built", self._index), snapshots.writing(self._index):
            return self._build(allow_empty, shards, progress)

    def write_shard(self, part: Part, folder: Path, *, on_progress: Progress | None = None) -> ShardReport:
        """Embed the releases of a part and write their vectors into `folder`, for `build` to take.

        It needs no index and leaves one alone, so that many machines can each do a part.

        Raises:
            BuildError: Nothing was written.
        """
        progress = on_progress or (lambda _stage, _done, _total: None)
        self._seconds = {}
        with _failing_as("the shard was not written", folder):
            prepared = self._prepare(part, {}, progress)
            passages = [passage for members in prepared.passages for passage in members]
            hashes = [embedded_sha256(self._embedder.name, passage) for passage in passages]
            with self._timed("embedding"):
                vectors, n_embedded = self._embed(passages, hashes, (), progress)
            path = write_shard(folder, part.number, part.of, hashes, vectors)
        return ShardReport(
            file=path.name,
            n_documents=len(prepared.corpus.documents),
            n_passages=len(passages),
            n_embedded=n_embedded,
            n_skipped=len(prepared.corpus.skipped),
            seconds=self._rounded_seconds(),
        )

    def _build(self, allow_empty: bool, shards: Path | None, progress: Progress) -> BuildReport:
        self._seconds = {}
        built_at = dt.datetime.now(dt.UTC)
        with self._timed("opening"):
            self._backend.check_reachable()
            snapshots.remove_leftovers(self._index, self._drop)
            previous, full_because = self._previous()
        base = previous if previous and not full_because else None
        known = base.manifest.documents if base else {}
        stores: list[StoresVectors] = (
            [open_shard(path, self._embedder.dimension) for path in shard_files(shards)] if shards else []
        )
        prepared = self._prepare(Part(), known, progress)
        corpus = prepared.corpus
        if not corpus.documents and not corpus.unchanged and not allow_empty:
            raise BuildError(_nothing_to_index(self._source.documents, corpus))
        corpus = keeping_unreadable(corpus, previous.manifest.documents if previous else (), full_because)
        fingerprints = {document.id: document.sha256 for document in corpus.documents}
        fingerprints |= {name: known[name] for name in corpus.unchanged}
        if base and fingerprints == base.manifest.documents:
            if snapshots.current_id(self._index) != base.manifest.id:
                snapshots.point_current(self._index, base.manifest.id)
            report = self._report(base.manifest, base, corpus)
            snapshots.add_note(base, snapshots.SKIPPED, json.dumps(report.skipped, indent=1, ensure_ascii=False))
            return report
        removed = known.keys() - set(corpus.unchanged)  # changed ones too: they come again
        split = list(zip(corpus.documents, prepared.passages, strict=True))
        passages = [passage for _, members in split for passage in members]
        hashes = [embedded_sha256(self._embedder.name, passage) for passage in passages]
        with self._timed("embedding"):
            if previous:
                stores.insert(0, StoredVectors(previous.folder))
            vectors, n_embedded = self._embed(passages, hashes, stores, progress)
        with self._timed("writing"):
            progress("writing", 0, len(passages))
            folder, snapshot_id, sequence = snapshots.stage(self._index, built_at)
        # Named before what was written is removed: afterwards a disk is no longer full.
        with self._discarded_on_failure(folder), _failing_as("the index was not built", self._index):
            with self._timed("writing"):
                rows = write_catalog(folder, split, hashes, base=base.folder if base else None, removed=removed)
                added = list(zip(rows, passages, strict=True))
                vectors, n_withdrawn = self._write(folder, added, vectors, base, removed)
                progress("writing", len(passages), len(passages))
            manifest = Manifest(
                id=snapshot_id,
                sequence=sequence,
                built_at=built_at,
                embedder=self._embedder.name,
                dimension=self._embedder.dimension,
                splitter=asdict(self._source.splitter),
                backend=self._backend_name,
                n_documents=len(fingerprints),
                n_passages=len(vectors),
                n_withdrawn=n_withdrawn,
                newest=Catalog(folder).newest(),
                documents=dict(sorted(fingerprints.items())),
                files={},
            )
            with self._timed("comparing"):
                duplicates = _duplicates(Catalog(folder), corpus.documents)
            report = self._report(
                manifest, previous, corpus, full_because=full_because, n_embedded=n_embedded, duplicates=duplicates
            )
            (folder / snapshots.REPORT).write_text(
                json.dumps(asdict(report), indent=1, ensure_ascii=False), encoding="utf-8"
            )
            with self._timed("checking"):
                snapshots.seal(folder, manifest)
                self._check(folder, dict(added), vectors)
            snapshots.publish(self._index, folder, snapshot_id)
        in_service = previous.manifest.id if previous else None
        snapshots.prune(self._index, self._keep, self._drop, before=in_service, damaged=self._damaged)
        return replace(report, seconds=self._rounded_seconds())

    def _previous(self) -> tuple[Snapshot | None, str | None]:
        """Return the last snapshot whose files are sound, and why all is indexed anew, if so."""
        self._damaged = []

        def on_fault(snapshot_id: str, fault: SnapshotError) -> None:
            if isinstance(fault, DamagedSnapshotError):
                self._damaged.append(snapshot_id)

        try:
            previous = snapshots.open_current(self._index, on_fault=on_fault)
        except SnapshotError as error:
            return None, "there is no earlier snapshot" if not snapshots.snapshot_ids(self._index) else str(error)
        manifest = previous.manifest
        if manifest.embedder != self._embedder.name:
            return previous, f"the embedder is {self._embedder.name}, it was {manifest.embedder}"
        if manifest.splitter != asdict(self._source.splitter):
            return previous, "releases are split otherwise than before"
        if manifest.backend != self._backend_name:
            return previous, f"the backend is {self._backend_name}, it was {manifest.backend}"
        try:
            self._backend.open(previous.folder).close()
        except DamagedSnapshotError as error:  # of a kind that files don't show
            return previous, str(error)
        return previous, None

    def _prepare(self, part: Part, known: Mapping[str, str], progress: Progress) -> Prepared:
        def on_progress(done: int, total: int) -> None:
            progress("loading", done, total)

        with self._timed("loading"):
            if self._workers:
                return self._workers.prepare(self._source, part, known=known, on_progress=on_progress)
            corpus = load_part(self._source, part, known=known, on_progress=on_progress)
        with self._timed("splitting"):
            return split_all(corpus, self._source, self._embedder)

    def _embed(
        self,
        passages: Sequence[Passage],
        hashes: Sequence[str],
        stores: Sequence[StoresVectors],
        progress: Progress,
    ) -> tuple[Vectors, int]:
        """Return one vector per passage and how many were computed; a text that occurs twice is embedded once.

        A hash tells embedder and text, so stored vectors are taken over even when all else is indexed anew.
        """
        vectors = np.empty((len(passages), self._embedder.dimension), dtype=np.float32)
        known: dict[str, Vector] = {}
        for store in stores:
            known |= store.by_hash([key for key in hashes if key not in known])
        new: dict[str, list[int]] = {}
        for row, key in enumerate(hashes):
            if key in known:
                vectors[row] = known[key]
            else:
                new.setdefault(key, []).append(row)
        groups = list(new.values())
        done = 0

        def on_progress(n_more: int) -> None:
            nonlocal done
            done += n_more
            progress("embedding", done, len(groups))

        on_progress(0)
        texts = [passages[rows[0]].contextual_text for rows in groups]
        encoder = self._workers if self._workers and texts else self._embedder
        for rows, vector in zip(groups, encoder.encode_passages(texts, on_progress), strict=True):
            vectors[rows] = vector
        return vectors, len(groups)

    def _write(
        self,
        folder: Path,
        added: Sequence[tuple[int, Passage]],
        vectors: Vectors,
        base: Snapshot | None,
        removed: Collection[str],
    ) -> tuple[Vectors, int]:
        """Write vectors and index beside the catalog; return all vectors and the number of withdrawn passages."""
        if not base:
            write_vectors(folder, vectors)
            self._backend.write(folder, added, vectors)
            return vectors, 0
        stored = StoredVectors(base.folder).without(removed)
        n_withdrawn = base.manifest.n_withdrawn + base.manifest.n_passages - len(stored)
        vectors = np.concatenate([stored, vectors])
        write_vectors(folder, vectors)
        if n_withdrawn <= _MOST_WITHDRAWN * len(vectors):
            self._backend.write(folder, added, vectors, base=base.folder, removed=removed)
            return vectors, n_withdrawn
        catalog = Catalog(folder)
        rows = catalog.rows().tolist()
        self._backend.write(folder, list(zip(rows, catalog.passages(rows), strict=True)), vectors)
        return vectors, 0

    def _check(self, folder: Path, added: Mapping[int, Passage], vectors: Vectors) -> None:
        """Reopen what was written and compare it with what was meant; raises BuildError."""
        snapshots.open_snapshot(folder)
        catalog = Catalog(folder)
        sample = list(added)[:: max(1, len(added) // _CHECKED_ROWS)]
        if catalog.passages(sample) != [added[row] for row in sample]:
            raise BuildError(
                "the new snapshot's passages are not those that were written; the old one stays in service."
            )
        rows = catalog.rows()
        index = self._backend.open(folder)
        try:
            if not len(index) == len(rows) == len(vectors):
                raise BuildError(
                    f"the new index holds {len(index)} of {len(vectors)} passages; the old one stays in service."
                )
            for place in {0, len(rows) - 1} if len(rows) else ():
                best = index.search_dense(vectors[place], 1, Filters())
                if not best or not np.allclose(vectors[np.searchsorted(rows, best[0].row)], vectors[place], atol=1e-4):
                    raise BuildError("the new index does not find its own vectors; the old one stays in service.")
        finally:
            index.close()

    def _report(
        self,
        manifest: Manifest,
        previous: Snapshot | None,
        corpus: LoadedCorpus,
        *,
        full_because: str | None = None,
        n_embedded: int = 0,
        duplicates: tuple[Duplicate, ...] = (),
    ) -> BuildReport:
        change = DocumentChange.between(previous.manifest.documents if previous else {}, manifest.documents)
        return BuildReport(
            snapshot=manifest.id,
            previous=previous.manifest.id if previous else None,
            is_new=previous is None or manifest.id != previous.manifest.id,
            full_because=full_because,
            n_documents=manifest.n_documents,
            n_passages=manifest.n_passages,
            n_embedded=n_embedded,
            added=change.added,
            changed=change.changed,
            removed=change.removed,
            skipped=tuple((skipped.document_id, skipped.reason) for skipped in corpus.skipped),
            duplicates=duplicates,
            seconds=self._rounded_seconds(),
        )

    @contextmanager
    def _discarded_on_failure(self, folder: Path) -> Iterator[None]:
        try:
            yield
        except BaseException:
            snapshots.discard(folder, self._drop)
            raise

    def _rounded_seconds(self) -> dict[str, float]:
        return {stage: round(seconds, 3) for stage, seconds in self._seconds.items()}

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self._seconds[stage] = self._seconds.get(stage, 0.0) + time.perf_counter() - began


@contextmanager
def _failing_as(what: str, folder: Path) -> Iterator[None]:
    """Raise what disks, servers, workers and libraries raise as BuildError, which says that `what` happened."""
    unchanged = "The index in service is unchanged."
    try:
        yield
    except BackendError as error:
        raise BuildError(f"{what}: {error} {unchanged}") from error
    except (OSError, sqlite3.Error, RuntimeError, ValueError) as error:
        is_told = getattr(error, "errno", None) is not None  # not by NumPy, SQLite, FAISS and tantivy
        if not is_told and _is_disk_full(folder):
            raise BuildError(f"{what}: the disk of {folder}/ is full. {unchanged}") from error
        if not isinstance(error, OSError):
            raise BuildError(f"{what}: {error}. {unchanged}") from error
        where = Path(error.filename or folder).name
        raise BuildError(f"{what}: {error.strerror or error} ({where}). {unchanged}") from error


def _is_disk_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _LEAST_FREE
    except OSError:
        return False


def _duplicates(catalog: Catalog, fresh: Sequence[Document]) -> tuple[Duplicate, ...]:
    known = catalog.sketches()
    texts = {document.id: document.text for document in fresh}
    found = []
    for name, other, share in near_duplicates({name: known.pop(name) for name in texts}, known):
        document = catalog.document(other) if share == 1.0 else None
        found.append(Duplicate(name, other, round(share, 2), document is not None and document.text == texts[name]))
    return tuple(found)


def _nothing_to_index(folder: Path, corpus: LoadedCorpus) -> str:
    if not corpus.skipped:
        return (
            f"{folder}/ holds no release: put .txt, .md, .html, .pdf or .docx files there, or build with --allow-empty."
        )
    first = corpus.skipped[0]
    return (
        f"{folder}/ holds no release that can be read; {len(corpus.skipped)} were skipped, "
        f"first {first.document_id}: {first.reason}"
    )
