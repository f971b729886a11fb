"""The lines of a paragraph -> which of them broke only because the next word had no room.

A file's text may be wrapped at a column, raggedly, or not at all: then each line is an item, a row, a verse or a part
of an address. The width of a line tells, and where it doesn't, its last word or the next one.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import groupby, pairwise

RUN_ON_WORDS = "a|an|and|at|by|for|from|in|of|on|or|the|to|with"
"""A pattern: a line that ends in one of these words was broken off."""

_MIN_WIDTH = 45  # a line that is narrower may have ended where its author ended it
_MAX_WIDTH = 110  # no text is wrapped wider by hand or by a program for mail
_ITEM = re.compile(
    r"\s*(?:(?P<bullet>[*•·▪◦‣])|(?P<dash>[-–—])|\(?(?:(?P<number>\d{1,3})|(?P<letter>[A-Za-z]|[ivxIVX]{1,5}))[.)])\s"
)
_DASH = re.compile(r"\s*[-–—]\s+")
_RUNS_ON = re.compile(
    rf"(?:\b(?:{RUN_ON_WORDS}|am|are|be|been|had|has|have|is|was|were|as|into|than|that|which|who|whose|its|their|our)"
    r"|\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Col|Capt|Gov|Rep|Sen)\.|\w ?[–—-])$"
)
_CLOSING = r"[\"”’')\]]*"
_FULL_STOP = r"(?<!\.\w)\."  # that of "U.S." tells nothing at the end of a line
_ENDS = re.compile(rf"(?:{_FULL_STOP}|[!?:;]){_CLOSING}$")
_HOLDS_END = re.compile(
    rf"(?:{_FULL_STOP}|[!?]){_CLOSING}(?:\d{{1,2}}|[¹²³⁰⁴-⁹]+|\[\^?\w{{1,3}}\])?$"
    rf"|[a-z\"”’')\]]{{2}}[.!?]{_CLOSING}\s+[\"“(‘]?[A-Z]"
)
# A line in ragged text seldom begins with one of these, unless a sentence does.
_OPENS_SENTENCE = re.compile(r"(?:A|An|As|At|But|By|For|He|I|If|In|It|On|She|That|The|They|This|To|We|With|You)\b")
_LABEL = re.compile(r"\s*[^\W\d_][^:.,;!?\n]{0,40}:\s")  # "Hours: 9 to 5"
_ROW = re.compile(r"\S {3,}\S|\S\t| \| |^\W*$")  # "North   1,200   14", "---"
# Japanese and Chinese break between any two characters.
_UNBROKEN = re.compile(r"[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uff65]+|\S")
_WIDE_CHARACTER = 2  # columns


def wrapped_lines(lines: Sequence[str]) -> list[bool]:
    """Tell of each line but the last whether the next one carries it on.

    What words run on to counts where a sentence ends further down. A break of which the words say nothing is what most
    of those around it are.
    """
    marks = [_mark(line) for line in lines]
    n_marks = Counter(marks)
    is_before_item = [
        mark is not None and (mark == "bullet" or n_marks[mark] > 1 or _ENDS.search(line) is not None)
        for line, mark in zip(lines, marks[1:], strict=False)
    ]
    is_full = _full_lines(lines, is_before_item)
    last_end = max((number for number, line in enumerate(lines) if _HOLDS_END.search(line)), default=0)
    verdicts: list[bool | None] = []
    in_list = False  # after "The package holds:"
    for number, (line, following) in enumerate(pairwise(lines)):
        in_list = line.endswith(":") or (in_list and not _HOLDS_END.search(line))
        if is_before_item[number]:
            verdicts.append(False)
        else:
            is_prose = number < last_end and not in_list
            verdicts.append(_is_wrapped(line, following, is_full=is_full[number], is_prose=is_prose))
    return _settled(lines, verdicts)


def _full_lines(lines: Sequence[str], is_before_item: Sequence[bool]) -> list[bool]:
    """Tell of each line but the last whether it had no room for the next word.

    One line is always the widest. It shows where text is wrapped only if no other break speaks against it.
    """
    width = max(_columns(line) for line in lines)
    is_full = [
        _columns(line) >= _MIN_WIDTH and _columns(line) + _room_for(_first_word(following)) > width
        for line, following in pairwise(lines)
    ]
    is_telling = width <= _MAX_WIDTH and (sum(is_full) > 1 or is_before_item.count(False) == 1)
    return is_full if is_telling else [False] * len(is_full)


def _mark(line: str) -> str | None:
    """Return the kind of mark that the line has if it is a list item."""
    found = _ITEM.match(line)
    return found.lastgroup if found else None


def _first_word(line: str) -> str:
    dash = _DASH.match(line)
    word = _UNBROKEN.search(line, dash.end() if dash else 0)
    return word[0] if word else ""


def _is_wrapped(line: str, following: str, *, is_full: bool, is_prose: bool) -> bool | None:
    """Tell whether `following` carries the line on; None when neither width nor words say."""
    word = _first_word(following)
    if not word or _ROW.search(line) or _ROW.search(following) or (_LABEL.match(line) and _LABEL.match(following)):
        return False
    if is_full or _RUNS_ON.search(line):
        return True
    if not is_prose or _ENDS.search(line) or _OPENS_SENTENCE.match(following):
        return False
    if word[0].islower():
        return True
    is_caseless = word[0].isalpha() and not word[0].isupper()
    return False if is_caseless or _LABEL.match(following) else None


def _settled(lines: Sequence[str], verdicts: Sequence[bool | None]) -> list[bool]:
    """Return the verdicts, those that are open as most in their stretch of text are."""
    wraps: list[bool] = []
    for may_wrap, group in groupby(verdicts, key=lambda verdict: verdict is not False):
        stretch = list(group)
        if may_wrap and 2 * stretch.count(True) >= len(stretch):
            is_sentence = _is_in_lower_case(lines[len(wraps)])  # else it may be a heading
            wraps.append(stretch[0] or is_sentence)
            wraps.extend([True] * (len(stretch) - 1))
        else:
            wraps.extend(verdict is True for verdict in stretch)
    return wraps


def _is_in_lower_case(line: str) -> bool:
    """Tell whether most words are, as in a sentence."""
    words = line.split()
    return 2 * sum(word.islower() for word in words) >= len(words)


def _columns(text: str) -> int:
    if text.isascii():
        return len(text)
    return len(text) + sum(unicodedata.east_asian_width(char) in "WF" for char in text)


def _room_for(unbroken: str) -> int:
    """Return the columns that the next word takes, or the next character and one that may not stand first in a line."""
    if len(unbroken) == 1 and unicodedata.east_asian_width(unbroken) in "WF":
        return 2 * _WIDE_CHARACTER
    return len(" ") + _columns(unbroken)
