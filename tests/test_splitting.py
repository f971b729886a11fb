import datetime as dt
import re
import tracemalloc
from itertools import pairwise

from fakes import WordEmbedder, document
from hypothesis import given
from hypothesis import strategies as st

from qa_service.splitting import Splitter, SplitterSettings
from qa_service.types import Document, Passage, Section

COUNT = WordEmbedder().count_tokens  # a token is a word, plus two


def split(doc: Document, *, max_tokens: int = 60, min_words: int = 5) -> list[Passage]:
    return Splitter(COUNT, SplitterSettings(max_tokens, min_words)).split(doc)


def texts(text: str, **settings: int) -> list[str]:
    return [passage.text for passage in split(document(text), **settings)]


def with_sections(text: str, *headings: str) -> Document:
    starts = [text.index(heading) for heading in headings]
    ends = [*starts[1:], len(text)]
    sections = tuple(Section(h, 1, a, b) for h, a, b in zip(headings, starts, ends, strict=True))
    return document(text, sections=sections)


def test_each_paragraph_is_a_passage() -> None:
    assert texts("One two three four five.\n\nSix seven eight nine ten.") == [
        "One two three four five.",
        "Six seven eight nine ten.",
    ]


def test_a_short_paragraph_joins_the_next() -> None:
    assert texts("Dorgan said.\n\nOne two three four five.") == ["Dorgan said.\n\nOne two three four five."]


def test_the_last_short_paragraph_joins_the_one_before() -> None:
    assert texts("One two three four five.\n\nBack to Index") == ["One two three four five.\n\nBack to Index"]


def test_what_follows_a_colon_belongs_to_it() -> None:
    assert texts("They agreed on five further points:\n\nOne two three four five.") == [
        "They agreed on five further points:\n\nOne two three four five."
    ]


def test_short_list_items_join_what_they_belong_to() -> None:
    assert texts("They agreed on five further points.\n\n- trade\n\n- visas\n\nOne two three four five.") == [
        "They agreed on five further points.\n\n- trade\n\n- visas",
        "One two three four five.",
    ]


def test_a_heading_joins_the_paragraph_below_it_and_names_the_section_of_all_below() -> None:
    doc = with_sections(
        "Alpha beta gamma delta epsilon.\n\n1. Trade\n\nOne two three four five.\n\nSix seven eight nine ten.",
        "1. Trade",
    )
    assert [(passage.section, passage.text) for passage in split(doc)] == [
        (None, "Alpha beta gamma delta epsilon."),
        ("1. Trade", "1. Trade\n\nOne two three four five."),
        ("1. Trade", "Six seven eight nine ten."),
    ]


def test_a_short_paragraph_does_not_join_across_a_heading() -> None:
    doc = with_sections("Too short.\n\n1. Trade\n\nOne two three four five.", "1. Trade")
    assert [passage.text for passage in split(doc)] == ["Too short.", "1. Trade\n\nOne two three four five."]


def test_a_short_section_does_not_join_the_one_before() -> None:
    doc = with_sections("One two three four five.\n\n1. Trade\n\nToo short.", "1. Trade")
    assert [passage.text for passage in split(doc)] == ["One two three four five.", "1. Trade\n\nToo short."]


def test_a_short_paragraph_does_not_join_a_part_of_a_long_one() -> None:
    sentences = [f"Sentence {word} has exactly six words." for word in ["one", "two", "three", "four"]]
    assert texts(f"Dorgan said.\n\n{' '.join(sentences)}", max_tokens=24)[0] == "Dorgan said."


def test_the_title_block_is_a_passage_of_its_own() -> None:
    text = "Summit Meeting\n\nMay 10, 2005\n\nThe two met."
    doc = document(text, body_start=text.index("The two"), date=dt.date(2005, 5, 10))
    assert [passage.text for passage in split(doc)] == ["Summit Meeting\n\nMay 10, 2005", "The two met."]


def test_a_long_paragraph_is_cut_at_sentence_ends_into_parts_of_about_equal_length() -> None:
    sentences = [f"Sentence {word} has exactly six words." for word in "one two three four five six".split()]
    assert texts(" ".join(sentences), max_tokens=34) == [" ".join(sentences[:3]), " ".join(sentences[3:])]


def test_a_part_keeps_to_the_limit_though_a_sentence_is_long() -> None:
    parts = texts(f"{'a ' * 7}end. {'B ' * 47}end. {'C ' * 7}end.", max_tokens=55)
    assert max(COUNT(parts)) <= 55


def test_a_sentence_over_the_limit_is_cut_between_words() -> None:
    words = " ".join(f"w{n}" for n in range(100))
    parts = texts(words, max_tokens=40)
    assert " ".join(parts) == words
    assert max(COUNT(parts)) <= 40


def test_text_without_spaces_is_cut_too() -> None:
    parts = texts("日" * 1000, max_tokens=40)
    assert "".join(parts) == "日" * 1000
    assert max(len(part) for part in parts) <= 40 * 12


def test_passages_carry_their_documents_context_and_count_from_one() -> None:
    doc = document("One two three four five.\n\nSix seven eight nine ten.", title="Visit", date=dt.date(2005, 5, 10))
    first, second = split(doc)
    assert (first.number, second.number) == (1, 2)
    assert second.contextual_text == "Visit | May 10, 2005 | Six seven eight nine ten."


def test_context_that_the_passage_holds_is_not_said_twice() -> None:
    text = "Visit of the Minister\n\nMay 10, 2005"
    doc = document(text, title="Visit of the Minister", date=dt.date(2005, 5, 10), body_start=len(text))
    assert split(doc)[0].contextual_text == text


@given(st.text(alphabet="ab \n", max_size=80))
def test_paragraphs_end_where_a_blank_line_begins(text: str) -> None:
    stated = re.finditer(r"\S(?:[^\n]|\n(?!\s*\n))*", text)  # the rule, a character at a time
    assert texts(text, min_words=0, max_tokens=1000) == [match.group().rstrip() for match in stated]


def test_a_paragraph_of_a_million_characters_takes_no_memory_for_each() -> None:
    splitter = Splitter(lambda texts: [1] * len(texts))
    doc = document("word " * 200_000 + "end")
    tracemalloc.start()
    splitter.split(doc)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60_000_000


paragraphs = st.lists(
    st.text(alphabet=st.sampled_from("ab.: -1é日()"), min_size=1, max_size=120), min_size=0, max_size=12
)


@given(paragraphs, st.integers(0, 300), st.integers(12, 60), st.integers(1, 20))
def test_passages_are_slices_that_hold_every_word_exactly_once(
    blocks: list[str], body_start: int, max_tokens: int, min_words: int
) -> None:
    text = "\n\n".join(block.strip() for block in blocks if block.strip())
    cut = text.find("\n\n", min(body_start, len(text)))
    doc = document(text, body_start=0 if cut < 0 else cut)
    passages = split(doc, max_tokens=max_tokens, min_words=min_words)
    assert all(text[passage.start : passage.end] == passage.text for passage in passages)
    assert all(left.end < right.start for left, right in pairwise(passages))  # no word is cut
    assert "".join("".join(passage.text.split()) for passage in passages) == "".join(text.split())
    assert [passage.number for passage in passages] == list(range(1, len(passages) + 1))
