import errno
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import WordEmbedder

from qa_service import rebuilding
from qa_service.config import Settings
from qa_service.indexing.snapshot import current_id
from qa_service.rebuilding import rebuild


@pytest.mark.parametrize(
    ("step", "error", "reason"),
    [
        ("load_saved_questions", PermissionError(errno.EACCES, "Permission denied"), "Permission denied"),
        ("replay", MemoryError(), "MemoryError"),
        ("replay", TypeError("no text"), "no text"),
        (
            "add_note",
            UnicodeEncodeError("utf-8", "caf\udce9", 3, 4, "surrogates not allowed"),
            "'utf-8' codec can't encode character '\\udce9' in position 3: surrogates not allowed",
        ),
        ("add_note", OSError(errno.ENOSPC, "No space left on device", "/srv/index"), "No space left on device"),
    ],
)
def test_a_replay_that_fails_in_any_way_leaves_the_build_done(
    settings: Settings,
    embedder: WordEmbedder,
    write_releases: Callable[[dict[str, str]], Path],
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    error: Exception,
    reason: str,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(rebuilding, "make_embedder", lambda _: embedder)
    rebuild(settings)
    (settings.documents.parent / "questions.jsonl").write_text('{"question": "What was worth 16.7 million yen?"}\n')
    write_releases({"new.txt": "A new release\n\nIt says nothing about floods or about relief supplies."})
    monkeypatch.setattr(rebuilding, step, fail)
    rebuilt = rebuild(settings)
    assert rebuilt.report.snapshot == current_id(settings.index)
    assert (rebuilt.replay, rebuilt.replay_failed) == (None, reason)
