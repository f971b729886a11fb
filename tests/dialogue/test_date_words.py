import datetime as dt
from pathlib import Path

import pytest

from qa_service.dialogue import read_dates

TODAY = dt.date(2006, 7, 15)
TABLE = [
    line.split("\t")
    for line in Path(__file__).with_name("date_expressions.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def as_row(question: str) -> list[str]:
    found = read_dates(question, TODAY)
    if found is None:
        return [question, *"-----"]
    return [question, " + ".join(found.words)] + [
        str(value or "-") for value in (found.date_from, found.date_to, found.order, found.applied)
    ]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_a_question_gives_the_dates_that_the_table_says(row: list[str]) -> None:
    assert as_row(row[0]) == row


def test_the_table_holds_150_questions_and_none_twice() -> None:
    assert len({question for question, *_ in TABLE}) == len(TABLE) >= 150


def test_two_dates_in_one_question_exclude_no_release() -> None:
    assert as_row("What did the statement of May 2005 say of aid given in 2004?")[2:] == [
        "2004-01-01",
        "2005-05-31",
        "-",
        "preference",
    ]
