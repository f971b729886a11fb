import pytest

from qa_service.reading.times import is_of_other_time

RELEASE = "Relief for the flood | December 7, 2006\nAid was sent in Nov. after talks that may go on."


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What was sent in 2006?", False),
        ("What was sent in 2004?", True),
        ("What was sent in dec 2006?", False),
        ("What was sent in November?", False),
        ("What was sent in Sept. 2006?", True),
        ("What was sent in December 2004?", True),
        ("What was sent in November 2006?", False),
        ("Was it 2004 or 2006?", False),
        ("What was sent?", False),
        ("How many may apply?", False),
        ("Who will march there?", False),
        ("What was sent in March?", True),
        ("What was sent on March 3?", True),
        ("What was decided at the decisive summit?", False),
        ("How many of the 20061 tents arrived?", False),
    ],
)
def test_a_release_of_another_year_or_month_than_the_question_names(question: str, expected: bool) -> None:
    assert is_of_other_time(question, RELEASE) is expected


def test_a_month_of_one_year_is_not_that_of_another() -> None:
    release = "Fisheries Council, 16-17 December 2019 | December 18, 2019\nCatches for 2020 were set."
    assert is_of_other_time("Who chaired the council in December 2020?", release)
    assert not is_of_other_time("Who chaired the council in December 2019?", release)
    assert not is_of_other_time("Who chaired the council in December?", release)
    assert not is_of_other_time("What was set in 2020?", release)
