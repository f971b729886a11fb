"""Questions as people type them: a slip of the fingers, or only the words that count."""

import random
import re

# Words that searchers leave out.
_LEFT_OUT = frozenset(
    "a about an and are at be by did do does for from had has have how in is it of on or that the there these they this"
    " to was were what when where which who whom whose why will with would".split()
)
# A slip in a shorter word, or in a number, makes another word.
_LONG_WORD = re.compile(r"[^\W\d_]{5,}")


def mistyped(question: str, rng: random.Random) -> str:
    """Return the question with one letter lost, doubled, or changed places with the next, in one longer word."""
    words = list(_LONG_WORD.finditer(question))
    if not words:
        return question
    word = rng.choice(words)
    # The first letter is seldom the one that goes wrong.
    place = rng.randrange(word.start() + 1, word.end() - 1)
    here, following, rest = question[place], question[place + 1], question[place + 2 :]
    slips = [following, here + here + following] + [following + here] * (here != following)
    return question[:place] + rng.choice(slips) + rest


def in_keywords(question: str) -> str:
    """Return the question in small letters, without the words that a search box needs no more than a question mark."""
    words = question.rstrip(" ?").casefold().split()
    kept = [word for word in words if word not in _LEFT_OUT]
    return " ".join(kept if len(kept) >= 3 else words)
