"""The engine now in service: opened when first asked for, and again when CURRENT names another snapshot."""

import logging
import threading

from qa_service.assembly import make_embedder, make_engine
from qa_service.config import Settings
from qa_service.embedding import SentenceTransformerEmbedder
from qa_service.engine import Engine
from qa_service.errors import QaServiceError
from qa_service.indexing.snapshot import current_id, open_current

logger = logging.getLogger(__name__)


class LiveEngine:
    """Follows `index/CURRENT`. A question that runs keeps the engine it began with."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._embedder: SentenceTransformerEmbedder | None = None
        self._followed: str | None = None

    def current(self) -> Engine:
        """Return the engine for the snapshot that CURRENT names.

        When a new snapshot can't be opened, the one before stays in service and the error is logged.

        Raises:
            QaServiceError: Nothing can be served; the message says what to do.
        """
        wanted = current_id(self._settings.index)
        engine = self._engine
        if engine is not None and wanted == self._followed:
            return engine
        with self._lock:
            if self._engine is None or wanted != self._followed:
                self._move(wanted)
            assert self._engine is not None
            return self._engine

    def _move(self, wanted: str | None) -> None:
        try:
            snapshot = open_current(self._settings.index)
            if self._engine is None or snapshot.manifest.id != self._engine.info.version:
                self._embedder = self._embedder or make_embedder(self._settings)
                self._engine = make_engine(self._settings, snapshot, self._embedder)
                logger.info("serving snapshot %s", snapshot.manifest.id)
        except QaServiceError:
            if self._engine is None:
                raise
            logger.exception("snapshot %s can't be opened; %s stays in service", wanted, self._engine.info.version)
        self._followed = wanted
