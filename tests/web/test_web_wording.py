"""What pages say, in words."""

import dataclasses
import datetime as dt

import pytest
from web_fakes import BRIDGE, INFO, SUMMIT, cite

from qa_service.types import DateOrder, DateUse, UnderstoodDates, Value, ValueKind
from qa_service.web.wording import (
    also_line,
    counted,
    dates_line,
    end_of,
    likelihood,
    long_date,
    snapshot_line,
    value_line,
)


def test_a_day_has_no_leading_zero() -> None:
    assert long_date(dt.date(2024, 12, 4)) == "4 December 2024"


def test_one_release_is_singular_and_thousands_are_grouped() -> None:
    assert [counted(n, "release") for n in (0, 1, 1_842)] == ["0 releases", "1 release", "1,842 releases"]


def test_releases_without_a_date_are_only_counted() -> None:
    assert snapshot_line(dataclasses.replace(INFO, newest=None)) == "3 releases"


@pytest.mark.parametrize(
    ("confidence", "words"),
    [
        (1.0, "Very likely right"),
        (0.9, "Very likely right"),
        (0.89, "Likely right"),
        (0.69, "More likely right than not"),
        (0.49, "Uncertain: check the release"),
    ],
)
def test_a_confidence_is_said_in_words(confidence: float, words: str) -> None:
    assert likelihood(confidence) == words


def test_other_places_of_an_answer_are_counted_by_release() -> None:
    here, there = cite(1, SUMMIT, "Koizumi"), cite(2, BRIDGE, "bridge")

    assert also_line(here, [there, there]) == "Also stated in 1 other release"
    assert also_line(here, [here]) == "Also stated elsewhere in this release"


def test_a_long_text_before_a_quote_is_cut_between_words() -> None:
    shown = end_of("x" * 100 + " " + "word " * 27 + "end")

    assert shown == "… " + "word " * 27 + "end"


def test_a_text_that_is_short_or_has_no_spaces_keeps_its_letters() -> None:
    assert end_of("short") == "short"
    assert end_of("橋" * 200) == "… " + "橋" * 140


@pytest.mark.parametrize(
    ("dates", "line"),
    [
        (UnderstoodDates(("latest",), order=DateOrder.LATEST), "“latest”: newest first"),
        (
            UnderstoodDates(("of May", "first"), dt.date(2005, 5, 1), None, DateOrder.EARLIEST, DateUse.FILTER),
            "“of May”, “first”: only releases from then, oldest first",
        ),
        (UnderstoodDates(("in May",), None, dt.date(2005, 5, 31)), "“in May”: releases from then come first"),
    ],
)
def test_dates_of_a_question_say_what_they_do(dates: UnderstoodDates, line: str) -> None:
    assert dates_line(dates) == line


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (Value(ValueKind.MONEY, "16700000 JPY", "about"), "about 16,700,000 JPY"),
        (Value(ValueKind.PERCENTAGE, "12.55555 %"), "12.55555 %"),
        (Value(ValueKind.NUMBER, "1842"), "1842"),
        (Value(ValueKind.DATE, "2010-11-25"), "25 November 2010"),
        (Value(ValueKind.DATE, "2005-05-30/2005-05-31"), None),
        (Value(ValueKind.DURATION, "PT30M", "about"), None),
    ],
)
def test_a_value_is_shown_where_it_says_more_than_its_words(value: Value, line: str | None) -> None:
    assert value_line(value) == line
