"""The engine now in service: opened when first asked for, and again when CURRENT names another snapshot."""

import logging
import math
import threading
import time

from qa_service.assembly import make_engine, make_models
from qa_service.config import Settings
from qa_service.embedding import SentenceTransformerEmbedder
from qa_service.engine import Engine
from qa_service.errors import DamagedSnapshotError, ModelError, QaServiceError, SnapshotError
from qa_service.indexing.snapshot import CURRENT, Snapshot, read_current, use_current
from qa_service.protocols import Reader

logger = logging.getLogger(__name__)

# What can't be opened is tried again after this; meanwhile nobody waits for it.
RETRY_S = 5.0
# These last, and to find them again means to read every file again.
_LASTING = (DamagedSnapshotError, ModelError)
_UNREAD = f"what {CURRENT} names"  # where it can't be read


class LiveEngine:
    """Follows `index/CURRENT`. A question that runs keeps the engine it began with."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._embedder: SentenceTransformerEmbedder | None = None
        self._reader: Reader | None = None
        self._tried: str | None = None
        self._fault: QaServiceError | None = None  # why nothing could be opened the last time
        self._retry_at = -math.inf

    def current(self) -> Engine:
        """Return the engine for the snapshot that CURRENT names.

        When a new snapshot can't be opened, the one before stays in service and the error is logged; unless the new
        one is damaged, it is tried again later.

        Raises:
            QaServiceError: Nothing can be served; the message says what to do.
        """
        wanted = self._wanted()
        if self._engine is not None and not self._is_due(wanted):
            return self._engine
        with self._lock:
            if self._is_due(wanted):
                self._move(wanted)
            if self._engine is None:
                assert self._fault is not None
                raise self._fault.with_traceback(None)
            return self._engine

    def _wanted(self) -> str | None:
        try:
            return read_current(self._settings.index)
        except SnapshotError:  # to be opened like another snapshot, which tells the error
            return _UNREAD

    def _is_due(self, wanted: str | None) -> bool:
        return wanted != self._tried or time.monotonic() >= self._retry_at

    def _move(self, wanted: str | None) -> None:
        faults: list[QaServiceError] = []

        def on_fault(_: str, fault: SnapshotError) -> None:
            if self._engine is not None and not isinstance(fault, _LASTING):
                raise fault  # it passes: what is served stays, and isn't read again to find it sound
            faults.append(fault)

        try:
            self._engine = use_current(self._settings.index, self._open, on_fault=on_fault)
        except QaServiceError as error:
            self._fault = error
            faults.append(error)
            if self._engine is not None:
                logger.error("%s stays in service, not %s: %s", self._engine.info.version, wanted, error)
        is_settled = self._engine is not None and all(isinstance(fault, _LASTING) for fault in faults)
        self._tried, self._retry_at = wanted, math.inf if is_settled else time.monotonic() + RETRY_S

    def _open(self, snapshot: Snapshot) -> Engine:
        if self._engine is not None and snapshot.manifest.id == self._engine.info.version:
            return self._engine
        if self._embedder is None or self._reader is None:
            self._embedder, self._reader = make_models(self._settings)
        try:
            engine = make_engine(self._settings, snapshot, self._embedder, reader=self._reader)
        except (DamagedSnapshotError, OSError) as error:  # every file was found sound just now
            raise SnapshotError(f"snapshot {snapshot.manifest.id} can't be opened now: {error}") from error
        logger.info("serving snapshot %s", snapshot.manifest.id)
        return engine
