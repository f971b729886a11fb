"""Questions without a predicate of their own, "And in Fargo?" or "With whom?", completed from the question before."""

import re

from qa_service.dialogue.asking_words import AUXILIARY, CAPITAL, END, PREPOSITION, asks_only, complete_asking
from qa_service.dialogue.phrases import is_name, with_noun, with_phrase
from qa_service.dialogue.references import DATE, YEAR

_MAX_WORDS = 9
_HAS_PREDICATE = re.compile(
    rf"\b{AUXILIARY}\b|(?:^|, )(?:{PREPOSITION} )?(?:anyone|anybody|any|whom?|whose|what|which|when|where|why|how)\b|"
    r"^(?:tell|list|name|give|show|find|describe|explain|compare|summari[sz]e)\b",
    re.IGNORECASE,
)
_WITH_PREPOSITION = re.compile(rf"^(?:back |out |over |also )?({PREPOSITION}) (.+)$", re.IGNORECASE)
_DATED = re.compile(rf"^(?P<words>.+) (?P<preposition>{PREPOSITION}) (?P<date>{DATE.pattern})$", re.IGNORECASE)
# "How much to Peru?" after "How much did Japan give to Fiji?"
_ASKED_AGAIN = re.compile(
    r"(?P<asking>how (?:much|many)|who|where|when) "
    rf"(?P<words>{PREPOSITION} (?:(?-i:(?:the )?{CAPITAL})|\d|{DATE.pattern}).*)",
    re.IGNORECASE,
)
_WHEN = re.compile(
    rf"(?:\b(?P<preposition>{PREPOSITION}|between|during) )?"
    rf"(?P<dates>{DATE.pattern}(?P<end>(?: (?:and|to|until|till|through) | ?[-–] ?){DATE.pattern})?)",
    re.IGNORECASE,
)
_DAY = re.compile(r"\b\d{1,2}\b")
# These say no more than that it was then.
_THEN = frozenset({None, "at", "for", "from", "in", "of", "on"})
_ORDINAL = (
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d{1,3}(?:st|nd|rd|th)|last|latest|previous|"
    r"next)"
)
_ORDINAL_ONLY = re.compile(
    rf"^(?:{PREPOSITION} )?(?:the )?(?P<ordinal>{_ORDINAL})(?: (?:one|time)|(?P<noun>(?: [\w-]+){{1,3}}))?$",
    re.IGNORECASE,
)
_ORDINALS = re.compile(rf"(?:\b(?:the|his|her|its|their|our)|['’]s) (?P<ordinal>{_ORDINAL})\b", re.IGNORECASE)


def complete(fragment: str, question: str) -> str | None:
    """Return a whole question for one without a predicate, None when it has one.

    Args:
        fragment: What was typed; openings such as "and" and "what about" are taken off.
        question: The one before, as it stands alone.
    """
    words = fragment.strip().rstrip(END)
    again = _ASKED_AGAIN.match(words)
    if again and question.lower().startswith(f"{again['asking'].lower()} "):
        words = again["words"]
    if asks_only(words):
        return complete_asking(words, question)
    if not words or len(words.split()) > _MAX_WORDS or has_predicate(words):
        return None
    if numbered := _with_ordinal(question, words):
        return numbered
    if dates := _WHEN.fullmatch(words):
        return _with_date(question, dates["preposition"], dates["dates"])
    if placed := _with_place_and_date(question, words):
        return placed
    preposition, phrase = _parted(words)
    return _with_date_of_same(question, phrase) or _with_words(question, preposition, phrase)


def is_fragment(question: str) -> bool:
    """Tell whether the question is nothing but asking words or has no predicate: "When?", "The second?"."""
    return asks_only(question) or not has_predicate(question)


def has_predicate(question: str) -> bool:
    """Tell whether the words ask or say something of something."""
    return bool(_HAS_PREDICATE.search(DATE.sub("", question)))


def _parted(words: str) -> tuple[str, str]:
    """Return the preposition, if there is one, and the words after it."""
    found = _WITH_PREPOSITION.match(words)
    return (found[1].lower(), found[2]) if found else ("", words)


def _with_words(question: str, preposition: str, phrase: str) -> str:
    return with_phrase(question, preposition, phrase) if preposition else with_noun(question, phrase)


def _with_ordinal(question: str, words: str) -> str | None:
    """Return the question about the second for one about the first; None when it counts nothing of the kind."""
    wanted = _ORDINAL_ONLY.match(words)
    if wanted is None:
        return None
    noun = re.compile(rf"(?: [\w-]+){{0,3}}?{re.escape(wanted['noun'] or '')}\b", re.IGNORECASE)
    counted = [found for found in _ORDINALS.finditer(question) if noun.match(question, found.end())]
    if not counted:
        return None
    taken = counted[-1]
    return f"{question[: taken.start('ordinal')]}{wanted['ordinal']}{question[taken.end() :]}"


def _with_place_and_date(question: str, words: str) -> str | None:
    """Return the question with both parts of "in Paris in 2019"; None when it has no place for one."""
    dated = _DATED.match(words)
    if dated is None or not DATE.search(question):
        return None
    preposition, phrase = _parted(dated["words"])
    placed = _with_ordinal(question, dated["words"]) or (
        _with_words(question, preposition, phrase) if is_name(phrase) else question
    )
    return None if placed.startswith(question.rstrip(END)) else _with_date(placed, dated["preposition"], dated["date"])


def _with_date(question: str, preposition: str | None, date: str) -> str:
    """Return the question with another date, or one more."""
    found = _WHEN.search(question)
    if found is None or not (found["preposition"] or (preposition and preposition.lower()) in _THEN):
        return with_phrase(question, preposition or "in", date)
    redated = _redated(question, found, date)
    before = (found["preposition"] or "").lower()
    is_day_no_more = before == "on" and not _DAY.search(date)
    if before and (preposition or found["end"] or is_day_no_more):
        start, end = found.span("preposition")
        is_of = before == "of" and (preposition and preposition.lower()) in _THEN
        redated = f"{redated[:start]}{'of' if is_of else preposition or 'in'}{redated[end:]}"
    return redated


def _with_date_of_same(question: str, phrase: str) -> str | None:
    """Return the question about "the flood of 2011" for one about "the flood of 2008"."""
    date = DATE.search(phrase)
    if date is None:
        return None
    before, after = re.escape(phrase[: date.start()]), re.escape(phrase[date.end() :])
    same = re.search(rf"\b{before}(?={DATE.pattern}{after}(?!\w))", question, re.IGNORECASE)
    found = _WHEN.match(question, same.end()) if same else None
    return _redated(question, found, date.group()) if found else None


def _redated(question: str, found: re.Match[str], date: str) -> str:
    """Return the question with another date; a month without a year is of the year asked about before."""
    year = YEAR.search(found.group())
    if year and not YEAR.search(date):
        date = f"{date} {year.group()}"
    return f"{question[: found.start('dates')]}{date}{question[found.end() :]}"
