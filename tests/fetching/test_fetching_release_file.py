import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_service.fetching.release_file import file_stem, render
from qa_service.loading import load_document
from qa_service.loading.canonical import canonical, one_line
from qa_service.loading.extracted import Block
from qa_service.loading.paragraphs import PARAGRAPH_BREAK, to_paragraphs

DAY = dt.date(2005, 5, 10)
ADDRESS = "https://site.example/1?a=b&c=d"


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("Japan-Russia Summit: “Talks”", "2005-05-10-japan-russia-summit-talks"),
        ("../../etc/passwd", "2005-05-10-etc-passwd"),
        ("..\\..\\windows", "2005-05-10-windows"),
        ("two\nlines\x00\x1b[31m", "2005-05-10-two-lines-31m"),
        ("🎉🎉", "2005-05-10-release"),
        ("", "2005-05-10-release"),
        (".hidden", "2005-05-10-hidden"),
        ("日露首脳会談", "2005-05-10-日露首脳会談"),
        ("a" * 300, "2005-05-10-" + "a" * 120),
        ("word " * 60, "2005-05-10-" + "-".join(["word"] * 24)),
        ("日" * 300, "2005-05-10-" + "日" * 40),
        ("a\u202eb CON", "2005-05-10-a-b-con"),
    ],
)
def test_a_files_name_is_date_and_title_in_harmless_characters(title: str, stem: str) -> None:
    assert file_stem(title, DAY) == stem


def test_without_a_date_the_files_name_gives_none() -> None:
    assert file_stem("2004-01-01 News", None) == "undated-2004-01-01-news"


@given(st.text())
def test_a_files_name_is_one_visible_name_that_every_file_system_takes(title: str) -> None:
    stem = file_stem(title, DAY)
    assert len(stem.encode()) < 200
    assert all(character.isalnum() or character == "-" for character in stem)


def test_the_file_can_be_read_by_people() -> None:
    blocks = [Block("They met.\nTwice."), Block("Trade & more", level=2), Block("1 < 2.")]
    assert render("Summit: Talks", DAY, ADDRESS, blocks).decode() == (
        "---\ntitle: 'Summit: Talks'\ndate: '2005-05-10'\nsource_url: https://site.example/1?a=b&c=d\n---\n\n"
        "<h1>Summit: Talks</h1>\n\n<p>They met.<br>\nTwice.</p>\n\n<h2>Trade &amp; more</h2>\n\n<p>1 &lt; 2.</p>\n"
    )


def test_a_title_that_the_words_begin_with_is_not_said_twice() -> None:
    assert load_document("a.md", render("Summit", DAY, None, [Block("Summit"), Block("They met.")])).text == (
        "Summit\n\nThey met."
    )
    headed = [Block("Tokyo, May 10"), Block("The Summit", level=1), Block("They met.")]
    assert load_document("a.md", render("Summit", DAY, None, headed)).text == "Tokyo, May 10\n\nThe Summit\n\nThey met."


@pytest.mark.parametrize(
    "title",
    ["null", "- a", "a: b", "# a", "'a", "[a]", "&a *a", "---", "a | Press Office", "🎉", "x" * 300, "12", "true"],
)
def test_any_title_is_read_back_and_stated(title: str) -> None:
    document = load_document("a.md", render(title, DAY, ADDRESS, [Block("They met in the Kremlin for an hour.")]))
    assert (document.title, document.date, document.source_url) == (title, DAY, ADDRESS)


def test_a_release_of_which_nothing_is_stated_is_read_back() -> None:
    document = load_document("a.md", render("", None, None, [Block("They met in the Kremlin for an hour.")]))
    assert (document.text, document.date, document.source_url) == ("They met in the Kremlin for an hour.", None, None)


def test_an_indented_first_line_is_read_back_as_it_is() -> None:
    text = "   OTTAWA  <urgent>\n      They met in the Kremlin."
    assert load_document("a.md", render("", None, None, [Block(text)])).text == text


PIECES = st.text(st.sampled_from("aB1 \n.<>&*_#-`|\\[]()'\"!~\u00a0é日\u0301🎉=+") | st.characters(), max_size=60)
BLOCKS = st.lists(st.builds(Block, PIECES, st.integers(0, 6)), min_size=1, max_size=5)


@settings(max_examples=200, deadline=None)
@given(BLOCKS, PIECES)
def test_any_text_is_read_back_with_the_same_paragraphs(blocks: list[Block], title: str) -> None:
    blocks = [Block(block.text.replace("\t", " "), block.level) for block in blocks]
    wanted = PARAGRAPH_BREAK.join(paragraph.text for paragraph in to_paragraphs(blocks))
    title = one_line(title)
    if not wanted:
        return
    text = load_document("a.md", render(title, DAY, ADDRESS, blocks)).text
    assert text in {wanted, PARAGRAPH_BREAK.join((title, wanted))}
    assert canonical(text) == text
