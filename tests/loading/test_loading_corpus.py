import hashlib
import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from qa_service.errors import BuildError, LoadError
from qa_service.loading import LOADERS, LoadedCorpus, Skipped, load_corpus, load_document
from qa_service.types import Document

TEXT = "Summit Meeting\n\nMay 10, 2005\n\nThe two leaders met in the Kremlin for half an hour."


def load(folder: Path) -> LoadedCorpus:
    return load_corpus(folder, max_bytes=10_000)


def ids(corpus: LoadedCorpus) -> list[str]:
    return [document.id for document in corpus.documents]


def reason(corpus: LoadedCorpus) -> str:
    """Return why the only file was skipped."""
    assert corpus.documents == ()
    (skipped,) = corpus.skipped
    return skipped.reason


def test_files_of_all_sub_folders_are_loaded_in_order_of_their_ids(tmp_path: Path) -> None:
    for name in ["b.txt", "2005/10/z.md", "2005/a.html", "A.HTM"]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TEXT)
    assert ids(load(tmp_path)) == ["2005/10/z.md", "2005/a.html", "A.HTM", "b.txt"]


def test_a_document_knows_the_hash_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    assert load(tmp_path).documents[0].sha256 == hashlib.sha256(TEXT.encode()).hexdigest()


def test_an_empty_folder_is_an_empty_corpus(tmp_path: Path) -> None:
    assert load(tmp_path) == LoadedCorpus(documents=(), skipped=())


def test_a_missing_folder_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="does not exist: create it, or name another folder with --documents"):
        load(tmp_path / "missing")


def test_a_file_in_place_of_the_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "documents").write_text(TEXT)
    with pytest.raises(BuildError, match="is not a folder"):
        load(tmp_path / "documents")


@pytest.mark.parametrize(
    "data", [b"", b" \n\t\r\n ", b"\xef\xbb\xbf", "\u200b\u00a0\n".encode(), b"---\ntitle: T\n---\n"]
)
def test_an_empty_or_blank_file_is_skipped(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    assert "it holds no text" in reason(load(tmp_path))


def test_a_binary_file_with_the_name_of_a_text_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "photo.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    assert "its bytes are binary" in reason(load(tmp_path))


def test_a_file_over_the_limit_is_skipped_and_one_at_the_limit_is_not(tmp_path: Path) -> None:
    (tmp_path / "at.txt").write_text("a" * 100)
    (tmp_path / "over.txt").write_text("a" * 101)
    corpus = load_corpus(tmp_path, max_bytes=100)
    assert ids(corpus) == ["at.txt"]
    assert corpus.skipped == (
        Skipped("over.txt", "it is larger than the limit of 100 bytes: split it, or raise the limit"),
    )


def test_another_format_is_skipped_by_name(tmp_path: Path) -> None:
    (tmp_path / "photo.JPG").write_text("x")
    (tmp_path / "notes").write_text("x")
    assert load(tmp_path).skipped == (
        Skipped("notes", f"unsupported format (no suffix): save it as one of {', '.join(LOADERS)}"),
        Skipped("photo.JPG", f"unsupported format .jpg: save it as one of {', '.join(LOADERS)}"),
    )


def test_hidden_files_and_folders_are_no_releases(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "a.txt").write_text(TEXT)
    (tmp_path / ".a.txt").write_text(TEXT)
    assert load(tmp_path) == LoadedCorpus((), ())


def test_two_identical_releases_are_both_loaded(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "b.txt").write_text(TEXT)
    first, second = load(tmp_path).documents
    assert (first.id, second.id) == ("a.txt", "b.txt")
    assert first.text == second.text


def test_a_link_out_of_the_folder_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text(TEXT)
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "a.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "up").symlink_to(tmp_path)
    corpus = load(folder)
    assert corpus.documents == ()
    assert [skipped.document_id for skipped in corpus.skipped] == ["a.txt", "up"]
    assert all("leads out of the documents folder" in skipped.reason for skipped in corpus.skipped)


def test_a_link_inside_the_folder_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "b.txt").symlink_to("a.txt")
    assert ids(load(tmp_path)) == ["a.txt", "b.txt"]


