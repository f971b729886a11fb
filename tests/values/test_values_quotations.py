import re
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from qa_service.values import quotations as module
from qa_service.values.quotations import quotation_at, quotations


def pieces(text: str) -> list[list[str]]:
    return [[text[start:end] for start, end in quotation] for quotation in quotations(text)]


def test_a_quotation_over_two_paragraphs_has_a_piece_in_each() -> None:
    text = 'He said: "We met.\n\n"We agreed." They left.'
    assert pieces(text) == [['"We met.', '"We agreed."']]
    assert quotation_at(text, text.index("agreed"), text.index("agreed") + 6) == quotations(text)[0]


def test_a_line_end_within_a_paragraph_ends_no_quotation() -> None:
    assert pieces('He said: "We met\nin Moscow." They left.') == [['"We met\nin Moscow."']]


def test_a_mark_that_no_next_paragraph_carries_on_opens_no_quotation() -> None:
    assert pieces('He said "we met.\n\nThey "left" early.') == [['"left"']]


@given(st.text(alphabet='a" \n', max_size=80))
def test_paragraphs_end_where_a_blank_line_begins(text: str) -> None:
    stated = re.finditer(r"[^\n](?:.|\n(?!\s*\n))*", text)  # the rule, a character at a time
    found = module._PARAGRAPH.finditer(text)
    assert [match.span() for match in found] == [match.span() for match in stated]


def test_a_paragraph_of_a_million_characters_takes_no_memory_for_each() -> None:
    text = "word " * 200_000 + '"the end"'
    tracemalloc.start()
    assert pieces(text) == [['"the end"']]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000
