"""The names in a question: which there are, which say where, and which are persons'.

Countries do much of what persons do, so one word is a person's name only with a title, or where somebody talks, calls
or resigns.
"""

import re
from collections.abc import Iterator

from qa_service.dialogue.asking_words import AUXILIARY, CAPITAL, PREPOSITION
from qa_service.language.months import MONTH_NAME
from qa_service.language.titles import PLAIN_TITLE, RANK

# What more there is in a question is not typed by people who ask; a hostile one must not take seconds.
_MAX_NAMES = 20
_MAX_NAME_LENGTH = 100
_NAME_WORD = rf"{CAPITAL}[\w'’.-]*[\w.]"
NAME = re.compile(rf"{_NAME_WORD}(?: (?:(?:of|de|van|von|al|bin|the|and) )?{_NAME_WORD})*")
_PLACING = re.compile(r"\b(?:in|at|near|to|from|of|for|across|around|visit(?:ed|s|ing)?)(?: the)? $", re.IGNORECASE)
_NO_PERSON = re.compile(
    r"\b(?:act|agency|academy|administration|air|army|association|bank|base|bay|beach|(?!^)bill|board|bureau|center|city|"
    r"club|college|commission|committee|company|conference|congress|corps|council|county|court|department|district|fund|"
    r"government|high|house|institute|island|lake|law|league|ministry|mountain|museum|navy|north|office|organi[sz]ation|"
    r"park|plan|program|project|river|school|senate|service|society|south|state|states|street|treaty|union|united|"
    rf"university|valley|{MONTH_NAME})\b",
    re.IGNORECASE,
)
_MINISTER = r"(?:minister|secretary)(?: (?:of|for) [a-z][\w-]+(?: (?:and )?affairs)?)?"
_TITLE = rf"(?:{RANK} )*(?:{PLAIN_TITLE}|{_MINISTER})\.?"
_TITLES = re.compile(rf"^(?:{_TITLE}(?: |$))+", re.IGNORECASE)
_TITLED = re.compile(rf"\b{_TITLE} $", re.IGNORECASE)
_MODIFYING = re.compile(r"(?:\bthe|['’]s) $", re.IGNORECASE)
# So much of what stands before a name is looked at: "around the ", "deputy prime minister ".
_MAX_BEFORE = 30
# Countries, too, give, send and announce.
_PERSONAL_ACT = re.compile(
    r"\b(?:appoint|appointed|ask|asked|bill|born|call|called|chair|chaired|complain|complained|congratulate|congratulated|"
    r"cosponsored|daughter|discuss|discussed|husband|introduced|married|marry|meet|meeting|met|named|nominate|nominated|"
    r"phone|phoned|praise|praised|rang|resign|resigned|retire|retired|ring|said|salute|saluted|saw|say|see|son|speak|"
    r"speech|spoke|sponsored|studied|succeed|succeeded|talk|talked|talking|telephone|tell|testified|testify|think|thought|"
    r"told|visit|visited|wife|wrote)\b",
    re.IGNORECASE,
)
_ASKING = re.compile(
    rf"^(?:(?:and|so|but|{PREPOSITION}) )?(?:whom?|whose|what|which|when|where|why|how|{AUXILIARY}|anyone|any|name|"
    r"tell|list)\b",
    re.IGNORECASE,
)


def names_in(question: str) -> list[str]:
    """Return the names in a question, in order; the word that opens it is none."""
    spans = (match.group() for match in NAME.finditer(question, names_start(question)))
    return [re.sub(r"['’]s?$", "", name) for span in spans for name in re.split(r"(?<=['’]s) ", span)]


def names_start(question: str) -> int:
    """Return where the names begin, behind the words that ask."""
    opening = _ASKING.match(question)
    return opening.end() if opening else 0


def places_in(question: str) -> list[str]:
    """Return those of the last names that say where, in order."""
    return [name for name, before in _preceded(question) if _PLACING.search(before)]


def persons_in(question: str) -> Iterator[tuple[str, bool]]:
    """Yield those of the last names that may be persons', in order, each with whether it surely is one's."""
    is_act = _PERSONAL_ACT.search(question) is not None
    for name, before in _preceded(question):
        persons, has_title = _persons(name)
        has_title = has_title or _TITLED.search(before) is not None
        if not _PLACING.search(before) and (has_title or not _MODIFYING.search(before)):
            yield from ((person, has_title or is_act or " " in person) for person in persons)


def persons_answered(answer: str | None) -> list[str]:
    """Return the persons whom an answer names that begins with nothing else."""
    name = (answer or "").partition(",")[0]
    return _persons(name)[0] if " " in name and len(name) <= _MAX_NAME_LENGTH and NAME.fullmatch(name) else []


def _preceded(question: str) -> Iterator[tuple[str, str]]:
    """Yield the last names in a question, in order, each with what stands before it."""
    for name in names_in(question)[-_MAX_NAMES:]:
        start = question.find(name)
        yield name, question[max(start - _MAX_BEFORE, 0) : start]


def _persons(name: str) -> tuple[list[str], bool]:
    """Return the persons of a name such as "Gene and Carlene Boner of Hastings" without titles, and whether it had one.

    Of "Medal of Honor" and "Foreign Minister" there are none.
    """
    if len(name) > _MAX_NAME_LENGTH:
        return [], False
    untitled = _TITLES.sub("", name, count=1)
    has_title = untitled != name
    persons, _, place = untitled.partition(" of ")
    is_none = (
        _NO_PERSON.search(persons) or not persons[:1].isupper() or (place and " " not in persons and not has_title)
    )
    return [] if is_none else persons.split(" and "), has_title
