import datetime as dt
import gc
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fakes import document

from qa_service.errors import DamagedSnapshotError
from qa_service.indexing.catalog import FILE_NAME, Catalog, write_catalog
from qa_service.types import Document, Passage, Section

TEXT = "Title 日本 🎉\n\n1. Heading\n\nThe words after an emoji keep their offsets."


@pytest.fixture
def doc() -> Document:
    return document(
        TEXT,
        title="Title 100%",
        date=dt.date(2005, 5, 10),
        source_url="https://example.org/a",
        note="Restated",
        body_start=12,
        sections=(Section("1. Heading", 1, 12, len(TEXT)),),
    )


@pytest.fixture
def catalog(tmp_path: Path, doc: Document) -> Catalog:
    start = TEXT.index("The words")
    passages = [
        Passage("a.txt", 1, 0, 10, TEXT[:10], doc.title, doc.date),
        Passage("a.txt", 2, start, len(TEXT), TEXT[start:], doc.title, doc.date, "1. Heading"),
    ]
    other = document("Other text", document_id="b.txt", title="Undated 100")
    write_catalog(
        tmp_path, [(doc, passages), (other, [Passage("b.txt", 1, 0, 10, "Other text", other.title)])], ["x", "y", "z"]
    )
    return Catalog(tmp_path)


def test_a_document_comes_back_as_it_was_written(catalog: Catalog, doc: Document) -> None:
    assert catalog.document("a.txt") == doc


def test_an_unknown_document_is_none(catalog: Catalog) -> None:
    assert catalog.document("../a.txt") is None


def test_it_names_all_its_documents(catalog: Catalog) -> None:
    assert catalog.document_ids() == {"a.txt", "b.txt"}


def test_passages_come_in_the_order_of_the_rows_asked_for(catalog: Catalog) -> None:
    assert [(p.document_id, p.number) for p in catalog.passages([2, 1, 0])] == [
        ("b.txt", 1),
        ("a.txt", 2),
        ("a.txt", 1),
    ]


def test_passages_are_slices_of_the_text_beyond_the_basic_plane(catalog: Catalog) -> None:
    assert catalog.passages_of("a.txt")[1].text == "The words after an emoji keep their offsets."
    assert catalog.passages_of("a.txt")[1].section == "1. Heading"


def test_releases_are_listed_newest_first_and_undated_last(catalog: Catalog) -> None:
    listed, total = catalog.list_documents()
    assert ([summary.id for summary in listed], total) == (["a.txt", "b.txt"], 2)


def test_words_of_a_title_are_searched_literally(catalog: Catalog) -> None:
    assert [summary.id for summary in catalog.list_documents(words="100%")[0]] == ["a.txt"]
    assert [summary.id for summary in catalog.list_documents(words="100 TITLE")[0]] == ["a.txt"]
    assert catalog.list_documents(words="_")[1] == 0


def test_a_page_of_the_list_keeps_the_total(catalog: Catalog) -> None:
    listed, total = catalog.list_documents(offset=1, limit=1)
    assert ([summary.id for summary in listed], total) == (["b.txt"], 2)


def test_dates_bound_the_list(catalog: Catalog) -> None:
    assert catalog.list_documents(date_from=dt.date(2005, 5, 11))[1] == 0
    assert [s.id for s in catalog.list_documents(date_to=dt.date(2005, 5, 10))[0]] == ["a.txt"]


def test_it_reads_from_many_threads(catalog: Catalog) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda row: catalog.passages([row % 3])[0].document_id, range(60)))
    assert found == ["a.txt", "a.txt", "b.txt"] * 20


def test_a_catalog_that_nobody_needs_any_more_keeps_no_file_open(tmp_path: Path, catalog: Catalog) -> None:
    with ThreadPoolExecutor(1) as pool:
        replaced = Catalog(tmp_path)
        connections = [replaced._connection(), pool.submit(replaced._connection).result()]
        gc.disable()
        try:
            del replaced
            for connection in connections:
                with pytest.raises(sqlite3.ProgrammingError, match="closed"):
                    connection.execute("SELECT 1")
        finally:
            gc.enable()


def test_a_file_that_is_no_database_is_a_damaged_snapshot(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"not a database" * 100)
    with pytest.raises(DamagedSnapshotError, match=FILE_NAME):
        Catalog(tmp_path).document("a.txt")
