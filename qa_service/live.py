"""The engine now in service: opened when first asked for, and again when CURRENT names another snapshot."""

import logging
import threading
import time

from qa_service.assembly import make_engine, make_models
from qa_service.config import Settings
from qa_service.embedding import SentenceTransformerEmbedder
from qa_service.engine import Engine
from qa_service.errors import BackendError, QaServiceError
from qa_service.indexing.snapshot import Snapshot, current_id, use_current
from qa_service.protocols import Reader

logger = logging.getLogger(__name__)

# An index's server that can't be reached is asked again after this; meanwhile nobody waits for it.
RETRY_S = 5.0


class LiveEngine:
    """Follows `index/CURRENT`. A question that runs keeps the engine it began with."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._embedder: SentenceTransformerEmbedder | None = None
        self._reader: Reader | None = None
        self._followed: str | None = None
        self._unreachable: BackendError | None = None
        self._retry_at = 0.0

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
            if self._unreachable and time.monotonic() < self._retry_at:
                if self._engine is None:
                    raise self._unreachable
            elif self._engine is None or wanted != self._followed:
                self._move(wanted)
            assert self._engine is not None
            return self._engine

    def _move(self, wanted: str | None) -> None:
        self._unreachable = None
        try:
            self._engine = use_current(self._settings.index, self._open)
        except QaServiceError as error:
            if isinstance(error, BackendError):
                self._unreachable, self._retry_at = error, time.monotonic() + RETRY_S
            if self._engine is None:
                raise
            logger.error("%s stays in service, not %s: %s", self._engine.info.version, wanted, error)
        if not self._unreachable:
            self._followed = wanted

    def _open(self, snapshot: Snapshot) -> Engine:
        if self._engine is not None and snapshot.manifest.id == self._engine.info.version:
            return self._engine
        if self._embedder is None or self._reader is None:
            self._embedder, self._reader = make_models(self._settings)
        engine = make_engine(self._settings, snapshot, self._embedder, reader=self._reader)
        logger.info("serving snapshot %s", snapshot.manifest.id)
        return engine
