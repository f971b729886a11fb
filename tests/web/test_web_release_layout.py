"""The blocks of a release page, without Flask."""

from hypothesis import given, settings
from hypothesis import strategies as st
from web_fakes import SUMMIT, passages_of

from qa_service.types import Document, Passage, Section
from qa_service.web.release import Block, Highlight, fingerprint, is_outdated, lay_out, parse_highlight


def document_of(text: str, title: str = "Elsewhere", sections: tuple[Section, ...] = ()) -> Document:
    return Document(id="a.txt", text=text, title=title, sections=sections)


def outline(blocks: list[Block]) -> list[tuple[str, str]]:
    """Return each block's tag and text."""
    return [(block.tag, "".join(part.text for run in block.runs for part in run.parts)) for block in blocks]


def marked(blocks: list[Block]) -> tuple[str, str]:
    """Return the text inside the quote, and the text of the answer."""
    parts = [part for block in blocks for run in block.runs for part in run.parts]
    return (
        "".join(part.text for part in parts if part.is_quote),
        "".join(part.text for part in parts if part.is_answer),
    )


def test_paragraphs_are_separated_by_blank_lines_and_keep_their_line_breaks() -> None:
    blocks = lay_out(document_of("One\n  indented\n\n \n\nTwo\n"), [], None)

    assert outline(blocks) == [("p", "One\n  indented"), ("", "\n\n \n\n"), ("p", "Two"), ("", "\n")]


def test_a_title_of_two_lines_is_the_heading_of_the_page() -> None:
    blocks = lay_out(document_of("\nVisit to\nRussia\n\nText", title="Visit to Russia"), [], None)

    assert outline(blocks) == [("", "\n"), ("h1", "Visit to\nRussia"), ("", "\n\n"), ("p", "Text")]


def test_a_dash_in_a_title_may_stand_for_a_line_break_of_the_text() -> None:
    blocks = lay_out(document_of("Visit to Russia\n\nA – summit\nText", title="Visit to Russia – A – summit"), [], None)

    assert outline(blocks) == [("h1", "Visit to Russia\n\nA – summit"), ("", "\n"), ("p", "Text")]


def test_a_title_that_only_begins_the_first_sentence_is_not_a_heading() -> None:
    blocks = lay_out(document_of("Visit to Russia ends.", title="Visit to Russia"), [], None)

    assert outline(blocks) == [("p", "Visit to Russia ends.")]


def test_a_section_heading_in_its_paragraph_becomes_a_heading_below_the_title() -> None:
    text = "Title\nBefore\nResults\nAfter"
    sections = (Section("Title", 1, 0, 13), Section("Results", 2, 13, 21), Section("After", 6, 21, 26))

    blocks = lay_out(document_of(text, title="Title", sections=sections), [], None)

    assert outline(blocks) == [
        ("h1", "Title"), ("", "\n"), ("p", "Before"), ("", "\n"), ("h3", "Results"), ("", "\n"), ("h6", "After"),
    ]  # fmt: skip


def test_a_section_whose_text_does_not_begin_with_its_heading_stays_a_paragraph() -> None:
    blocks = lay_out(document_of("Results of 2024", sections=(Section("Results", 1, 0, 15),)), [], None)

    assert outline(blocks) == [("p", "Results of 2024")]


def test_a_passage_that_begins_inside_a_paragraph_has_its_anchor_there() -> None:
    document = document_of("One. Two. Three.")
    passages = [Passage("a.txt", 1, 0, 5, "One. ", "T"), Passage("a.txt", 2, 5, 16, "Two. Three.", "T")]

    [block] = lay_out(document, passages, None)

    assert [(part.text, part.anchors) for part in block.runs[0].parts] == [("One. ", (1,)), ("Two. Three.", (2,))]


def test_the_answer_is_marked_inside_the_quote() -> None:
    text = SUMMIT.text
    start, end = text.index("The meeting"), text.index(" from 6:40")
    answer_start = text.index("30 minutes")

    blocks = lay_out(SUMMIT, passages_of(SUMMIT), Highlight(start, end, answer_start, answer_start + 10))

    quote = "The meeting took place in a reception room of the Kremlin for approximately 30 minutes"
    assert marked(blocks) == (quote, "30 minutes")


def test_a_quote_over_two_paragraphs_is_marked_in_both() -> None:
    blocks = lay_out(document_of("One.\n\nTwo."), [], Highlight(2, 8, 2, 2))

    assert marked(blocks) == ("e.\n\nTw", "")


def test_a_highlight_is_read_from_an_address() -> None:
    values = {"start": "3", "end": "9", "answer_start": "4", "answer_end": "6"}

    assert parse_highlight(values, "x" * 9) == Highlight(3, 9, 4, 6)


def test_an_answer_outside_its_quote_is_ignored_and_the_quote_kept() -> None:
    values = {"start": "3", "end": "9", "answer_start": "2", "answer_end": "6"}

    assert parse_highlight(values, "x" * 9) == Highlight(3, 9, 3, 3)


def test_a_quote_that_is_not_in_the_text_is_ignored() -> None:
    wrong = [("0", "10"), ("5", "5"), ("6", "5"), ("-1", "5"), ("a", "5"), ("", "5"), ("٣", "5"), ("1" * 5_000, "9")]

    assert [parse_highlight({"start": start, "end": end}, "x" * 9) for start, end in wrong] == [None] * len(wrong)


def test_a_quote_that_says_something_else_by_now_is_ignored() -> None:
    values = {"start": "4", "end": "7", "quote": fingerprint("two")}

    assert parse_highlight(values, "one two") == Highlight(4, 7, 4, 4)
    assert parse_highlight(values, "one six") is None
    assert [is_outdated(values, text) for text in ("one two", "one six", "one")] == [False, True, True]


@settings(deadline=None)
@given(data=st.data())
def test_the_blocks_hold_the_whole_text_once_and_mark_exactly_what_was_asked(data: st.DataObject) -> None:
    text = data.draw(st.text(st.sampled_from("ab. \n\t🌧é<&"), min_size=1, max_size=60))
    n = len(text)
    starts = data.draw(st.lists(st.integers(0, n - 1), unique=True, max_size=5).map(sorted))
    passages = [Passage("a.txt", number, start, n, "", "T") for number, start in enumerate(starts, 1)]
    sections = tuple(
        Section(text[start : start + 3], data.draw(st.integers(1, 8)), start, n)
        for start in data.draw(st.lists(st.integers(0, n - 1), max_size=3))
    )
    document = document_of(text, title=text[: data.draw(st.integers(0, n))], sections=sections)
    start, answer_start, answer_end, end = sorted(data.draw(st.lists(st.integers(0, n), min_size=4, max_size=4)))

    blocks = lay_out(document, passages, Highlight(start, end, answer_start, answer_end))

    assert "".join(words for _, words in outline(blocks)) == text
    assert marked(blocks) == (text[start:end], text[answer_start:answer_end])
    assert [part.anchors[0] for b in blocks for run in b.runs for part in run.parts if part.anchors] == list(
        range(1, len(starts) + 1)
    )
    assert [block.tag for block in blocks].count("h1") <= 1
