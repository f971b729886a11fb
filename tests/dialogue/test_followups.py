import pytest

from qa_service.dialogue import stand_alone
from qa_service.types import Turn

FIRST = "When did Koizumi meet Putin?"
HISTORY = [Turn(FIRST, "May 9")]


@pytest.mark.parametrize(
    "question",
    [
        "How long did they talk?",
        "And where?",
        "What about Germany?",
        "How much was that?",
        "Why?",
        "Which one was longer?",
    ],
)
def test_a_question_that_leans_on_the_last_is_asked_with_it(question: str) -> None:
    assert stand_alone(question, HISTORY) == f"{FIRST} {question}"


@pytest.mark.parametrize(
    "question",
    [
        "How much aid did Japan send to Argentina?",
        "Different subject: what did the House put on the dollar coin?",
        "Who chaired the Six-Party Talks in Beijing?",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    assert stand_alone(question, HISTORY) == question


def test_without_history_a_question_is_left_alone() -> None:
    assert stand_alone("And where?", []) == "And where?"


def test_a_chain_of_follow_ups_reaches_back_to_the_topic() -> None:
    history = [*HISTORY, Turn("Where was it?", None)]
    assert stand_alone("How long did it take?", history) == f"{FIRST} Where was it? How long did it take?"
