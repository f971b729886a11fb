"""Thanks, greetings and words in front of a question."""

import time

import pytest

from qa_service.dialogue import is_small_talk, understand
from qa_service.types import Turn

TALKS = [Turn("How long did Aoyama and Lavrov talk in Sapporo in October 2008?", "about 40 minutes")]
SMALL_TALK = [
    "Thank you very much",
    "thanks a lot",
    "thx",
    "that helps",
    "ok great, thank you so much",
    "perfect",
    "Thanks for the quick answer! Bye!",
    "No, thank you.",
    "Good morning!",
    "hi there",
    "how are you?",
    "Who are you?",
    "Hello, what can you do for me?",
    "Are you sure?",
    "That's all for now.",
    "OK",
    "yes 👍",
    "No!",
    "That's wrong.",
    "no, that is not what I asked for!",
    "lol",
    "...",
    "",
]
ASKS = [
    "why",
    "And then?",
    "sorry?",
    "2024?",
    "日本",
    "help",
    "Great Lakes?",
    "right whales?",
    "No Child Left Behind?",
    "thanks to Lugar?",
    "Good Friday?",
    "That is all the money?",
    "that is not true of Iran?",
    "K Street?",
    "Who are your partners?",
    "What are you doing in Fargo?",
    "Are you sure that it was 2008?",
    "Thanks, and in Otaru?",
    "new topic:",
]


@pytest.mark.parametrize("question", SMALL_TALK)
def test_thanks_greetings_and_a_bare_yes_ask_nothing(question: str) -> None:
    assert is_small_talk(question)


@pytest.mark.parametrize("question", ASKS)
def test_words_that_are_like_thanks_may_ask_something(question: str) -> None:
    assert not is_small_talk(question)


@pytest.mark.parametrize("question", SMALL_TALK)
def test_small_talk_leans_on_nothing_and_is_no_question_to_complete_another_with(question: str) -> None:
    understood = understand(question, TALKS)
    assert (understood.question, understood.context) == (question, None)
    assert understand("And in Otaru?", [*TALKS, Turn(question, None)]) == understand("And in Otaru?", TALKS)
    assert understand("And in Otaru?", [Turn(question, None), *TALKS]) == understand("And in Otaru?", TALKS)


@pytest.mark.parametrize(
    "opening",
    ["Thank you very much! And", "ok great, thank you so much,", "Perfect.", "That helps a lot, thx.", "no thanks,"],
)
def test_thanks_are_taken_off_before_a_follow_up(opening: str) -> None:
    assert understand(f"{opening} in Otaru?", TALKS) == understand("In Otaru?", TALKS)


@pytest.mark.parametrize("question", ["Great Lakes?", "Right whales?", "No Child Left Behind?"])
def test_no_word_is_taken_off_a_name(question: str) -> None:
    assert question in understand(question, [Turn("How much is it?", None)]).question


def test_a_year_that_was_asked_about_is_remembered() -> None:
    turns = [*TALKS, Turn("2007?", "an hour")]
    assert understand("And in Otaru?", turns).question == "How long did Aoyama and Lavrov talk in Otaru in 2007?"


def test_a_turn_of_binding_words_only_is_no_question_to_lean_on() -> None:
    assert understand("And in Otaru?", [*TALKS, Turn("And so, now?", None)]) == understand("And in Otaru?", TALKS)


@pytest.mark.parametrize(
    "words", ["thanks ", "that's ", "no ", "ok great ", "thank you so much ", "! ", "see you ", "so "]
)
def test_much_small_talk_is_read_in_no_time(words: str) -> None:
    started = time.process_time()
    is_small_talk(words * 20_000)
    assert time.process_time() - started < 3  # it takes some 0.3 s; a pattern that tries every split takes minutes


@pytest.mark.parametrize(
    "request_words",
    [
        "Could you please tell me ",
        "I am a journalist working on an article and would be very grateful if you could kindly let me know ",
        "Hello! I'd like to know, ",
        "Do you know ",
        "please explain ",
        "I am writing to ask ",
    ],
)
def test_words_that_only_ask_to_be_told_are_taken_off(request_words: str) -> None:
    asked = "how long Aoyama and Lavrov talked in Sapporo"
    assert understand(request_words + asked, []).question == asked
    assert understand("And in Otaru?", [Turn(request_words + asked, None)]) == understand(
        "And in Otaru?", [Turn(asked, None)]
    )


@pytest.mark.parametrize(
    "question",
    [
        "What did he tell us when he came back?",
        "Did Lugar want to know how much it cost?",
        'Who said "tell me who did this"?',
        "I am writing about the Lakes Summit. Can you tell me who chaired the meeting?",
        "i am writing about the summit of the lakes in geneva, can you tell me who chaired the meeting",
        "I read of a summit. Could you tell me who chaired it?",
        "Could you tell me more?",
        "Could you tell me when?",
        "Tell me about the Climate Act",
    ],
)
def test_words_in_front_that_may_say_of_what_stay(question: str) -> None:
    assert understand(question, []).question == question
