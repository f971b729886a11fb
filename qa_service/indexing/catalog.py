"""Documents and passages of one snapshot, in one SQLite file that is read-only once written.

A passage's row is the key that vectors and words share. It stays the passage's own in later snapshots, so that a build
writes what changed; rows of withdrawn passages leave gaps.
"""

import datetime as dt
import json
import shutil
import sqlite3
import threading
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_service.duplicates import Sketch, sketch
from qa_service.errors import DamagedSnapshotError
from qa_service.types import Document, Filters, Passage, Section

FILE_NAME = "corpus.sqlite"

_SCHEMA = """
CREATE TABLE documents (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, date TEXT, source_url TEXT, note TEXT,
    text TEXT NOT NULL, body_start INTEGER NOT NULL, sections TEXT NOT NULL, sha256 TEXT NOT NULL,
    n_passages INTEGER NOT NULL, sketch BLOB NOT NULL);
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents, number INTEGER NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, section TEXT, is_title_block INTEGER NOT NULL,
    embedded_sha256 TEXT NOT NULL);
CREATE INDEX documents_by_date ON documents (date DESC, id);
CREATE INDEX passages_by_document ON passages (document);
CREATE INDEX passages_by_hash ON passages (embedded_sha256);
"""
# What a withdrawn release said is overwritten, not only unlinked. The file is brought to disk when it is sealed.
_PRAGMAS = "PRAGMA secure_delete = ON; PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY;"
_DOCUMENT = "id, text, title, date, source_url, note, body_start, sections, sha256"
# SQLite counts characters as Python does, so a passage is sliced where it is stored.
_PASSAGE = """SELECT d.id, p.number, p.start, p.end, substr(d.text, p.start + 1, p.end - p.start), d.title, d.date,
    p.section, p.is_title_block FROM passages p JOIN documents d ON d.number = p.document"""
_BATCH = 500  # below every SQLite build's limit of variables


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """A release in a list."""

    id: str
    title: str
    date: dt.date | None
    source_url: str | None
    note: str | None
    n_passages: int


@dataclass(frozen=True, slots=True)
class RowFacts:
    """What filters look at, one entry per passage in the order of rows: days are YYYYMMDD, 0 for an undated release."""

    days: NDArray[np.int32]
    documents: NDArray[np.int32]
    document_numbers: dict[str, int]

    def allowed(self, filters: Filters) -> NDArray[np.bool_]:
        """Return which passages `filters` allow, in the order of rows."""
        allowed = np.ones(len(self.days), dtype=bool)
        if filters.date_from or filters.date_to:
            allowed &= self.days > 0
        if filters.date_from:
            allowed &= self.days >= day_number(filters.date_from)
        if filters.date_to:
            allowed &= self.days <= day_number(filters.date_to)
        if filters.document_ids is not None:
            numbers = [self.document_numbers[name] for name in filters.document_ids if name in self.document_numbers]
            allowed &= np.isin(self.documents, numbers)
        return allowed


def day_number(date: dt.date) -> int:
    """Return a date as YYYYMMDD, which sorts as dates do."""
    return date.year * 10_000 + date.month * 100 + date.day


