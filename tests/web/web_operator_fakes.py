"""Real snapshots of a few small releases for the operator's page, an engine that follows them, and slow rebuilds."""

import json
import threading
from collections.abc import Callable
from pathlib import Path

from fakes import WordEmbedder
from web_fakes import FakeEngine

from qa_service.assembly import make_builder
from qa_service.config import Settings, load_settings
from qa_service.errors import QaServiceError
from qa_service.indexing.catalog import Catalog
from qa_service.indexing.snapshot import REPLAY, add_note, find_snapshot, open_current
from qa_service.jobs import Job, Rebuilder
from qa_service.rebuilding import Rebuilt
from qa_service.types import IndexInfo

TOKEN = "a-token-of-some-length"
HOSTILE_NAME = "<script>alert(1)</script>.txt"
SUMMIT = "Summit in the Kremlin\n\nMay 10, 2005\n\nThe two leaders met in the Kremlin for approximately 30 minutes.\n"
FLOOD = "Flood relief\n\nAugust 30, 2002\n\nThe supplies were worth 16.7 million yen and were made up of ten tents.\n"
BRIDGE = "New bridge\n\nJune 3, 2024\n\nThe bridge over the river cost 12.5 million euros and opened in the rain.\n"
REPLAYED = {
    "n_questions": 12,
    "changed": [
        {
            "question": "What was <b>worth</b> 16.7 million yen?",
            "before": {"answer": "the supplies", "document_id": "flood.txt"},
            "after": None,
        },
        {
            "question": "How long did the leaders meet?",
            "before": {"answer": "about half an hour", "document_id": "withdrawn.txt"},
            "after": {"answer": "approximately <i>30</i> minutes", "document_id": "summit.txt"},
        },
    ],
}


def write_builds(folder: Path) -> Settings:
    """Build two snapshots below `folder`, the second with a bit of everything in its report."""
    settings = load_settings(
        documents=folder / "documents", index=folder / "index", reader="sentence", rebuild_token=TOKEN
    )
    write(settings, {"summit.txt": SUMMIT, "flood.txt": FLOOD, "withdrawn.txt": SUMMIT.replace("leaders", "ministers")})
    make_builder(settings, WordEmbedder()).build()
    (settings.documents / "withdrawn.txt").unlink()
    write(settings, {"flood.txt": FLOOD.replace("ten", "12"), HOSTILE_NAME: BRIDGE, "copy.txt": BRIDGE})
    (settings.documents / "<img src=x onerror=alert(2)>.pdf").write_bytes(b"not a PDF")
    report = make_builder(settings, WordEmbedder()).build()
    add_note(find_snapshot(settings.index, report.snapshot), REPLAY, json.dumps(REPLAYED))
    return settings


def write(settings: Settings, releases: dict[str, str]) -> None:
    """Write files into the documents folder."""
    for name, text in releases.items():
        path = settings.documents / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


class FollowingLive:
    """Serves the snapshot in service, by an engine that answers nothing from it."""

    def __init__(self, index: Path) -> None:
        self._index = index

    def current(self) -> FakeEngine:
        snapshot = open_current(self._index)
        manifest = snapshot.manifest
        info = IndexInfo(manifest.id, manifest.built_at, manifest.n_documents, manifest.n_passages, manifest.newest)
        return FakeEngine(Catalog(snapshot.folder), info)


class SteppingRebuilder(Rebuilder):
    """Builds in a thread, with the fake embedder; before that it is at one of three until `wait` returns."""

    def __init__(self, settings: Settings, wait: Callable[[], object] = lambda: None) -> None:
        super().__init__(settings)
        self._wait_for_the_test = wait
        self.is_waiting = threading.Event()

    def _follow(self, job: Job) -> dict[str, object]:
        self._update(job.id, stage="loading", done=1, total=3)
        self.is_waiting.set()
        self._wait_for_the_test()
        try:
            rebuilt = Rebuilt(make_builder(self._settings, WordEmbedder()).build())
        except QaServiceError as error:
            return {"state": "failed", "error": str(error)}
        return {"state": "succeeded", "rebuilt": rebuilt}
