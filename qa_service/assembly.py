"""The only place that chooses concrete classes from Settings."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from qa_service.config import Settings
from qa_service.embedding import SentenceTransformerEmbedder
from qa_service.engine import Engine
from qa_service.errors import ModelError, SettingsError
from qa_service.indexing import BACKENDS, drop_index
from qa_service.indexing.catalog import Catalog
from qa_service.indexing.snapshot import Snapshot, open_current, use_current
from qa_service.inference import n_cores
from qa_service.protocols import Embedder, Reader
from qa_service.reading import CALIBRATIONS, Calibration, SentenceReader, SpanReader, open_span_reader
from qa_service.retrieval import Ranker, Retriever
from qa_service.splitting import SplitterSettings
from qa_service.types import IndexInfo

# What builds knows every format of a release; a server starts without it, half a second sooner.
if TYPE_CHECKING:
    from qa_service.builder import Builder
    from qa_service.preparing import Workers

ENCODERS, EXPORTED_READERS = "encoders", "readers"
# Title, date and section take up to this many of the embedder's tokens.
_CONTEXT_TOKENS = 56

# Any other name is a reader's folder, or a Hugging Face question-answering model.
READERS: Mapping[str, Callable[[Callable[[], SentenceTransformerEmbedder], Settings], Reader]] = {
    "span": lambda _, settings: SpanReader(threads=settings.threads),
    "sentence": lambda embedder, _: _sentence_reader(embedder()),
}


def _sentence_reader(embedder: SentenceTransformerEmbedder) -> SentenceReader:
    return SentenceReader(embedder.encode_sentences, embedder.encode_question)


def make_embedder(settings: Settings) -> SentenceTransformerEmbedder:
    """Return the embedder; exports its question encoder into the index folder the first time."""
    return SentenceTransformerEmbedder(settings.embedder, settings.index / ENCODERS, threads=settings.threads)


def make_models(settings: Settings) -> tuple[SentenceTransformerEmbedder, Reader]:
    """Return embedder and reader, opened side by side: each takes a core for a third of a second. Raises ModelError."""
    with ThreadPoolExecutor(1) as aside:
        embedder = aside.submit(make_embedder, settings)
        reader = make_reader(settings, embedder.result)
        return embedder.result(), reader


def make_builder(
    settings: Settings, embedder: Embedder | None = None, *, workers: "Workers | None" = None
) -> "Builder":
    """Return the builder; raises SettingsError when a passage would not fit the embedder."""
    from qa_service.builder import Builder  # noqa: PLC0415
    from qa_service.preparing import Source  # noqa: PLC0415

    embedder = embedder or make_embedder(settings)
    if settings.passage_tokens + _CONTEXT_TOKENS > embedder.max_tokens:
        raise SettingsError(
            f"passage_tokens = {settings.passage_tokens}: {embedder.name} reads {embedder.max_tokens} tokens, of which "
            f"{_CONTEXT_TOKENS} are kept for the context: set {embedder.max_tokens - _CONTEXT_TOKENS} or less."
        )
    return Builder(
        source=Source(
            documents=settings.documents,
            index=settings.index,
            max_file_bytes=int(settings.max_file_mb * 1_000_000),
            splitter=SplitterSettings(max_tokens=settings.passage_tokens, min_words=settings.min_words),
        ),
        index=settings.index,
        embedder=embedder,
        backend=BACKENDS[settings.backend](settings),
        drop=partial(drop_index, settings=settings),
        backend_name=settings.backend,
        keep=settings.keep_snapshots,
        workers=workers,
    )


def make_workers(settings: Settings, n: int) -> "Workers":
    """Return `n` processes for a builder, which share the cores that a model may use."""
    from qa_service.preparing import Workers  # noqa: PLC0415

    threads = settings.threads or n_cores()
    each = settings.model_copy(update={"threads": max(1, threads // n)})
    return Workers(n, partial(make_embedder, each))


def open_engine(
    settings: Settings,
    embedder: SentenceTransformerEmbedder | None = None,
    *,
    reader: Reader | None = None,
    calibration: Calibration | None = None,
) -> Engine:
    """Return an engine on the snapshot in service; reader and calibration are the settings' unless given.

    Raises:
        SnapshotError: There is none, or none that is sound.
        ModelError: The snapshot was built with another embedder than the settings name.
    """

    def open_on(snapshot: Snapshot) -> Engine:
        nonlocal embedder
        embedder = embedder or make_embedder(settings)
        return make_engine(settings, snapshot, embedder, reader=reader, calibration=calibration)

    return use_current(settings.index, open_on)


def make_engine(
    settings: Settings,
    snapshot: Snapshot,
    embedder: SentenceTransformerEmbedder,
    *,
    reader: Reader | None = None,
    calibration: Calibration | None = None,
) -> Engine:
    """Return an engine on one snapshot; raises ModelError when it was built with another embedder."""
    manifest = snapshot.manifest
    if manifest.embedder != embedder.name:
        raise ModelError(
            f"snapshot {manifest.id} was built with embedder {manifest.embedder}, the settings name {embedder.name}: "
            "run 'qa-service build' or set QA_EMBEDDER back."
        )
    catalog = Catalog(snapshot.folder)
    return Engine(
        info=IndexInfo(
            version=manifest.id,
            built_at=manifest.built_at,
            documents=manifest.n_documents,
            passages=manifest.n_passages,
            newest=manifest.newest,
        ),
        catalog=catalog,
        retriever=_make_retriever(settings, snapshot, embedder, catalog),
        reader=reader or make_reader(settings, lambda: embedder),
        calibration=calibration or _calibration(settings),
        threshold=settings.threshold,
    )


def open_retriever(settings: Settings, embedder: SentenceTransformerEmbedder) -> Retriever:
    """Return a retriever on the snapshot in service; raises SnapshotError when there is none that is sound."""
    snapshot = open_current(settings.index)
    return _make_retriever(settings, snapshot, embedder, Catalog(snapshot.folder))


def _make_retriever(
    settings: Settings, snapshot: Snapshot, embedder: SentenceTransformerEmbedder, catalog: Catalog
) -> Retriever:
    index = BACKENDS[snapshot.manifest.backend](settings).open(snapshot.folder)
    return Retriever(index, embedder, catalog.passages, Ranker(settings.ranker))


def make_reader(settings: Settings, embedder: Callable[[], SentenceTransformerEmbedder]) -> Reader:
    """Return the reader that the settings name; one from Hugging Face is exported into the index folder the first time.

    `embedder` is asked for only by a reader that needs one.

    Raises:
        ModelError: It can't be found, read or exported.
    """
    if settings.reader in READERS:
        return READERS[settings.reader](embedder, settings)
    return open_span_reader(settings.reader, settings.index / EXPORTED_READERS, threads=settings.threads)


def _calibration(settings: Settings) -> Calibration:
    """Return the reader's own calibration; that of the packaged span reader for one that brings none."""
    return CALIBRATIONS.get(settings.reader, CALIBRATIONS["span"])
