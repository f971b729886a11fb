"""History and question to one stand-alone question, by rules.

A question that leans on the one before (it begins with "and", points with a pronoun, or has next to no words of its
own) is asked together with that question's words. Nothing is generated: it is made of what was typed.
"""

import re
from collections.abc import Sequence

from qa_service.types import Turn

_OPENING = re.compile(r"^(?:and|but|so|or|also|what about|how about|what else|then)\b", re.IGNORECASE)
_POINTING = re.compile(
    r"\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs|that|those|these|this|one|ones|latter|former|there|same|both"
    r"|the two|each other|else)\b",
    re.IGNORECASE,
)
_FRESH_START = re.compile(
    r"^(?:different|another|new|other|unrelated) (?:subject|topic|question|matter)\b|^changing the", re.IGNORECASE
)
_WORD = re.compile(r"\w+(?:['’.-]\w+)*")
_LITTLE = frozenset(
    "a about an and any are at be been by can could did do does for from get got had has have how in is it many may"
    " much of on or said say says so than that the then there these they this to was were what when where which who"
    " whom whose why will with would".split()
)
# A question with fewer words of its own can hardly be found alone.
_MIN_OWN_WORDS = 2


def stand_alone(question: str, history: Sequence[Turn]) -> str:
    """Return `question`, with the words of what it leans on in front when it doesn't stand alone.

    Args:
        question: As asked.
        history: Earlier turns, oldest first.
    """
    if not history or _FRESH_START.search(question) or not _leans(question):
        return question
    topic = _topic(history)
    return f"{topic} {question}"


def _leans(question: str) -> bool:
    own = [word for word in _WORD.findall(question.lower()) if word not in _LITTLE]
    return bool(_OPENING.search(question) or _POINTING.search(question)) or len(own) < _MIN_OWN_WORDS


def _topic(history: Sequence[Turn]) -> str:
    """Return the last question, preceded by the one it leans on itself."""
    questions: list[str] = []
    for turn in reversed(history):
        questions.insert(0, turn.question.strip())
        if _FRESH_START.search(turn.question) or not _leans(turn.question):
            break
    return " ".join(questions[-3:])
