"""What the rules are given is anybody's text: none may take long over what repeats."""

import datetime as dt
import time

import pytest

from qa_service.answer_types import AnswerType, expected_type, is_of_type
from qa_service.values import Surroundings, items_of, polarity_of, speaker_of, value_of

STATES = "AL, AK, AZ, AR, CA, CO, CT, DE, FL, GA, HI, ID, IL, IN, IA, KS, KY, LA, ME, MD, "
TOKENS = [
    STATES, "Foo, III, ", "A, ", "A & ", "the A ", "Ministry of Aa ", "Aa and ", "(", '"', "“a ", "1,", "1 ",
    "one hundred ", "$1 million ", "May 5, ", "not ", "no ", "he said ", '," said Aa. "', "Mr. Aa Bb, ", "- a\n",
    "1. a\n", "half a ", "to a ",
]  # fmt: skip
LENGTH = 50_000
SENTENCE = (20_000, 22_000)  # no passage is longer
MOST_S = 5.0  # a busy machine's; a fraction of a second elsewhere


@pytest.mark.parametrize("token", TOKENS)
def test_no_rule_takes_long_over_a_text_that_repeats(token: str) -> None:
    text = (token * LENGTH)[:LENGTH]
    question = f"Which states did {token * 50} say are named?"
    began = time.process_time()
    start, end = SENTENCE
    for span in ((start + 1_000, start + 1_005), SENTENCE):
        items_of("Which states are named?", text, span, SENTENCE)
        speaker_of(text, span, SENTENCE)
    for asked in ("Did Aa say so?", question):
        polarity_of(asked, text[start:end])
    around = Surroundings(text[:40], text[:40], text)
    for asked in ("How many are named?", "When was it?", "Who said so?", "How much is it?", "What is named?"):
        value_of(text[:200], asked, dt.date(2005, 5, 10), around)
    expected_type(question)
    for kind in AnswerType:
        is_of_type(text, kind, start, end)
    assert time.process_time() - began < MOST_S
