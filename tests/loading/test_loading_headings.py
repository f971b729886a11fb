import pytest

from qa_service.loading.headings import ends_sentence, find_headings

BODY = "The two leaders confirmed that preparations for the visit are being made by both governments."


def headings(*paragraphs: str) -> list[str]:
    return [paragraphs[n] for n in find_headings(paragraphs)]


def test_numbered_headings_above_text_are_found() -> None:
    assert headings("1. Japan-Russia relations", BODY, "2. Issue of North Korea", BODY) == [
        "1. Japan-Russia relations",
        "2. Issue of North Korea",
    ]


def test_roman_numerals_and_letters_are_numbers_of_two_levels() -> None:
    paragraphs = ["I. Economy", BODY, "A. Trade", BODY, "B. Loans", BODY, "II. Culture", BODY]
    assert find_headings(paragraphs) == {0: 2, 2: 3, 4: 3, 6: 2}


def test_numbering_may_begin_anew() -> None:
    assert len(headings("1. One", BODY, "2. Two", BODY, "1. One again", BODY, "2. Two again", BODY)) == 4


@pytest.mark.parametrize(
    "paragraphs",
    [
        ("1. Tents", "2. Blankets", "3. Sleeping mats", BODY),
        ("1. The Government decided to send tents.", BODY, "2. It also decided to send mats.", BODY),
        ("(1) President Putin expressed his condolences", BODY, "(2) Trade", BODY),
        ("2. Second without a first", BODY),
        ("1. A first without a second", BODY),
        ("2006 was a good year", BODY, "3.5 million yen", BODY),
        ("1. " + "word " * 20, BODY, "2. " + "word " * 20, BODY),
        ("J. Smith", BODY),
    ],
)
def test_lists_and_numbered_sentences_are_no_headings(paragraphs: tuple[str, ...]) -> None:
    assert headings(*paragraphs) == []


@pytest.mark.parametrize("heading", ["(Note)", "(Reference)", "(Note 1)", "(For reference)"])
def test_an_annotation_in_brackets_is_a_heading(heading: str) -> None:
    assert headings(BODY, heading, BODY) == [heading]


@pytest.mark.parametrize("paragraph", ["(END)", "(Laughter)", "(Provisional translation)", "(R-IN)", "(1)"])
def test_other_words_in_brackets_are_no_heading(paragraph: str) -> None:
    assert headings(BODY, paragraph, BODY) == []


@pytest.mark.parametrize("heading", ["BACKGROUND", "ENERGY AND WATER", "Background:", "Summary of Provisions:"])
def test_capitals_and_a_closing_colon_make_a_heading(heading: str) -> None:
    assert headings(BODY, heading, BODY) == [heading]


@pytest.mark.parametrize(
    "paragraph",
    [
        "Chairman",
        "S-128 U.S. Capitol",
        "Dear Mr. Chairman:",
        "Senator Lugar:",
        "Lugar said:",
        "He issued the following statement:",
        "Sincerely,",
        "- PORT SECURITY",
        "U.S.A.",
        "Washington, D.C. 20510",
    ],
)
def test_parts_of_a_letter_and_names_of_speakers_are_no_headings(paragraph: str) -> None:
    assert headings(BODY, paragraph, BODY) == []


def test_capitals_above_another_short_line_are_no_heading() -> None:
    assert headings(BODY, "SANTA FE", "Two new buses", BODY) == []


def test_the_last_paragraph_is_no_heading() -> None:
    assert headings(BODY, "BACKGROUND") == []


def test_a_sentence_ends_with_its_mark_but_not_with_an_abbreviation() -> None:
    assert ends_sentence("They met.")
    assert ends_sentence('He said, "They met."')
    assert ends_sentence("introduced by Sen.")
    assert not ends_sentence("Visit to the U.S.")
    assert not ends_sentence("Statement by Joseph Biden, Jr.")
    assert not ends_sentence("Summit Meeting")
