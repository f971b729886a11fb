import datetime as dt
from pathlib import Path

import pytest

from qa_service.types import Value, ValueKind
from qa_service.values import value_of

TABLE = [
    tuple(column.strip() for column in line.split(" | "))
    for line in Path(__file__).with_name("typed_values.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
_BOUNDED = ("about", "at least", "more than", "at most", "less than")
_DATE_BOUNDS = ("by", "before", "after", "since", "until", "early", "mid", "late")


def parsed(expected: str) -> Value | None:
    if expected == "-":
        return None
    kind, _, value = expected.partition(" ")
    for bound in (*_BOUNDED, *_DATE_BOUNDS):
        if value.endswith(f" {bound}"):
            return Value(ValueKind(kind), value.removesuffix(f" {bound}"), bound)
    return Value(ValueKind(kind), value)


def test_the_table_is_as_large_as_it_was_promised_to_be() -> None:
    assert len(TABLE) >= 100
    assert sum(expected == "-" for *_, expected in TABLE) >= 40


@pytest.mark.parametrize(("question", "words", "date", "expected"), TABLE, ids=[row[1] for row in TABLE])
def test_words_get_the_value_that_the_table_gives_or_none(question: str, words: str, date: str, expected: str) -> None:
    release_date = dt.date.fromisoformat(date) if date else None

    assert value_of(words, question, release_date) == parsed(expected)


def test_a_dollar_has_no_value_in_a_release_that_counts_in_another_countrys() -> None:
    text = "The grant is 5 million Canadian dollars. Staff cost $300,000 of it."

    assert value_of("$300,000", "How much does staff cost?", None, text) is None
    assert value_of("$300,000", "How much does staff cost?", None) == Value(ValueKind.MONEY, "300000 USD")
