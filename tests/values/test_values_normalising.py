import datetime as dt
from pathlib import Path

import pytest

from qa_service.types import Value, ValueKind
from qa_service.values import Surroundings, value_of

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

    assert value_of("$300,000", "How much does staff cost?", None, Surroundings(text=text)) is None
    assert value_of("$300,000", "How much does staff cost?", None) == Value(ValueKind.MONEY, "300000 USD")


def test_a_reserve_right_before_the_words_is_not_dropped() -> None:
    around = Surroundings(before="roughly ", after=" from Tokyo")

    assert value_of("16.7 million yen", "How much was it?", None, around) == Value(
        ValueKind.MONEY, "16700000 JPY", "about"
    )


def test_over_a_number_of_years_may_be_that_many_or_more() -> None:
    assert value_of("over 25 years", "How long is repayment?", None) is None
    assert value_of("25 years", "How long is repayment?", None, Surroundings(before="repaid over ")) is None
    more = Value(ValueKind.DURATION, "P25Y", "more than")
    assert value_of("for over 25 years", "How long has it run?", None) == more
    assert value_of("over an hour", "How long was it?", None) == Value(ValueKind.DURATION, "PT1H", "more than")


def test_pounds_are_money_only_when_they_are_called_so() -> None:
    assert value_of("20 pounds", "How much did it cost?", None) is None
    assert value_of("20 pounds sterling", "How much did it cost?", None) == Value(ValueKind.MONEY, "20 GBP")
    assert value_of("20 pounds", "How much does it weigh?", None) == Value(ValueKind.QUANTITY, "20 pound")


@pytest.mark.parametrize("words", ["$20 million-plus", "$20 million plus", "20-odd million"])
def test_an_amount_that_may_be_more_has_no_value(words: str) -> None:
    assert value_of(words, "How much was it?", None) is None


def test_words_cut_from_within_a_number_have_no_value() -> None:
    assert value_of("16.7", "How much was it?", None, Surroundings(after=" million yen")) is None
    assert value_of("5", "How much was it?", None, Surroundings(before="cost $")) is None


@pytest.mark.parametrize(
    "words", ["14²", "14² crowns", "10⁶ tonnes", "4 May 2016³", "May 4², 2016", "$14² million", "²"]
)
def test_a_raised_digit_is_no_part_of_a_number(words: str) -> None:
    assert value_of(words, "How much was it?", None) is None


def test_an_hour_without_a_half_of_the_day_is_a_time_only_when_a_time_is_asked_for() -> None:
    assert value_of("10:10", "At what point does he get to the flood?", None) is None
    assert value_of("10:10", "What time did it begin?", None) == Value(ValueKind.TIME, "10:10")


def test_a_place_is_one_whichever_way_it_is_asked_for() -> None:
    assert value_of("in Laos", "In which country does he live?", None) == Value(ValueKind.PLACE, "Laos")
    assert value_of("Laos", "Which country is it?", None) == Value(ValueKind.PLACE, "Laos")


def test_a_name_is_no_amount_or_date() -> None:
    assert value_of("May 9, 2005", "What is the name of the ship?", None) is None


def test_an_age_above_130_has_no_value() -> None:
    assert value_of("1971", "How old is Arel?", None) is None
    assert value_of("130", "How old was she?", None) == Value(ValueKind.NUMBER, "130")


@pytest.mark.parametrize(
    "words", ["Foreign Minister", "Deputy Prime Minister", "Defense Secretary", "State Secretary", "Mr. President"]
)
def test_an_office_is_no_person(words: str) -> None:
    around = Surroundings(text=f"{words} Ada Low said so. {words} said so. Senator {words} left.")

    assert value_of(words, "Who is Ada Low?", None, around) is None


@pytest.mark.parametrize(
    ("words", "text", "name"),
    [
        ("Norsk Kabel", "The contract went to Norsk Kabel. Norsk Kabel said so.", None),
        ("Porto Melis", "They met in Porto Melis, the capital.", None),
        ("Ada Low", "The report of Ada Low is long.", None),
        ("Ada Low", "Senator Ada Low came. The report of Ada Low is long.", "Ada Low"),
        ("Ada Low", "The report is by Ada Low. Mr. Low came.", "Ada Low"),
        ("Ada Low", "Ada Low, who wrote it, came.", "Ada Low"),
        ("Ada Low", "Ada Low (D-ND) came.", "Ada Low"),
        ("Ada Low", "Ada Low, 27, came.", "Ada Low"),
        ("Ada Low", "It is by Ada Low, Specialist in Trade at the library.", "Ada Low"),
        ("Ada Low", "It was given to Ada Low, the 27-year old founder of the plant.", "Ada Low"),
        ("Ada Low", "It was given to the farmer Ada Low.", "Ada Low"),
        ("Ada Low", "They thanked the attaché, Ada Low, for it.", "Ada Low"),
        ("Ada Low", "The head of the service in Minot, Ada Low, did it.", "Ada Low"),
        ("Ada Low", "The prize went to Ada Low. Low was honoured for her work.", "Ada Low"),
        ("Norsk Kabel", "The prize went to Norsk Kabel. Kabel was honoured for its work.", None),
        ("Norsk Kabel", "Among them are the director, Norsk Kabel and others.", None),
        ("EPA Administrator Ada Low", "EPA Administrator Ada Low came.", "Ada Low"),
        ("Majority Leader Low", "Majority Leader Low came.", None),
        ("Ada M. Low", "It was given to Ada M. Low.", "Ada M. Low"),
        ("Ada Low, Jr.", "It was given to Ada Low, Jr.", "Ada Low, Jr."),
        ("Mr. Ada Low", "It was given to Mr. Ada Low.", "Ada Low"),
    ],
)
def test_a_name_without_a_title_is_a_persons_only_where_the_release_says_so(
    words: str, text: str, name: str | None
) -> None:
    value = value_of(words, "Who was it?", None, Surroundings(text=text))

    assert value == (Value(ValueKind.PERSON, name) if name else None)


@pytest.mark.parametrize(
    "words", ["10 ſeconds", "ſeven million dollars", "ſeptember 3, 2005", "sıx days", "5 \N{KELVIN SIGN}m"]
)
def test_letters_that_only_look_like_those_of_a_unit_give_no_value(words: str) -> None:
    for question in ("How long was it?", "How much was it?", "When was it?", "What was it?"):
        assert value_of(words, question, dt.date(2005, 5, 5)) is None
