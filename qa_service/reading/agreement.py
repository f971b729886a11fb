"""Whether two answers say the same in a little different words, so that releases that agree give one answer."""

import re

from qa_service.language.words import content_words

# They hedge or address, and change nothing of what is said.
_EMPTY = frozenset(
    content_words(
        "about almost approximately around estimated nearly over roughly some total"
        " Mr Mrs Ms Dr Sen Senator Rep Representative Congressman Congresswoman Gov Governor Ambassador Professor"
    )
)
# What the words that count leave out, though it changes what is said: currencies, signs, "10-15" or "10.15", negations.
_MARKS = re.compile(
    r"[$€£¥₩%]|(?<![\w.])-(?=\d)|\d+(?:[.,:-]\d+)+|\b(?:no|not|never|none|nor|neither|without|cannot)\b|n't\b"
)
_NAME = re.compile(r"(?:[A-Z][\w'’.-]*\s+){1,3}([A-Z][\w'’-]+)")
_PLAIN = str.maketrans("–−’", "--'")
_NO_FIRST_NAME = re.compile(
    r"(?:North|South|East|West|New|Northern|Southern|Eastern|Western|Vice|Deputy|Assistant|Former|Prime|Foreign|Chief|"
    r"Attorney|Lieutenant|Major)\b"
)


def says_the_same(answer: str, other: str) -> bool:
    """Tell whether two answers have the same words that count, or one is the other's last name.

    "about 30 minutes" and "30 minutes", "Senator Bob Kerrey" and "Kerrey"; but not "South Korea" and "Korea".
    """
    return _key(answer) == _key(other) or _is_last_name(answer, other) or _is_last_name(other, answer)


def _key(answer: str) -> tuple[str, ...]:
    words = tuple(word for word in content_words(answer) if word not in _EMPTY)
    marks = _MARKS.findall(answer.casefold().translate(_PLAIN))
    return (*words, *marks) if words else (" ".join(answer.casefold().split()),)


def _is_last_name(short: str, full: str) -> bool:
    name = _NAME.fullmatch(" ".join(full.split()))
    return name is not None and name[1] == short.strip() and not _NO_FIRST_NAME.match(full)
