"""What holds for every document of every format, whatever the file."""

import codecs
from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from outcomes import outcome

from qa_service.loading import LOADERS, load_document
from qa_service.loading.canonical import canonical

PIECES = st.sampled_from(
    [
        "Summit Meeting", "1. Trade", "2. Loans", "(Note)", "BACKGROUND", "May 10, 2005", "TOKYO, May 10, 2005 – ",
        "The leaders met.", "- tents", "# Title", "## Section", "---", "title: T", "<h1>T</h1>", "<h2>S</h2>", "<p>",
        "<table><tr><td>a<td>b", "</table>", "<ul><li>x", "</ul>", "<pre> a\n  b", "</pre>", "<article>", "</article>",
        "<form>", "</form>", "<header>", "<script>", "</script>", "<br>", "&nbsp;", "\u0301", "e", "\u200b", "\u2028",
        "\r\n", "\n", "\n\n", "\n\n\n", "  ", "\t", "| a | b |\n|---|---|\n| 1 | 2 |", "```", "> ", "&#x301;", "\u3000",
        "word " * 30, "日本", "Sen.", "“", "”", ":", "(", ",",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.lists(PIECES, max_size=25).map("".join), st.text())


def check(document_id: str, data: bytes) -> None:
    """Load the file: a document must keep what its type promises, and a reason must not hide a parser's crash."""
    document = outcome(document_id, data)
    if isinstance(document, str):
        assert "could not be parsed" not in document
        return
    assert document.text
    assert canonical(document.text) == document.text
    assert 0 <= document.body_start < len(document.text)
    assert document.title
    assert len(document.title) <= 301
    assert "\n" not in document.title
    document.title.encode()
    ends = [document.body_start]
    for section in document.sections:
        assert section.heading
        assert document.text[section.start : section.end].startswith(section.heading)
        assert ends[-1] <= section.start < section.end
        assert len(ends) == 1 or ends[-1] == section.start
        ends.append(section.end)
    assert not document.sections or ends[-1] == len(document.text)


@pytest.mark.parametrize("suffix", LOADERS)
@settings(deadline=None)
@given(text=TEXTS)
def test_offsets_of_every_text_are_right(suffix: str, text: str) -> None:
    check(f"release{suffix}", text.encode(errors="replace"))


@pytest.mark.parametrize("suffix", LOADERS)
@settings(deadline=None)
@given(data=st.binary())
def test_any_bytes_give_a_document_or_a_reason(suffix: str, data: bytes) -> None:
    check(f"release{suffix}", data)


@settings(deadline=None)
@given(
    text=TEXTS,
    mark=st.sampled_from([codecs.BOM_UTF16_LE, codecs.BOM_UTF8, b"<!doctype html><meta charset=gbk>", b"---\n"]),
)
def test_any_bytes_after_a_promise_give_a_document_or_a_reason(text: str, mark: bytes) -> None:
    check("release.html", mark + text.encode(errors="replace"))


@settings(deadline=None)
@given(stem=st.text(alphabet=st.characters(exclude_characters="/\x00"), min_size=1))
def test_any_name_of_a_file_is_fine(stem: str) -> None:
    document_id = f"{stem}.txt"
    if PurePosixPath(document_id).suffix == ".txt":
        assert load_document(document_id, b"Summit Meeting").id == document_id
