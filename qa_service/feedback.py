"""What readers said of answers, kept in `index/feedback.sqlite`, and written out as questions for `qa-service eval`.

The file lies beside the snapshots, so rebuilding leaves it alone, and SQLite's locks let several processes write. It is
bounded in entries and in entries a minute: anyone who can ask can also write to it. Nothing here is shown to readers.
"""

import datetime as dt
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

from qa_service.errors import QaServiceError

FILE_NAME = "feedback.sqlite"
MAX_ENTRIES = 20_000
"""About 100 MB when every entry is as long as it may be."""
MAX_A_MINUTE = 60

QUESTIONS = "questions.jsonl"
REVIEW = "review.jsonl"
KIND = "feedback"
UNANSWERABLE = "unanswerable"

_WAIT_S = 5  # for another process's write
_SCHEMA = """CREATE TABLE IF NOT EXISTS feedback (
    number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, at TEXT NOT NULL, verdict TEXT NOT NULL,
    question TEXT NOT NULL, document_id TEXT, answer TEXT, quote TEXT, comment TEXT NOT NULL, snapshot TEXT);
CREATE INDEX IF NOT EXISTS feedback_by_time ON feedback (at);"""
_COLUMNS = "key, at, verdict, question, document_id, answer, quote, comment, snapshot"

Verdict = Literal["up", "down"]


class FeedbackError(QaServiceError):
    """Feedback can't be kept or written out."""


class FeedbackFullError(FeedbackError):
    """There is as much as is kept, in all or for this minute."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """One reader's word on one reply.

    Attributes:
        key: Of the reply as it was shown; a second word on it takes the place of the first.
        document_id, answer, quote: Of the first answer; None when the question was refused.
        snapshot: The one that answered.
    """

    key: str
    at: dt.datetime
    verdict: Verdict
    question: str
    document_id: str | None = None
    answer: str | None = None
    quote: str | None = None
    comment: str = ""
    snapshot: str | None = None


class FeedbackStore:
    """The entries of one index folder. Every call opens the file, so any thread and process may use it."""

    def __init__(self, index: Path, *, max_entries: int = MAX_ENTRIES, max_a_minute: int = MAX_A_MINUTE) -> None:
        self._path = index / FILE_NAME
        self._max_entries = max_entries
        self._max_a_minute = max_a_minute

    def add(self, entry: Feedback) -> None:
        """Keep `entry`; one with the same key is replaced, so that a comment can follow.

        Raises:
            FeedbackFullError: When there are too many entries, in all or in the last minute.
            FeedbackError: When the file can't be written.
        """
        with self._writing() as connection:
            [(is_new,)] = connection.execute("SELECT NOT EXISTS (SELECT 1 FROM feedback WHERE key = ?)", (entry.key,))
            a_minute_ago = _stamp(entry.at - dt.timedelta(minutes=1))
            [(n_all, n_lately)] = connection.execute("SELECT count(*), sum(at > ?) FROM feedback", (a_minute_ago,))
            if (n_lately or 0) >= self._max_a_minute:
                raise FeedbackFullError("much feedback came in within a minute: send this again later.")
            if is_new and n_all >= self._max_entries:
                raise FeedbackFullError(
                    f"{FILE_NAME} holds {n_all:,} entries: run 'qa-service feedback export' and 'feedback clear'."
                )
            connection.execute(
                f"INSERT OR REPLACE INTO feedback ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - constant
                (
                    entry.key,
                    _stamp(entry.at),
                    entry.verdict,
                    entry.question,
                    entry.document_id,
                    entry.answer,
                    entry.quote,
                    entry.comment,
                    entry.snapshot,
                ),
            )

    def entries(self) -> list[Feedback]:
        """Return all entries, oldest first; none when nothing was ever kept."""
        if not self._path.exists():
            return []
        with self._writing() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM feedback ORDER BY at, number").fetchall()  # noqa: S608
        return [Feedback(key, dt.datetime.fromisoformat(at), *rest) for key, at, *rest in rows]

    def clear(self) -> int:
        """Remove all entries and return how many there were."""
        if not self._path.exists():
            return 0
        with self._writing() as connection:
            return connection.execute("DELETE FROM feedback").rowcount

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection inside a transaction that no other process can come between."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=_WAIT_S, isolation_level=None)) as connection:
                connection.executescript(f"PRAGMA secure_delete = ON; {_SCHEMA}")
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                except BaseException:
                    connection.execute("ROLLBACK")
                    raise
                connection.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            raise FeedbackError(f"{self._path} can't be used: {error}. Is the folder writable?") from error


@dataclass(frozen=True, slots=True)
class Exported:
    """Lines for `questions.jsonl`, which readers confirm, and `review.jsonl`, which a person must put right."""

    questions: list[dict[str, object]]
    review: list[dict[str, object]]


def as_questions(entries: Sequence[Feedback], text_of: Callable[[str], str | None]) -> Exported:
    """Return `entries` in the form of a question set's lines, one for each question and answer.

    A reply that more readers confirm than doubt is a gold question. A doubted one says only what is wrong, and one
    whose release is gone or was changed can't be checked, so both need a person.

    Args:
        entries: Oldest first.
        text_of: The text of a release now, None when there is no such release.
    """
    exported = Exported([], [])
    ordered = sorted(entries, key=lambda entry: (*_asked(entry), entry.at))
    for (question, document_id, answer), members in groupby(ordered, key=_asked):
        group = list(members)
        n_up = sum(entry.verdict == "up" for entry in group)
        is_refusal = not document_id
        row: dict[str, object] = {
            "id": f"feedback-{len(exported.questions) + len(exported.review) + 1}",
            "question": question,
            "kind": UNANSWERABLE if is_refusal else KIND,
            "document": document_id or None,
            "answers": [] if is_refusal else [answer],
            "sentence": group[-1].quote or "",
            "up": n_up,
            "down": len(group) - n_up,
            "comments": [entry.comment for entry in group if entry.comment],
        }
        is_sound = is_refusal or answer in (text_of(document_id) or "")
        (exported.questions if is_sound and 2 * n_up > len(group) else exported.review).append(row)
    return exported


def write_questions(exported: Exported, folder: Path) -> None:
    """Write both files into `folder`.

    Raises:
        FeedbackError: When one of them is there already, so that a set corrected by hand is never lost.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in ((QUESTIONS, exported.questions), (REVIEW, exported.review)):
        try:
            with (folder / name).open("x", encoding="utf-8") as file:
                file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        except FileExistsError as error:
            raise FeedbackError(f"{folder / name} is there already: export into another folder.") from error


def _asked(entry: Feedback) -> tuple[str, str, str]:
    return entry.question, entry.document_id or "", entry.answer or ""


def _stamp(time: dt.datetime) -> str:
    return time.astimezone(dt.UTC).isoformat(timespec="microseconds")
