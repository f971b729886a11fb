"""Ten thousand questions from eight threads while the index is rebuilt twenty times."""

import logging
import statistics
import threading
import time
from pathlib import Path

import pytest
from fakes import WordEmbedder

from qa_service.assembly import make_builder
from qa_service.config import Settings
from qa_service.indexing.catalog import Catalog
from qa_service.live import LiveEngine
from qa_service.types import Reply

pytestmark = pytest.mark.slow

logger = logging.getLogger(__name__)

N_QUESTIONS, N_THREADS, N_REBUILDS = 10_000, 8, 20
QUESTION = "At what does the counter of the ministry stand?"


@pytest.fixture
def word_embedder(monkeypatch: pytest.MonkeyPatch, embedder: WordEmbedder) -> WordEmbedder:
    monkeypatch.setattr("qa_service.assembly.make_embedder", lambda _settings: embedder)
    return embedder


class Asker:
    """Asks until told to stop; keeps each reply with when it was asked and how long it took."""

    def __init__(self, live: LiveEngine) -> None:
        self._live = live
        self.replies: list[tuple[float, float, Reply]] = []
        self.errors: list[BaseException] = []

    def ask(self, n: int) -> None:
        try:
            for _ in range(n):
                began = time.perf_counter()
                reply = self._live.current().ask(QUESTION)
                self.replies.append((began, time.perf_counter() - began, reply))
        except BaseException as error:  # noqa: BLE001 - counted by the test
            self.errors.append(error)


def p95_ms(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1] * 1000


def test_rebuilds_interrupt_nothing_and_no_reply_mixes_snapshots(
    settings: Settings, word_embedder: WordEmbedder
) -> None:
    settings = settings.model_copy(update={"threshold": 0.0, "keep_snapshots": N_REBUILDS + 2})
    counter = settings.documents / "counter.txt"
    stands: dict[str, int] = {}

    def rebuild(n: int) -> None:
        counter.write_text(f"Counter\n\nThe counter of the ministry stands at {n} since this morning.")
        report = make_builder(settings, word_embedder).build()
        stands[report.snapshot] = n

    rebuild(0)
    asker = Asker(LiveEngine(settings))
    asker.ask(500)
    at_rest = [seconds for _, seconds, _ in asker.replies]
    asker.replies.clear()

    threads = [threading.Thread(target=asker.ask, args=(N_QUESTIONS // N_THREADS,)) for _ in range(N_THREADS)]
    for thread in threads:
        thread.start()
    published: list[float] = []
    for n in range(1, N_REBUILDS + 1):
        rebuild(n)
        published.append(time.perf_counter())
        time.sleep(0.2)
    for thread in threads:
        thread.join()

    assert asker.errors == []
    assert len(asker.replies) == N_QUESTIONS
    texts = {version: text_of(settings, version) for version in stands}
    for asked_at, _, reply in asker.replies:
        version = reply.index.version
        assert f"stands at {stands[version]} since" in reply.answers[0].text
        for citation in reply.citations:
            assert texts[version][citation.document_id][citation.start : citation.end] == citation.quote
        n_before = sum(moment < asked_at for moment in published)
        assert stands[version] >= n_before, "a question was answered from a snapshot that had been replaced before"
    assert len({reply.index.version for _, _, reply in asker.replies}) > N_REBUILDS // 2
    during = [seconds for asked_at, seconds, _ in asker.replies if asked_at <= published[-1]]
    after = [seconds for asked_at, seconds, _ in asker.replies if asked_at > published[-1]]
    logger.info("p95 in ms: one thread at rest %.1f, eight during rebuilds %.1f", p95_ms(at_rest), p95_ms(during))
    if len(after) > 20:
        logger.info("p95 in ms: eight threads after the rebuilds %.1f", p95_ms(after))


def text_of(settings: Settings, version: str) -> dict[str, str]:
    catalog = Catalog(Path(settings.index) / "snapshots" / version)
    found = {summary.id: catalog.document(summary.id) for summary in catalog.list_documents(limit=1000)[0]}
    return {name: document.text for name, document in found.items() if document}