def write_catalog(
    folder: Path,
    documents: Iterable[tuple[Document, Sequence[Passage]]],
    embedded_sha256: Sequence[str],
    *,
    base: Path | None = None,
    removed: Collection[str] = (),
) -> range:
    """Write `corpus.sqlite` into `folder` and return the rows of the passages, which follow those that were there.

    Args:
        documents: Each with its passages.
        embedded_sha256: Per passage, the hash under which its vector may be reused.
        base: Folder whose releases it holds too, but for those whose ids are `removed`.
    """
    if base:
        shutil.copyfile(base / FILE_NAME, folder / FILE_NAME)
    connection = sqlite3.connect(folder / FILE_NAME)
    try:
        connection.executescript(_PRAGMAS if base else _PRAGMAS + _SCHEMA)
        for document_id in removed:
            [(number,)] = connection.execute("SELECT number FROM documents WHERE id = ?", (document_id,))
            connection.execute("DELETE FROM passages WHERE document = ?", (number,))
            connection.execute("DELETE FROM documents WHERE number = ?", (number,))
        [(first_number,)] = connection.execute("SELECT coalesce(max(number) + 1, 0) FROM documents")
        [(first_row,)] = connection.execute("SELECT coalesce(max(row) + 1, 0) FROM passages")
        row = first_row
        for number, (document, passages) in enumerate(documents, first_number):
            sections = json.dumps([asdict(section) for section in document.sections])
            connection.execute(
                "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    number,
                    document.id,
                    document.title,
                    document.date.isoformat() if document.date else None,
                    document.source_url,
                    document.note,
                    document.text,
                    document.body_start,
                    sections,
                    document.sha256,
                    len(passages),
                    sketch(document.text).tobytes(),
                ),
            )
            for passage in passages:
                where = (passage.start, passage.end, passage.section, passage.is_title_block)
                connection.execute(
                    "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (row, number, passage.number, *where, embedded_sha256[row - first_row]),
                )
                row += 1
        connection.commit()
        return range(first_row, row)
    finally:
        connection.close()


