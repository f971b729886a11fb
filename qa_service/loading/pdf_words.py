"""Two lines of a paragraph to one: a word that was parted at the end of a line becomes one word again."""

import re
from collections.abc import Iterable

_LONGEST_WORD = 100
_WORD = re.compile(r"[^\W\d_]+(?:[-‐][^\W\d_]+)*")
_PARTED = re.compile(r"([^\W\d_]+(?:[-‐][^\W\d_]+)*)[-‐]$")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
# First parts of compounds that keep their hyphen and are no syllables of other words.
_COMPOUND = frozenset(
    "all child cross day decision double first five four full half hard human large law long market month multi nine "
    "policy second self seven short single six small ten third three two water week well world year".split()
)
_WITHOUT_SPACES = re.compile("[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uff9f]")


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """Return all words of `texts`, lines in their order, in lower case; compounds as a whole and in their parts."""
    words: set[str] = set()
    is_parted = False
    for text in texts:
        # The last word of a line may be half of one, and then the next line begins with its other half.
        start = match.end() if is_parted and (match := _FIRST_WORD.match(text)) else 0
        tail = max(start, len(text) - _LONGEST_WORD)
        whole_words = _PARTED.sub("", text[tail:])
        is_parted = len(whole_words) < len(text) - tail
        for word in _WORD.findall(text[start:tail] + whole_words):
            whole = word.lower().replace("‐", "-")
            words.update([whole, *whole.split("-")])
    return frozenset(words)


def is_parted(text: str, line: str) -> bool:
    """Say whether a hyphen at the end of `text` parts or joins a word that goes on in `line`."""
    return bool(_PARTED.search(text[-_LONGEST_WORD:]) and _FIRST_WORD.match(line))


def join_lines(text: str, line: str, words: frozenset[str], *, is_parting_marked: bool = False) -> str:
    """Return `text` and the `line` that follows, as they would stand without the line break; `line` stays as it is.

    A hyphen between them goes where the file has the whole word elsewhere, and where nothing speaks for a compound:
    that the file has it with its hyphen, or that both parts are words of their own in `words`. Where the file marks
    parted words with hyphens of another kind, the usual ones stay.
    """
    parted, first = _PARTED.search(text[-_LONGEST_WORD:]), _FIRST_WORD.match(line)
    if parted and first and not (is_parting_marked and text.endswith("-")):
        return _unhyphenated(text, line, words, (parted[1].rsplit("-", 1)[-1].lower(), first[0]))
    if text.endswith(("-", "‐")) and text[-2:-1].isalnum() and line[0].isalnum():
        return text.replace("‐", "-") + line  # "2005-" and "06", "G-" and "8"
    if _WITHOUT_SPACES.match(text[-1]) and _WITHOUT_SPACES.match(line):
        return text + line
    return f"{text} {line}"


def _unhyphenated(text: str, line: str, words: frozenset[str], parts: tuple[str, str]) -> str:
    left, right = parts
    is_soft = text.endswith("‐")
    is_compound = (
        not right[0].islower()
        or f"{left}-{right}" in words
        or left in _COMPOUND
        or (left in words and right in words and not is_soft)
    )
    is_whole = f"{left}{right}".lower() in words and right[0].islower()
    if is_whole or (not is_compound and right[0].islower()) or (is_soft and right[0].islower()):
        return text[:-1] + line
    return text[:-1] + "-" + line