def test_a_link_to_a_folder_above_itself_does_not_go_round_for_ever(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.txt").write_text(TEXT)
    (tmp_path / "sub" / "loop").symlink_to(tmp_path)
    corpus = load(tmp_path)
    assert ids(corpus) == ["sub/a.txt"]
    assert corpus.skipped == (Skipped("sub/loop", "a link to a folder: its files are loaded where they are"),)


def test_a_link_to_nothing_and_one_to_itself_are_skipped(tmp_path: Path) -> None:
    (tmp_path / "dangling.txt").symlink_to("gone.txt")
    (tmp_path / "itself.txt").symlink_to("itself.txt")
    corpus = load(tmp_path)
    assert [skipped.document_id for skipped in corpus.skipped] == ["dangling.txt", "itself.txt"]
    assert corpus.skipped[0].reason == "a link to nothing: remove it, or restore what it led to"


def test_a_folder_named_like_a_text_is_walked(tmp_path: Path) -> None:
    (tmp_path / "x.txt").mkdir()
    (tmp_path / "x.txt" / "a.txt").write_text(TEXT)
    assert ids(load(tmp_path)) == ["x.txt/a.txt"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_skipped_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert reason(load(tmp_path)) == "not a regular file: remove it"


@pytest.mark.parametrize(
    "name", ['it\'s "quoted".txt', "émoji 👩\u200d🚀.txt", "a&b<c>.txt", "100%.txt", "back\\slash.txt"]
)
def test_an_odd_name_is_an_id_like_any_other(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(TEXT)
    assert ids(load(tmp_path)) == [name]


@pytest.mark.parametrize(("name", "shown"), [("a\nb.txt", r"a\nb.txt"), ("a\x1b[31m.txt", r"a\x1b[31m.txt")])
def test_a_name_with_control_characters_is_skipped_and_shown_with_escapes(
    tmp_path: Path, name: str, shown: str
) -> None:
    (tmp_path / name).write_text(TEXT)
    assert load(tmp_path).skipped == (Skipped(shown, "its name holds a control character or is not UTF-8: rename it"),)


def test_a_name_that_is_not_utf8_is_skipped_and_shown_with_escapes(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_text(TEXT)
    (skipped,) = load(tmp_path).skipped
    assert skipped.document_id == r"caf\udce9.txt"
    assert "not UTF-8" in skipped.reason


def test_a_file_that_vanishes_while_the_folder_is_read_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "b.txt").write_text(TEXT)
    corpus = load_corpus(
        tmp_path, max_bytes=10_000, on_progress=lambda *_: (tmp_path / "b.txt").unlink(missing_ok=True)
    )
    assert ids(corpus) == ["a.txt"]
    assert corpus.skipped == (Skipped("b.txt", "it vanished while the folder was read: build again"),)


def test_a_broken_file_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\x00")
    (tmp_path / "b.txt").write_text(TEXT)
    assert ids(load(tmp_path)) == ["b.txt"]


def test_whatever_a_parser_raises_skips_its_file_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def overflow(data: bytes) -> Document:
        raise RecursionError("too deep")

    monkeypatch.setattr("qa_service.loading.corpus.LOADERS", {**LOADERS, ".md": overflow})
    (tmp_path / "a.md").write_text(TEXT)
    (tmp_path / "b.txt").write_text(TEXT)
    corpus = load(tmp_path)
    assert ids(corpus) == ["b.txt"]
    assert corpus.skipped == (
        Skipped("a.md", "it could not be parsed as .md (RecursionError): save it again, or as .txt"),
    )


def test_a_known_file_is_not_parsed_again(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "b.txt").write_text(TEXT + "Corrected.")
    sha256 = hashlib.sha256(TEXT.encode()).hexdigest()
    corpus = load_corpus(tmp_path, max_bytes=10_000, known={"a.txt": sha256, "b.txt": sha256, "gone.txt": sha256})
    assert corpus.unchanged == ("a.txt",)
    assert ids(corpus) == ["b.txt"]


def test_a_folder_that_vanishes_while_it_is_read_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "releases"
    folder.mkdir()
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(TEXT)
    with pytest.raises(BuildError, match="vanished while it was read"):
        load_corpus(folder, max_bytes=10_000, on_progress=lambda *_: shutil.rmtree(folder, ignore_errors=True))


def test_a_file_that_grows_while_it_is_read_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text(TEXT)
    seen: list[int] = []

    def growing(descriptor: int) -> os.stat_result:
        facts = os.stat(descriptor)
        if len(seen) < 2:
            path.write_text(TEXT + f"Line {len(seen)}.\n")
        seen.append(descriptor)
        return facts

    monkeypatch.setattr("qa_service.loading.corpus.os.fstat", growing)
    (document,) = load(tmp_path).documents
    assert document.text.endswith("Line 1.")


def test_a_file_that_keeps_changing_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    sizes = itertools.count()
    monkeypatch.setattr(
        "qa_service.loading.corpus.os.fstat", lambda _: SimpleNamespace(st_mtime_ns=0, st_size=next(sizes))
    )
    (skipped,) = load(tmp_path).skipped
    assert "being written while it was read" in skipped.reason
    assert skipped.is_unreadable


def test_a_folder_that_cannot_be_listed_is_in_every_share_of_a_corpus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sub").mkdir()
    scandir = os.scandir

    def failing(path: Path) -> Iterator[os.DirEntry[str]]:
        if path.name == "sub":
            raise OSError(5, "Input/output error")
        return scandir(path)

    monkeypatch.setattr("qa_service.loading.listing.os.scandir", failing)
    corpus = load_corpus(tmp_path, max_bytes=10_000, takes=lambda _: False)
    reason = "a folder that can't be listed (Input/output error): check its permissions"
    assert corpus.skipped == (Skipped("sub", reason, is_unreadable=True),)


def test_a_link_that_cannot_be_looked_at_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "b.txt").symlink_to("a.txt")

    def failing(path: Path) -> bool:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("qa_service.loading.listing.Path.exists", failing)
    corpus = load(tmp_path)
    assert ids(corpus) == ["a.txt"]
    reason = "it can't be looked at (Input/output error): check its permissions"
    assert corpus.skipped == (Skipped("b.txt", reason, is_unreadable=True),)


def test_progress_counts_every_file_that_may_be_a_release(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "b.txt").write_bytes(b"")
    (tmp_path / "c.jpg").write_bytes(b"")
    seen: list[tuple[int, int]] = []
    load_corpus(tmp_path, max_bytes=10_000, on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]


def test_a_single_document_of_an_unknown_format_is_an_error() -> None:
    with pytest.raises(LoadError, match=r"unsupported format \.jpg"):
        load_document("photo.jpg", b"x")


def test_a_text_in_another_encoding_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("Ministro José – “30 minutes”".encode("cp1252"))
    assert load(tmp_path).documents[0].text == "Ministro José – “30 minutes”"