class _Opened:
    """A connection that is closed with its thread or catalog; by itself it waits for the garbage collector."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def __del__(self) -> None:
        self.connection.close()


class Catalog:
    """Reads a snapshot's documents and passages. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self._path = (folder / FILE_NAME).resolve()
        self._local = threading.local()
        self._facts: RowFacts | None = None

    def document(self, document_id: str) -> Document | None:
        """Return the release with its text, or None."""
        found = self._all(f"SELECT {_DOCUMENT} FROM documents WHERE id = ?", (document_id,))  # noqa: S608 - constant
        return _document(found[0]) if found else None

    def document_ids(self) -> set[str]:
        """Return the ids of all releases."""
        return {name for (name,) in self._all("SELECT id FROM documents")}

    def titles_of(self, document_ids: Sequence[str]) -> dict[str, str]:
        """Return the titles of those of `document_ids` that there are."""
        return self._of_documents("title", document_ids)

    def numbers_of(self, document_ids: Sequence[str]) -> dict[str, int]:
        """Return the numbers, which this catalog alone gives, of those of `document_ids` that there are."""
        return self._of_documents("number", document_ids)

    def list_documents(
        self,
        *,
        words: str = "",
        date_from: dt.date | None = None,
        date_to: dt.date | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> tuple[list[DocumentSummary], int]:
        """Return releases whose title holds each of `words`, newest first, undated last, and their number in all.

        Capitals don't count, in any alphabet.
        """
        conditions, values = ["1"], list[object]()
        for word in words.split():
            conditions.append("instr(folded(title), ?)")
            values.append(_folded(word))
        for bound, sign in [(date_from, ">="), (date_to, "<=")]:
            if bound:
                conditions.append(f"date {sign} ?")
                values.append(bound.isoformat())
        where = " AND ".join(conditions)
        [(total,)] = self._all(f"SELECT count(*) FROM documents WHERE {where}", values)  # noqa: S608 - only signs vary
        rows = self._all(
            f"SELECT id, title, date, source_url, note, n_passages FROM documents WHERE {where} "  # noqa: S608
            "ORDER BY date DESC, id LIMIT ? OFFSET ?",
            [*values, limit, offset],
        )
        return [DocumentSummary(name, title, _date(date), *rest) for name, title, date, *rest in rows], total

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        """Return the passages in `rows`, in that order."""
        found: dict[int, Passage] = {}
        for begin in range(0, len(rows), _BATCH):
            batch = rows[begin : begin + _BATCH]
            marks = ",".join("?" * len(batch))
            for row, *columns in self._all(
                _PASSAGE.replace("SELECT", "SELECT p.row,", 1) + f" WHERE p.row IN ({marks})", batch
            ):
                found[row] = _passage(columns)
        return [found[row] for row in rows]

    def passages_of(self, document_id: str) -> list[Passage]:
        """Return a release's passages in order; none when there is no such release."""
        return [_passage(row) for row in self._all(_PASSAGE + " WHERE d.id = ? ORDER BY p.row", (document_id,))]

    def rows(self) -> NDArray[np.int64]:
        """Return all rows, ascending: vectors are stored in this order."""
        return np.array([row for (row,) in self._all("SELECT row FROM passages ORDER BY row")], dtype=np.int64)

    def rows_of(self, document_ids: Iterable[str]) -> list[int]:
        """Return the rows of those releases' passages."""
        statement = "SELECT p.row FROM passages p JOIN documents d ON d.number = p.document WHERE d.id = ?"
        return [row for name in document_ids for (row,) in self._all(statement, (name,))]

    def rows_by_hash(self, embedded_sha256: Sequence[str]) -> dict[str, int]:
        """Return a row for each of the hashes under which a vector is stored."""
        found: dict[str, int] = {}
        for begin in range(0, len(embedded_sha256), _BATCH):
            batch = embedded_sha256[begin : begin + _BATCH]
            marks = ",".join("?" * len(batch))
            statement = f"SELECT embedded_sha256, row FROM passages WHERE embedded_sha256 IN ({marks})"  # noqa: S608
            found.update(self._all(statement, batch))
        return found

    def sketches(self) -> dict[str, Sketch]:
        """Return each release's sketch by its id."""
        return {name: np.frombuffer(data, np.uint32) for name, data in self._all("SELECT id, sketch FROM documents")}

    def newest(self) -> dt.date | None:
        """Return the latest date of a release."""
        [(date,)] = self._all("SELECT max(date) FROM documents")
        return _date(date)

    def row_facts(self) -> RowFacts:
        """Return what filters look at; read once, at the first filtered question."""
        if self._facts is None:
            rows = self._all(
                "SELECT d.date, p.document FROM passages p JOIN documents d ON d.number = p.document ORDER BY p.row"
            )
            self._facts = RowFacts(
                days=np.array([int(date.replace("-", "")) if date else 0 for date, _ in rows], dtype=np.int32),
                documents=np.array([number for _, number in rows], dtype=np.int32),
                document_numbers=dict(self._all("SELECT id, number FROM documents")),
            )
        return self._facts

    def _of_documents(self, column: str, document_ids: Sequence[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for begin in range(0, len(document_ids), _BATCH):
            batch = document_ids[begin : begin + _BATCH]
            marks = ",".join("?" * len(batch))
            found.update(self._all(f"SELECT id, {column} FROM documents WHERE id IN ({marks})", batch))  # noqa: S608
        return found

    def _all(self, statement: str, values: Sequence[object] = ()) -> list[tuple]:  # type: ignore[type-arg]
        try:
            return self._connection().execute(statement, tuple(values)).fetchall()
        except sqlite3.DatabaseError as error:
            raise DamagedSnapshotError(f"{self._path.name} can't be read: {error}. Run 'qa-service build'.") from error

    def _connection(self) -> sqlite3.Connection:
        opened: _Opened | None = getattr(self._local, "opened", None)
        if opened is None:
            # immutable: no lock files, so a read-only folder will do. Another thread may be the one that closes it.
            uri = f"{self._path.as_uri()}?mode=ro&immutable=1"
            opened = self._local.opened = _Opened(sqlite3.connect(uri, uri=True, check_same_thread=False))
            opened.connection.create_function("folded", 1, _folded, deterministic=True)
        return opened.connection


def _document(row: Sequence[object]) -> Document:
    name, text, title, date, source_url, note, body_start, sections, sha256 = row
    return Document(
        id=str(name),
        text=str(text),
        title=str(title),
        date=_date(date),
        source_url=None if source_url is None else str(source_url),
        note=None if note is None else str(note),
        body_start=int(str(body_start)),
        sections=tuple(Section(**section) for section in json.loads(str(sections))),
        sha256=str(sha256),
    )


def _passage(row: Sequence[object]) -> Passage:
    document_id, number, start, end, text, title, date, section, is_title_block = row
    return Passage(
        document_id=str(document_id),
        number=int(str(number)),
        start=int(str(start)),
        end=int(str(end)),
        text=str(text),
        title=str(title),
        date=_date(date),
        section=None if section is None else str(section),
        is_title_block=bool(is_title_block),
    )


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text.casefold())


def _date(text: object) -> dt.date | None:
    return dt.date.fromisoformat(str(text)) if text else None
