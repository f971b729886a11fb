"""Questions without a predicate of their own, "And in Fargo?" or "With whom?", completed from the question before."""

import re
from collections.abc import Sequence

from qa_service.dialogue.names import names_in
from qa_service.dialogue.references import DATE, YEAR

AUXILIARY = (
    r"(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|may|might|must|isn't|wasn't|didn't|don't)"
)
PREPOSITION = r"(?:about|after|at|before|by|for|from|in|into|near|of|on|since|through|to|under|until|with)"
# These all say where.
_PLACING = frozenset({"at", "for", "from", "in", "near", "of", "on", "to"})
_MAX_WORDS = 9
_PRONOUN = r"(?:i|you|he|him|his|she|her|it|its|we|us|they|them|their|this|that|these|those|there)"
_NOUN = rf"(?!(?:{AUXILIARY}|{_PRONOUN})\b)[\w-]+"
_ASKING_FRAGMENT = re.compile(
    rf"^(?:{PREPOSITION} )?(?:whom?|where|when|why|whose(?: {_NOUN})?|"
    rf"(?:which|what)(?: (?:kind|sort|type) of)?(?: {_NOUN}){{1,2}}|"
    rf"how(?: (?:long|many|much|far|often|old|big|soon|come)(?: {_NOUN}){{0,2}})?)$",
    re.IGNORECASE,
)
_ASKING = re.compile(
    rf"^(?:{PREPOSITION} )?(?:how (?:long|far|often|old|big|soon|come|many|much)|whom?|where|when|why|what time|what|"
    r"which|whose|how)\b\s*",
    re.IGNORECASE,
)
# "Who won the cup?" has no subject that could follow "when"; "what language did they speak?" has.
_ASKS_SUBJECT = re.compile(
    rf"^(?:who (?!{AUXILIARY}\b)|which (?:of\b|\w+ed\b)|what (?!time\b)(?!.*\b{AUXILIARY}\b))",
    re.IGNORECASE,
)
_HAS_PREDICATE = re.compile(
    rf"\b{AUXILIARY}\b|^(?:anyone|anybody|any|whom?|whose|what|which|when|where|why|how)\b", re.IGNORECASE
)
_WITH_PREPOSITION = re.compile(rf"^(?:back |out |over |also )?({PREPOSITION}) (.+)$", re.IGNORECASE)
_PHRASE = re.compile(
    rf"\b({PREPOSITION}) (?P<words>(?:the )?\S.*?)(?= (?:{PREPOSITION}|{AUXILIARY}|and)\b|[?,]|$)", re.IGNORECASE
)
_AMOUNT = re.compile(r"^(?P<asking>how (?:much|many) (?:more )?)(?P<noun>[a-z]+)\b", re.IGNORECASE)
_COPULA = re.compile(
    r"^(?:what|who|where|when|how(?: \w+)?)(?:['’]s| is| was| are| were) (?=(?:the |his |her |its |their )?[a-z]+$)",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?:(?:the|an?|every|each|next|last) )?(?:(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|week|weekend|weekday|"
    r"holiday|morning|afternoon|evening|night|summer|spring|autumn|fall|winter|month|year)s?|noon|midnight|christmas|easter|"
    r"\d{1,2}(?:[:.]\d\d)?(?: ?[ap]\.?m\b\.?| o['’]clock))(?!\w)",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"(?:his|her|their|its) ", re.IGNORECASE)
_NAME = r"[A-Z][\w.'’-]*(?: (?:(?:of|and|the|de) )?[A-Z][\w.'’-]*)*"
_NAMES = re.compile(_NAME)
_THE_ONE = re.compile(rf"\bthe \w+ (?:from|in|at|of|with|for) {_NAME}")
_SECOND = re.compile(r"\band ([A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*)*)")


def complete(fragment: str, question: str) -> str | None:
    """Return a whole question for one without a predicate, None when it has one.

    Args:
        fragment: What was typed; openings such as "and" and "what about" are taken off.
        question: The one before, as it stands alone.
    """
    words = fragment.strip().rstrip("?.! ")
    if _ASKING_FRAGMENT.match(words):
        return _with_asking(words, question)
    if not words or len(words.split()) > _MAX_WORDS or _HAS_PREDICATE.search(DATE.sub("", words)):
        return None
    found = _WITH_PREPOSITION.match(words)
    if DATE.fullmatch(found[2] if found else words):
        return _with_date(question, found[1].lower() if found else "in", found[2] if found else words)
    return _with_phrase(question, found[1].lower(), found[2]) if found else _with_noun(question, words)


def asks_only(question: str) -> bool:
    """Tell whether the question is nothing but asking words: "When?", "In which hotel?"."""
    return bool(_ASKING_FRAGMENT.match(question.strip().rstrip("?.! ")))


def _with_asking(words: str, question: str) -> str | None:
    """Return the question with other asking words; None when it has nothing that could follow them."""
    rest = _ASKING.sub("", question).rstrip("? ")
    if not rest or _ASKS_SUBJECT.match(question):
        return None
    if auxiliary := re.match(rf"{AUXILIARY}\b", rest, re.IGNORECASE):
        rest = auxiliary.group().lower() + rest[auxiliary.end() :]
    return f"{words[:1].upper()}{words[1:]} {rest}?"


def _with_phrase(question: str, preposition: str, phrase: str) -> str:
    """Return the question with the phrase in place of one that says the same kind of thing, else behind it."""
    kind = _PLACING if preposition in _PLACING else {preposition}
    alike = [
        found
        for found in _PHRASE.finditer(question)
        if found[1].lower() in kind and _kind(found["words"]) == _kind(phrase)
    ]
    same = [found for found in alike if found[1].lower() == preposition] or alike
    if same:
        taken = same[-1]
        # "The Museum of Glass opens": no preposition ends the words of a name, but the name ends them.
        name = _NAMES.match(question, taken.start("words")) if taken[1].lower() == "of" else None
        end = (name or taken).end()
        return f"{question[: taken.start()]}{preposition} {phrase}{question[end:]}"
    if preposition == "with" and (second := _SECOND.search(question)):
        return f"{question[: second.start(1)]}{phrase}{question[second.end() :]}"
    return f"{question.rstrip('? ')} {preposition} {phrase}?"


def _with_noun(question: str, phrase: str) -> str:
    """Return the question about something else; the phrase alone when the question has no place for it."""
    if copula := _COPULA.match(question.rstrip("? ")):
        return f"{copula.group()}{phrase}?"
    names = names_in(question)
    if (possessive := _POSSESSIVE.match(phrase)) and names:
        return question.replace(names[-1], f"{names[-1]}'s {phrase[possessive.end() :]}")
    if (one := _THE_ONE.search(question)) and not _is_name(phrase):
        return f"{question[: one.start()]}{phrase}{question[one.end() :]}"
    if (amount := _AMOUNT.match(question)) and re.fullmatch(r"[a-z]+", phrase):
        return f"{amount['asking']}{phrase}{question[amount.end() :]}"
    named = [name for name in _NAMES.finditer(question, 1) if not DATE.search(name.group())]
    if _is_name(phrase) and named:
        return _with_name(question, phrase, named)
    return f"{phrase}?"


def _with_name(question: str, phrase: str, named: Sequence[re.Match[str]]) -> str:
    """Return the question with the name in place of one that holds it, or is as much in want of "the", or the last."""
    has_article = {name: question[: name.start()].endswith("the ") for name in named}
    holding = [name for name in named if phrase in name.group()]
    alike = [name for name in named if has_article[name] == phrase.startswith("the ")]
    taken = (holding or alike or named)[-1]
    start = taken.start() - (len("the ") if has_article[taken] else 0)
    return f"{question[:start]}{phrase}{question[taken.end() :]}"


def _with_date(question: str, preposition: str, date: str) -> str:
    """Return the question with another date; a month without a year is of the year asked about before."""
    found = DATE.search(question)
    if found is None:
        return _with_phrase(question, preposition, date)
    year = YEAR.search(found.group())
    if year and not YEAR.search(date):
        date = f"{date} {year.group()}"
    return f"{question[: found.start()]}{date}{question[found.end() :]}"


def _kind(words: str) -> str:
    """Return whether the words of a phrase are a time, a name or something else: each replaces only its like."""
    return "time" if DATE.search(words) or _TIME.match(words) else "name" if _is_name(words) else "other"


def _is_name(words: str) -> bool:
    return bool(re.match(r"(?:the )?(?:[A-Z]|\d)", words))
