import datetime as dt

import pytest

from qa_service.loading.dates import (
    closing_date,
    date_line,
    dateline_date,
    file_name_date,
    is_other_date_line,
    stamp_date,
    stated_date,
)

MAY_10 = dt.date(2005, 5, 10)


@pytest.mark.parametrize(
    "line",
    [
        "May 10, 2005",
        "MAY 10, 2005",
        "May 10 2005.",
        "10 May 2005",
        "10th of May, 2005",
        "10th May 2005",
        "the 10th of May, 2005",
        "The 10th of May 2005",
        "London, the 10th of May, 2005",
        "Tuesday the 10th of May, 2005",
        "Tuesday, May 10, 2005",
        "May 10, 2005 (Tue)",
        "(May 10, 2005)",
        "Tuesday 10 May 2005, 6:40 pm",
        "2005-05-10",
        "2005/5/10",
        "2005年5月10日",
        "2005 May 10",
        "10-May-2005",
        "Posted On: 10 MAY 2005 4:45PM by PIB Delhi",
        "Press release 10 May 2005 Brussels 2 min read",
        "Press Release: 10 May 2005 | English | Français",
        "Tokyo, May 10, 2005",
        "Washington, D.C. (May 10, 2005)",
        "May 10, 2005 - Moscow",
        "Date: May 10, 2005",
        "FOR IMMEDIATE RELEASE: May 10, 2005",
        "Posted on May 10, 2005 at 3:15 p.m. EST",
        "Posted on Tuesday, May 10, 2005",
        "The Hague, 10 May 2005",
        "THE HAGUE, Tuesday, 10 May 2005",
        "Tokyo, Tuesday May 10, 2005",
        "Washington, Tuesday 10 May 2005",
        "Rio de Janeiro, May 10, 2005",
        "Port of Spain, Trinidad and Tobago, May 10, 2005",
        "Kinshasa, Democratic Republic of the Congo, 10 May 2005",
        "Sharm el-Sheikh, 10 May 2005",
        "Press release No. 45 of 10 May 2005",
        "Press Release No. 45/2005, 10 May 2005",
        "Vol. 3, No. 4 | May 10, 2005",
        "2005年5月10日(火)",
        "2005年5月10日（火曜日）",
        "Published: May 10, 2005 | Last updated: May 12, 2024",
        "Updated on Sunday, May 12, 2024; posted May 10, 2005",
        "May 10, 2005 (updated 2024-05-12)",
        "May 10, 2005, effective June 1, 2005",
    ],
)
def test_a_line_that_says_when_is_a_date_line(line: str) -> None:
    assert date_line(line) == MAY_10


@pytest.mark.parametrize(
    "line",
    [
        "May",
        "Monday",
        "May 2005",
        "2005",
        "30",
        "May 10",
        "February 30, 2005",
        "May 102005",
        "May 10, 1805",
        "Remembering May 10, 2005",
        "Published May 10, 2005, the report tells it all.",
        "Report released in May 10, 2005 Boxes",
        "Events of May 10, 2005 in Tokyo and what they mean",
        "Japan-Russia Summit Meeting (May 10, 2005)",
        "May 10, 2005 " + "x" * 200,
        "Deadline: May 10, 2005",
        "Deadline for Applications: Tuesday, May 10, 2005",
        "Last Updated: May 10, 2005",
        "Last modified on 2005-05-10",
        "Comments Due, May 10, 2005",
        "Hearing on Dams, May 10, 2005",
        "May 10, 2005 - Hearing",
        "When: Tuesday, May 10, 2005",
        "WHEN Tuesday, May 10, 2005",
        "Declaration Date: May 10, 2005",
        "Tokyo: May 10, 2005",
        "Tokyo Tuesday May 10, 2005",
        "The War, May 10, 2005",
        "Anniversary of Liberation, May 10, 2005",
        "Words and Deeds, May 10, 2005",
        "Updated Rules on Barley (May 10, 2005)",
        "MINISTER ANNOUNCES THE RELEASE OF FUNDS TO TOWNS, May 10, 2005",
    ],
)
def test_a_line_without_a_complete_date_or_with_more_words_is_no_date_line(line: str) -> None:
    assert date_line(line) is None


@pytest.mark.parametrize(
    ("line", "date"),
    [("17.07.2006", dt.date(2006, 7, 17)), ("07/17/2006", dt.date(2006, 7, 17)), ("5/5/2005", dt.date(2005, 5, 5))],
)
def test_a_date_in_figures_that_can_only_be_one_day_counts(line: str, date: dt.date) -> None:
    assert date_line(line) == date


def test_a_date_in_figures_that_could_be_two_days_does_not_count() -> None:
    assert date_line("10/5/2005") is None
    assert date_line("03/04/2022") is None


