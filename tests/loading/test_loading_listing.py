import os
from pathlib import Path

import pytest

from qa_service.errors import BuildError
from qa_service.loading import load_corpus

TEXT = "Summit Meeting\n\nMay 10, 2005\n\nThe two leaders met in the Kremlin for half an hour."


def test_a_name_of_255_bytes_in_a_deep_folder_is_an_id_like_any_other(tmp_path: Path) -> None:
    name = "é" * 125 + "a.txt"
    assert len(os.fsencode(name)) == 255
    folder = tmp_path.joinpath(*["d" * 50] * 20)
    folder.mkdir(parents=True)
    (folder / name).write_text(TEXT)
    (document,) = load_corpus(tmp_path, max_bytes=1000).documents
    assert document.id == f"{'/'.join(['d' * 50] * 20)}/{name}"
    assert document.title == "Summit Meeting"


def test_of_a_line_of_200_mb_no_more_than_the_limit_is_read(tmp_path: Path) -> None:
    with (tmp_path / "a.txt").open("wb") as file:
        file.truncate(200_000_000)
    corpus = load_corpus(tmp_path, max_bytes=1000)
    assert corpus.documents == ()
    assert "larger than the limit of 1,000 bytes" in corpus.skipped[0].reason


def test_every_format_is_found_whatever_the_case_of_its_suffix(tmp_path: Path) -> None:
    for name in ("a.PDF", "b.DOCX", "c.Docx"):
        (tmp_path / name).write_text("x")
    corpus = load_corpus(tmp_path, max_bytes=1000)
    assert [(skipped.document_id, skipped.reason.split(" ")[-1]) for skipped in corpus.skipped] == [
        ("a.PDF", ".txt"),
        ("b.DOCX", ".txt"),
        ("c.Docx", ".txt"),
    ]
    assert not any("unsupported" in skipped.reason for skipped in corpus.skipped)


def test_an_index_in_the_folder_is_passed_over(tmp_path: Path) -> None:
    for name in ("a.txt", "index/CURRENT", "index/feedback.txt", "2005/index/b.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(TEXT)
    corpus = load_corpus(tmp_path, max_bytes=1000, index=tmp_path / "index")
    assert [document.id for document in corpus.documents] == ["2005/index/b.txt", "a.txt"]
    assert corpus.skipped == ()


def test_a_folder_that_is_the_index_too_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="is the index folder, too"):
        load_corpus(tmp_path, max_bytes=1000, index=tmp_path / ".")
