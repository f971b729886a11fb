import datetime as dt

from qa_service.loading import load_document
from qa_service.types import Document

BODY = "The minister met his counterpart in Moscow on Monday, and they talked about trade for half an hour."


def release(text: str) -> Document:
    return load_document("release.md", text.encode())


def sections(document: Document) -> list[tuple[int, str, str]]:
    return [(s.level, s.heading, document.text[s.start : s.end]) for s in document.sections]


def test_marks_are_rendered_and_not_shown() -> None:
    text = "He *did* **not** say `no`, [here](https://example.org) ![a map of *Moscow*](map.png)."
    assert release(text).text == "He did not say no, here a map of Moscow."


def test_struck_out_text_is_dropped() -> None:
    assert release("The dam will be ~~85 metres~~ 78 metres high.").text == "The dam will be 78 metres high."


def test_the_first_heading_of_level_one_is_the_title_and_no_section() -> None:
    document = release(f"# Summit *Meeting*\n\nMay 10, 2005\n\n{BODY}\n\n## Trade\n\n{BODY}\n\n### Loans\n\n{BODY}")
    assert document.title == "Summit Meeting"
    assert document.date == dt.date(2005, 5, 10)
    assert document.text[: document.body_start] == "Summit Meeting\n\nMay 10, 2005\n\n"
    assert sections(document) == [(2, "Trade", f"Trade\n\n{BODY}\n\n"), (3, "Loans", f"Loans\n\n{BODY}")]


def test_further_headings_of_level_one_are_sections() -> None:
    document = release(f"# Summit\n\n{BODY}\n\n# Trade\n\n{BODY}")
    assert [(s.level, s.heading) for s in document.sections] == [(1, "Trade")]


def test_a_first_heading_that_is_not_the_stated_title_is_a_section() -> None:
    document = release(f"---\ntitle: Summit\n---\n## Background\n\n{BODY}\n\n## Trade\n\n{BODY}")
    assert document.title == "Summit"
    assert document.body_start == 0
    assert [section.heading for section in document.sections] == ["Background", "Trade"]


def test_underlined_headings_are_headings() -> None:
    document = release(f"Summit\n======\n\n{BODY}\n\nTrade\n-----\n\n{BODY}")
    assert document.title == "Summit"
    assert [section.heading for section in document.sections] == ["Trade"]


def test_a_line_break_of_the_file_is_a_space_and_a_hard_break_a_line_end() -> None:
    assert release("The minister\nmet his  \ncounterpart.").text == "The minister met his\ncounterpart."


def test_list_items_are_lines_of_one_paragraph() -> None:
    assert (
        release("Sent:\n\n1. tents\n   - large\n   - small\n2. mats").text == "Sent:\n\n1. tents\nlarge\nsmall\n2. mats"
    )


def test_table_rows_are_lines_with_bars_between_cells() -> None:
    assert (
        release("| Country | Yen |\n|---|---|\n| Korea | 16.7 **million** |").text
        == "Country | Yen\nKorea | 16.7 million"
    )


def test_code_is_kept_as_it_is() -> None:
    assert release("```\na  *b*\n  c\n```").text == "a  *b*\n  c"


def test_entities_are_decoded_and_escapes_removed() -> None:
    assert release("5 &lt; 6 &amp; 7 \\*stars\\* a < b").text == "5 < 6 & 7 *stars* a < b"


def test_html_in_markdown_is_read_as_html_and_scripts_are_dropped() -> None:
    text = "<div>Raw <b>bold</b></div>\n\nA<script>alert(1)</script>B<br>C\n\n<script>\nalert(2)\n</script>\n\nEnd."
    assert release(text).text == "Raw bold\n\nAB\nC\n\nEnd."


def test_a_tag_that_is_left_open_damages_its_own_paragraph_only() -> None:
    assert release("Before.\n\nUse the <title> element.\n\nAfter.").text == "Before.\n\nUse the\n\nAfter."


def test_a_quotation_is_a_paragraph() -> None:
    assert release("He said:\n\n> We agree.\n\nThey left.").text == "He said:\n\nWe agree.\n\nThey left."
