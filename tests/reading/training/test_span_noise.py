import random
import re
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from qa_service.reading.training.noise import in_keywords, mistyped


def test_keywords_keep_what_counts_in_its_order() -> None:
    question = "What is the name of the company that Lugar named in 2008?"
    assert in_keywords(question) == "name company lugar named 2008"


def test_a_question_of_few_words_keeps_them_all() -> None:
    assert in_keywords("Who is he?") == "who is he"


def test_a_slip_never_touches_numbers_or_short_words() -> None:
    for seed in range(50):
        assert re.fullmatch(
            r"How many of 12345 (?!officers)\w+\?", mistyped("How many of 12345 officers?", random.Random(seed))
        )


def test_without_a_longer_word_nothing_changes() -> None:
    assert mistyped("Who won it in 2008?", random.Random(0)) == "Who won it in 2008?"


@given(st.text(), st.integers(0, 99))
def test_a_slip_is_one_letter_lost_doubled_or_moved(question: str, seed: int) -> None:
    slipped = mistyped(question, random.Random(seed))
    lost, gained = Counter(question) - Counter(slipped), Counter(slipped) - Counter(question)
    assert lost.total() + gained.total() <= 1
