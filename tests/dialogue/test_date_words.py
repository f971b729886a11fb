import datetime as dt
import subprocess
import sys
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


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_capital_letters_change_no_date(row: list[str]) -> None:
    for typed in (row[0].upper(), row[0].title()):
        found = as_row(typed)
        assert found[2:4] == row[2:4]
        assert (found[5] == "filter") == (row[5] == "filter")


def test_a_span_is_read_however_it_is_written() -> None:
    assert as_row("WHAT AID WAS GIVEN IN THE LAST 30 DAYS?")[1:4] == ["IN THE LAST 30 DAYS", "2006-06-15", "2006-07-15"]
    assert as_row("What happened In The last 3 weeks?")[1:4] == ["In The last 3 weeks", "2006-06-24", "2006-07-15"]
    assert as_row("What happened SİX days ago?")[1:4] == ["SİX days ago", "2006-07-09", "2006-07-09"]


def test_months_are_english_whatever_the_locale() -> None:
    script = (
        "import calendar, datetime; calendar.month_name = ['', *'abcdefghijkl']\n"
        "from qa_service.dialogue import read_dates\n"
        "print(read_dates('in May 2005', datetime.date(2006, 7, 15)).date_from)"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "2005-05-01\n"


def test_the_table_holds_150_questions_and_none_twice() -> None:
    assert len({question for question, *_ in TABLE}) == len(TABLE) >= 150


def test_two_dates_in_one_question_exclude_no_release() -> None:
    assert as_row("What did the statement of May 2005 say of aid given in 2004?")[2:] == [
        "2004-01-01",
        "2005-05-31",
        "-",
        "preference",
    ]
