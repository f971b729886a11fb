"""Which paragraphs of a text without markup are headings, told by their form alone.

Conservative: a list item, an address line or a speaker's name that is missed costs nothing; one that is taken for a
heading names the wrong section in a citation.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

_STYLES = ("digit", "roman", "letter")
_NUMBERED = re.compile(r"(?:(?P<digit>\d{1,2})|(?P<roman>[IVX]{1,5})|(?P<letter>[A-H]))[.．]\s+(?=[^\W_]|[\"“'‘(])")
_BRACKETED = re.compile(
    r"\((?:for )?(?:notes?|references?|background|annex|appendix|attachment|supplement|overview|outline|summary"
    r"|explanation|remarks|comments?)\b[^().!?]{0,30}\)",
    re.IGNORECASE,
)
_LETTER_OR_LABEL = re.compile(
    r"(?:dear|your|sincerely|to|from|re|cc|contacts?|media|press|for immediate|sen(?:ator|s)?|mr|mrs|ms|dr|secretary"
    r"|president|minister|chairman|question|answer|end|q|a)\b|.*\b(?:said|says|stated|added|follow\w*|read\w*)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?。！？]['\"”’)\]]*$")
_ABBREVIATION_END = re.compile(r"(?:\b(?:[A-Z]|Jr|Sr|Inc|Corp|Co|Ltd|etc)\.)['\"”’)\]]*$")
_ROMANS = tuple("I II III IV V VI VII VIII IX X XI XII".split())
_MOST_WORDS = 16
_MOST_WORDS_WITHOUT_NUMBER = 8
_FEWEST_WORDS_BELOW = 12  # a heading without a number stands above prose, not above another short line
_LEVELS = {"digit": 2, "roman": 2, "letter": 3, "bracketed": 3, "capitals": 2, "colon": 3}


class _Candidate(NamedTuple):
    style: str
    number: int = 0


def find_headings(paragraphs: Sequence[str]) -> dict[int, int]:
    """Return the level of each paragraph that is a heading, by its index in `paragraphs`."""
    candidates = {n: candidate for n, text in enumerate(paragraphs) if (candidate := _candidate(text))}
    accepted = {n: candidate for n, candidate in candidates.items() if _stands_above_text(n, paragraphs, candidates)}
    counted = {style: _in_sequence(style, accepted) for style in _STYLES}
    return {
        n: _LEVELS[candidate.style]
        for n, candidate in accepted.items()
        if candidate.style not in counted or n in counted[candidate.style]
    }


def is_numbered(text: str) -> bool:
    """Say whether `text` begins like `1. Foo`, `II. Foo` or `A. Foo`."""
    return _NUMBERED.match(text) is not None


def ends_sentence(text: str) -> bool:
    """Say whether `text` ends as a sentence does and not in `U.S.` or `Jr.`; after `Sen.` it breaks off, in one too."""
    return bool(_SENTENCE_END.search(text[-10:])) and not _ABBREVIATION_END.search(text[-10:])


def _candidate(text: str) -> _Candidate | None:
    """Return in which style `text` could be a heading, if in any."""
    n_words = text.count(" ") + 1
    if n_words > _MOST_WORDS or "\n" in text or ends_sentence(text) or text.endswith((",", ";")):
        return None
    if numbered := _NUMBERED.match(text):
        style = numbered.lastgroup or ""
        return _Candidate(style, _number(style, numbered[style]))
    if n_words > _MOST_WORDS_WITHOUT_NUMBER or _LETTER_OR_LABEL.match(text):
        return None
    style = _style_without_number(text)
    return _Candidate(style) if style else None


def _style_without_number(text: str) -> str:
    if _BRACKETED.fullmatch(text):
        return "bracketed"
    if not (text[0].isalnum() or text[0] in "\"'“‘"):
        return ""
    if text.isupper() and sum(map(str.isalpha, text)) >= 6 and not any(map(str.isdigit, text)):
        return "capitals"
    is_title_case = text[0].isupper() and all(word[0].isupper() for word in text.split() if len(word) > 4)
    return "colon" if text.endswith(":") and is_title_case else ""


def _number(style: str, numeral: str) -> int:
    if style == "roman":
        return _ROMANS.index(numeral) + 1 if numeral in _ROMANS else 0
    return int(numeral) if style == "digit" else ord(numeral) - ord("A") + 1


def _stands_above_text(n: int, paragraphs: Sequence[str], candidates: dict[int, _Candidate]) -> bool:
    """Say whether text follows paragraph `n`. In a list, the next item does."""
    style = candidates[n].style
    neighbours = [candidates[other].style for other in (n - 1, n + 1) if other in candidates]
    if n + 1 == len(paragraphs) or style in neighbours:
        return False
    return style in {*_STYLES, "bracketed"} or paragraphs[n + 1].count(" ") + 1 >= _FEWEST_WORDS_BELOW


def _in_sequence(style: str, candidates: dict[int, _Candidate]) -> set[int]:
    """Return which candidates of `style` are counted from 1 on, two at least; a later 1 begins anew."""
    runs: list[list[int]] = []
    last = 0
    for n, candidate in candidates.items():
        if candidate.style != style:
            continue
        if candidate.number == 1:
            runs.append([n])
        elif runs and candidate.number == last + 1:
            runs[-1].append(n)
        else:
            continue
        last = candidate.number
    return {n for run in runs if len(run) > 1 for n in run}
