"""BM25 over passages with their context, in a tantivy index inside the snapshot.

A question is analysed as the texts were and its words are searched as plain terms, so that no character of it is query
syntax.
"""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import tantivy

from qa_service.errors import DamagedSnapshotError
from qa_service.indexing.catalog import day_number
from qa_service.language.words import content_words, english_analyzer
from qa_service.types import Filters, Passage, ScoredRow

FOLDER = "lexical"
_ANALYZER = "english"
_LAST_DAY = 99_991_231
_WRITER_BYTES = 64_000_000


def write_lexical(
    folder: Path, passages: Iterable[tuple[int, Passage]], *, base: Path | None = None, removed: Iterable[str] = ()
) -> None:
    """Write a word index into `folder`.

    Args:
        passages: By their rows.
        base: Folder whose passages it holds too, but for those of the releases whose ids are `removed`.
    """
    location = folder / FOLDER
    if base:
        shutil.copytree(base / FOLDER, location, ignore=shutil.ignore_patterns("*.lock"))
    else:
        location.mkdir()
    index = tantivy.Index(_schema(), str(location), reuse=base is not None)
    index.register_tokenizer(_ANALYZER, english_analyzer())
    # one thread: segments, and so scores, come out the same each time
    writer = index.writer(_WRITER_BYTES, num_threads=1)
    for document_id in removed:
        writer.delete_documents_by_term("document_id", document_id)
    for row, passage in passages:
        document = tantivy.Document()
        document.add_integer("row", row)
        document.add_text("text", passage.contextual_text)
        document.add_text("document_id", passage.document_id)
        document.add_integer("day", day_number(passage.date) if passage.date else 0)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


class LexicalIndex:
    """Searches one word index. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        """Open the index in `folder`.

        Raises:
            DamagedSnapshotError: It is missing or tantivy can't read it.
        """
        self._lockable = _lockable(folder / FOLDER)
        try:
            index = tantivy.Index.open(self._lockable.name if self._lockable else str(folder / FOLDER))
            index.register_tokenizer(_ANALYZER, english_analyzer())
            self._searcher = index.searcher()
        except (ValueError, OSError) as error:
            raise DamagedSnapshotError(
                f"{folder.name}/{FOLDER} can't be read: {error}. Run 'qa-service build'."
            ) from error
        self._schema = index.schema

    def search(self, text: str, k: int, filters: Filters) -> list[ScoredRow]:
        """Return up to `k` rows by BM25, best first; equal scores by row."""
        words = dict.fromkeys(content_words(text))
        if not words:
            return []
        terms = [tantivy.Query.term_query(self._schema, "text", word, "freq") for word in words]
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])
        if filters:
            conditions = [
                (tantivy.Occur.Must, tantivy.Query.const_score_query(part, 0.0)) for part in self._conditions(filters)
            ]
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), *conditions])
        found = [
            ScoredRow(int(str(self._searcher.doc(address).get_first("row"))), score)
            for score, address in self._searcher.search(query, k, count=False).hits
        ]
        return sorted(found, key=lambda hit: (-hit.score, hit.row))

    def _conditions(self, filters: Filters) -> list[tantivy.Query]:
        conditions = []
        if filters.date_from or filters.date_to:
            first = day_number(filters.date_from) if filters.date_from else 1
            last = day_number(filters.date_to) if filters.date_to else _LAST_DAY
            conditions.append(tantivy.Query.range_query(self._schema, "day", tantivy.FieldType.Integer, first, last))
        if filters.document_ids is not None:
            conditions.append(tantivy.Query.term_set_query(self._schema, "document_id", list(filters.document_ids)))
        return conditions


def _lockable(location: Path) -> TemporaryDirectory[str] | None:
    """Return a folder of links to `location` when that is read-only: tantivy opens a lock file beside its data."""
    if not location.is_dir() or os.access(location, os.W_OK):
        return None
    folder = TemporaryDirectory(prefix="qa-service-")
    for path in location.resolve().iterdir():
        if path.suffix != ".lock":
            Path(folder.name, path.name).symlink_to(path)
    return folder


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("row", stored=True)
    builder.add_text_field("text", stored=False, tokenizer_name=_ANALYZER, index_option="freq")
    builder.add_text_field("document_id", stored=False, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("day", indexed=True, fast=True)
    return builder.build()
