"""Files to releases with their passages and vectors: the part of a build that can be cut into parts.

A part is a share of the releases, told by their ids alone, so that processes and machines agree on it without speaking
to one another. What a part of a build hands on is vectors by the hash of what was embedded: whoever puts them together
needs no trust in how the work was cut, and embeds what is missing.
"""

import hashlib
import multiprocessing
import os
import signal
import threading
import zlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from types import TracebackType

import numpy as np

from qa_service.loading import LoadedCorpus, load_corpus
from qa_service.protocols import Embedder
from qa_service.splitting import Splitter, SplitterSettings
from qa_service.types import Passage, Vectors

OnProgress = Callable[[int, int], None]

_PARTS_PER_WORKER = 8  # releases differ in length
# A multiple of any embedder's batch, so that batches are those of one process; fewer texts are not worth a process.
_CHUNK = 512


@dataclass(frozen=True, slots=True)
class Part:
    """One of `of` parts of the releases, counted from 1."""

    number: int = 1
    of: int = 1

    def has(self, document_id: str) -> bool:
        """Return whether a release belongs to this part."""
        return zlib.crc32(document_id.encode()) % self.of == self.number - 1

    def cut(self, n: int) -> list["Part"]:
        """Return `n` parts that make up this one."""
        return [Part(self.number + self.of * place, self.of * n) for place in range(n)]


@dataclass(frozen=True, slots=True)
class Source:
    """Where releases come from and how they are split; `index` may lie in `documents`."""

    documents: Path
    index: Path
    max_file_bytes: int
    splitter: SplitterSettings


@dataclass(frozen=True, slots=True)
class Prepared:
    """What files became.

    Attributes:
        passages: Of each of the corpus's documents, in their order.
    """

    corpus: LoadedCorpus
    passages: tuple[tuple[Passage, ...], ...]


def load_part(
    source: Source, part: Part, *, known: Mapping[str, str] | None = None, on_progress: OnProgress | None = None
) -> LoadedCorpus:
    """Load the releases of a part; raises as `load_corpus` does."""
    return load_corpus(
        source.documents,
        max_bytes=source.max_file_bytes,
        index=source.index,
        known=known,
        takes=part.has,
        on_progress=on_progress,
    )


def split_all(corpus: LoadedCorpus, source: Source, embedder: Embedder) -> Prepared:
    """Split what was loaded."""
    splitter = Splitter(embedder.count_tokens, source.splitter)
    return Prepared(corpus, tuple(tuple(splitter.split(document)) for document in corpus.documents))


def embedded_sha256(embedder_name: str, passage: Passage) -> str:
    """Return the hash under which a passage's vector may be reused, by whichever build."""
    return hashlib.sha256(f"{embedder_name}\0{passage.contextual_text}".encode()).hexdigest()


class Workers:
    """Processes that prepare and embed, each with an embedder of its own; they start when there is something to do."""

    def __init__(self, n: int, make_embedder: Callable[[], Embedder]) -> None:
        """Take how many, and what opens an embedder in each; that must be picklable."""
        self._n = n
        # Fresh interpreters: forked ones would share locks with threads that they don't have.
        self._pool = ProcessPoolExecutor(
            n, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(make_embedder,)
        )

    def __enter__(self) -> "Workers":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def prepare(
        self,
        source: Source,
        part: Part,
        *,
        known: Mapping[str, str] | None = None,
        on_progress: OnProgress | None = None,
    ) -> Prepared:
        """Load and split the releases of a part; `on_progress` is told of parts of it instead of files."""
        parts = part.cut(self._n * _PARTS_PER_WORKER)
        known = known or {}
        futures = [
            self._pool.submit(
                _prepare, source, each, {name: sha256 for name, sha256 in known.items() if each.has(name)}
            )
            for each in parts
        ]
        for n_done, _ in enumerate(as_completed(futures), 1):
            if on_progress:
                on_progress(n_done, len(parts))
        return _joined([future.result() for future in futures])

    def encode_passages(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> Vectors:
        """Return one row per text, in order, as an embedder does."""
        by_length = sorted(range(len(texts)), key=lambda place: len(texts[place]), reverse=True)
        chunks = [by_length[begin : begin + _CHUNK] for begin in range(0, len(texts), _CHUNK)]
        futures: dict[Future[Vectors], list[int]] = {
            self._pool.submit(_encode, [texts[place] for place in chunk]): chunk for chunk in chunks
        }
        vectors: Vectors | None = None
        for future in as_completed(futures):
            encoded = future.result()
            if vectors is None:
                vectors = np.empty((len(texts), encoded.shape[1]), dtype=np.float32)
            vectors[futures[future]] = encoded
            if on_progress:
                on_progress(len(encoded))
        assert vectors is not None, "no texts: nothing to ask workers for"
        return vectors


def _joined(parts: Sequence[Prepared]) -> Prepared:
    """Return parts as one, in the order that they would have come in."""
    together = sorted(
        (pair for part in parts for pair in zip(part.corpus.documents, part.passages, strict=True)),
        key=lambda pair: pair[0].id,
    )
    return Prepared(
        LoadedCorpus(
            documents=tuple(document for document, _ in together),
            skipped=tuple(
                sorted((each for part in parts for each in part.corpus.skipped), key=lambda each: each.document_id)
            ),
            unchanged=tuple(sorted(name for part in parts for name in part.corpus.unchanged)),
        ),
        tuple(passages for _, passages in together),
    )


_embedder: Embedder  # of a worker's process


def _begin(make_embedder: Callable[[], Embedder]) -> None:
    global _embedder  # noqa: PLW0603 - what a worker has is its process's
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the builder's, which ends its workers
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _embedder = make_embedder()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)  # a build that was killed can't tell its workers to stop


def _prepare(source: Source, part: Part, known: Mapping[str, str]) -> Prepared:
    return split_all(load_part(source, part, known=known), source, _embedder)


def _encode(texts: Sequence[str]) -> Vectors:
    return _embedder.encode_passages(texts)