@pytest.mark.parametrize(
    "paragraph",
    [
        "WASHINGTON, May 10, 2005 – The Senate passed the bill.",
        "TOKYO, 10 May 2005 — The minister said",
        "WASHINGTON -- May 10, 2005 -- The Senate",
        "Washington, D.C. (May 10, 2005) - Senator Lugar",
        "(Washington, DC) May 10, 2005 - Senator Lugar",
        "WASHINGTON (May 10, 2005) Senator Lugar said",
        "NEW YORK, May 10, 2005 /PRNewswire/ -- A company",
        "May 10, 2005: The minister said",
        "LONDON, 10th May 2005 – The minister said",
        "LONDON, the 10th of May, 2005 – The minister said",
        "The Hague, 10 May 2005 – The court",
        "Rio de Janeiro, May 10, 2005 – The minister",
        "Port of Spain, May 10, 2005 – The minister",
        "ALDERSUND, Tuesday May 10, 2005 – The fair",
        "(ALDERSUND, May 10, 2005) The fair",
        "[ALDERSUND, May 10, 2005, 9 a.m.] The fair",
        "ALDERSUND, May 10, 2005, 9 a.m. – The fair",
        "ALDERSUND, May 10, 2005 (Tuesday), 14:30 CET – The fair",
        "ALDERSUND, May 10, 2005. The fair",
        "ALDERSUND, May 10, 2005 (updated May 12, 2005) – The fair",
        "ALDERSUND, May 10, 2005 – The deadline is due, said the hearing officer",
    ],
)
def test_a_dateline_that_begins_a_paragraph_gives_the_date(paragraph: str) -> None:
    assert dateline_date(paragraph) == MAY_10


@pytest.mark.parametrize(
    "paragraph",
    [
        "On May 10, 2005, Prime Minister Koizumi met President Putin.",
        "The agreement of May 10, 2005 - the first of its kind - was signed.",
        "The agreement of the 10th of May, 2005 - the first of its kind - was signed.",
        "On the 10th of May, 2005, the minister met the president.",
        "May 10, 2005 was a fine day.",
        "WASHINGTON, May 10 (Reuters) - The Senate",
        "WASHINGTON -- For the seventh year the Senate",
        "x " * 100 + "WASHINGTON, May 10, 2005 – The Senate",
        "Updated May 10, 2005 – The Senate",
        "Deadline: May 10, 2005 – The fair",
        "Effective Tuesday, May 10, 2005 – The levy rises",
        "(The agreement of May 10, 2005) The fair",
        "Tokyo: May 10, 2005 – The fair",
    ],
)
def test_a_date_in_a_sentence_is_no_dateline(paragraph: str) -> None:
    assert dateline_date(paragraph) is None


@pytest.mark.parametrize(
    "line",
    [
        "Last Updated: May 12, 2024",
        "Page last modified on Sunday, 12 May 2024, 3 p.m.",
        "(Revised 2024-05-12)",
        "Deadline: June 30, 2006",
        "Due date: June 30, 2006",
        "Effective June 30, 2006",
        "EXPIRES: June 30, 2006",
    ],
)
def test_a_line_that_says_when_of_something_else_is_told(line: str) -> None:
    assert is_other_date_line(line)


@pytest.mark.parametrize(
    "line", ["May 10, 2005", "Hearing on Dams, June 30, 2006", "Updated Rules on Barley (May 10, 2005)", "Deadline", ""]
)
def test_other_lines_with_such_a_word_are_not(line: str) -> None:
    assert not is_other_date_line(line)


def test_a_stamp_gives_its_date_and_not_that_of_a_change() -> None:
    assert stamp_date("Embargoed until Tuesday, May 10, 2005") == MAY_10
    assert stamp_date("(Provisional translation of May 10, 2005, revised May 12, 2005)") == MAY_10
    assert stamp_date("(Provisional translation, last updated May 12, 2005)") is None


def test_a_date_in_brackets_that_ends_a_title_is_found() -> None:
    assert closing_date("Press Conference by the Minister (Tuesday, May 10, 2005)") == MAY_10
    assert closing_date("Remembering September 11, 2001") is None


@pytest.mark.parametrize("value", ["2005-05-10", "2005-05-10T23:30:00Z", "20050510", "Tue, 10 May 2005 10:00:00 GMT"])
def test_a_metadata_field_gives_its_date(value: str) -> None:
    assert stated_date(value) == MAY_10


@pytest.mark.parametrize("value", ["", "soon", "12", "2005-13-40", "0000-00-00", "\x00" * 500, "9" * 500])
def test_a_metadata_field_without_a_date_gives_none(value: str) -> None:
    assert stated_date(value) is None


@pytest.mark.parametrize("stem", ["2005-05-10-summit", "2005_05_10", "20050510_summit", "2005.05.10 summit"])
def test_a_date_that_begins_a_file_name_counts(stem: str) -> None:
    assert file_name_date(stem) == MAY_10


@pytest.mark.parametrize("stem", ["summit-2005-05-10", "200505101", "0830", "2005-05", "12-2005-05-10"])
def test_other_figures_in_a_file_name_are_no_date(stem: str) -> None:
    assert file_name_date(stem) is None


def test_an_old_s_in_a_month_is_an_s() -> None:
    assert stated_date("5 ſeptember 2005") == dt.date(2005, 9, 5)
