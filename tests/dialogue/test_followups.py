import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_service.dialogue import Understood, read_dates, understand
from qa_service.types import Turn

HOSTS = [Turn("Who met Sergei Lavrov in Sapporo in October 2008?", "Kenji Aoyama")]
TALKS = [Turn("How long did Aoyama and Lavrov talk in Sapporo in October 2008?", "about 40 minutes")]


def asked(question: str, *turns: tuple[str, str | None]) -> Understood:
    return understand(question, [Turn(*turn) for turn in turns])


@pytest.mark.parametrize(
    ("question", "history", "whole"),
    [
        # persons
        ("Where did he stay?", HOSTS, "Where did Kenji Aoyama stay?"),
        ("What was his proposal?", HOSTS, "What was Kenji Aoyama's proposal?"),
        ("Where did he stay?", [Turn("Who met Putin?", "Ken Oda of Kobe, Japan")], "Where did Ken Oda stay?"),
        # of two, whoever something was done to
        ("Who met him again?", TALKS, "Who met Lavrov again?"),
        # places and times
        ("And who else spoke there?", HOSTS, "who else spoke in Sapporo?"),
        ("Who came that month?", HOSTS, "Who came in October 2008?"),
        ("Who came that year?", HOSTS, "Who came in 2008?"),
        ("Who came that November?", HOSTS, "Who came in November 2008?"),
        # what stands in front is what the pronoun stands for
        ("What about the treaty, when was it signed?", TALKS, "when was the treaty signed?"),
        ("And after the dinner, who spoke?", TALKS, "who spoke after the dinner?"),
        # nothing but another place, time or person
        ("And in Otaru?", TALKS, "How long did Aoyama and Lavrov talk in Otaru in October 2008?"),
        ("What about in 2007?", TALKS, "How long did Aoyama and Lavrov talk in Sapporo in 2007?"),
        ("And back in May?", TALKS, "How long did Aoyama and Lavrov talk in Sapporo in May 2008?"),
        ("What about with Rice?", TALKS, "How long did Aoyama and Rice talk in Sapporo in October 2008?"),
        # nothing but what is asked
        ("Why?", TALKS, "Why did Aoyama and Lavrov talk in Sapporo in October 2008?"),
        ("In which hotel?", TALKS, "In which hotel did Aoyama and Lavrov talk in Sapporo in October 2008?"),
        ("And diesel?", [Turn("How much gasoline does it use a day?", "9")], "How much diesel does it use a day?"),
        ("And the rent?", [Turn("What's the fee?", "90")], "What's the rent?"),
        # corrections and polite words
        ("No, in 2006", TALKS, "How long did Aoyama and Lavrov talk in Sapporo in 2006?"),
        ("Thanks! And where did he stay?", HOSTS, "where did Kenji Aoyama stay?"),
    ],
)
def test_a_follow_up_is_written_out_with_what_it_leans_on(question: str, history: list[Turn], whole: str) -> None:
    understood = understand(question, history)
    assert understood.question == whole
    assert understood.context == history[0].question
    assert understood.answer == history[0].answer


def test_a_woman_and_a_man_are_told_apart_once_they_were_spoken_of() -> None:
    turns = [Turn("Who resigned in May 2008?", "Ann Lee"), Turn("Who succeeded her?", "Bo Day")]
    assert understand("What did he study?", turns).question == "What did Bo Day study?"
    turns.append(Turn("What did he study?", "law"))
    assert understand("Where did she go?", turns).question == "Where did Ann Lee go?"


@pytest.mark.parametrize(
    "question",
    [
        "How much emergency aid did Japan send to Argentina for families in the floods?",
        "Who chaired the Six-Party Talks in Beijing that North Korea left?",
        "What did Obama say in his speech in Cairo about Israel?",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    assert understand(question, TALKS) == Understood(question)


@pytest.mark.parametrize(
    "question",
    [
        "Different subject: who won it?",
        "On another note, who won it?",
        "OK, separately - who won it?",
    ],
)
def test_an_announced_change_of_subject_leans_on_nothing(question: str) -> None:
    assert understand(question, TALKS) == Understood("who won it?")


def test_without_history_a_question_is_left_alone() -> None:
    assert understand("And where?", []) == Understood("And where?")


def test_what_still_points_back_is_shown_with_what_it_leans_on() -> None:
    understood = understand("How many people heard it?", TALKS)
    assert understood.question == "How many people heard it?"
    assert understood.written_out == f"How many people heard it? ({TALKS[0].question})"


def test_what_was_written_out_is_shown_as_a_question_that_can_be_asked_alone() -> None:
    assert understand("And in Otaru?", TALKS).written_out == (
        "How long did Aoyama and Lavrov talk in Otaru in October 2008?"
    )


def test_new_names_are_told_apart_from_those_that_were_said() -> None:
    assert asked("And with Aoyama in Otaru?", ("How long did Aoyama stay?", "a day")).new_names == {"otaru"}


def test_a_short_question_with_a_new_name_only_may_lean_on_the_last() -> None:
    understood = asked("What was Taos County's share?", ("How much did New Mexico get?", "$800"))
    assert not understood.is_certain
    assert understood.new_names == {"taos", "county"}


def test_a_chain_of_follow_ups_reaches_back_to_the_topic() -> None:
    turns = [*TALKS, Turn("Was it warm?", None)]
    assert understand("How many heard it?", turns).context == f"{TALKS[0].question} Was it warm?"


def test_a_new_topic_ends_the_chain() -> None:
    topic = Turn("How many tents did Argentina get from Japan after the flood of the river?", "ten")
    understood = understand("And how much did they cost?", [*TALKS, topic])
    assert understood.context == topic.question


def test_a_conversation_of_long_questions_is_understood_at_once() -> None:
    turns = [Turn("And what about the Minister of A-B'c in May " * 40, "He said X " * 200) for _ in range(20)]
    started = time.monotonic()
    understand("What about him, in that one, " * 60, turns)
    assert time.monotonic() - started < 5  # it takes some 20 ms; a pattern that explodes takes minutes


WORDS = st.sampled_from(
    "And what about he him her it that one there then in at May 2006 first latest Ken Oda's of, ? ' ( * \\ é".split()
)
TYPED = st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=12).map(" ".join))


@given(TYPED, st.lists(st.tuples(TYPED, st.one_of(st.none(), TYPED)), max_size=4))
def test_whatever_is_typed_becomes_a_question(question: str, turns: list[tuple[str, str | None]]) -> None:
    understood = asked(question, *turns)
    assert bool(understood.question.strip()) == bool(question.strip())
    assert (
        understood.question.strip() in understood.written_out or understood.question[:1] != understood.written_out[:1]
    )
    read_dates(question, dt.date(2026, 11, 25))
