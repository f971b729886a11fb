"""A question about another place, time, person or thing: its words replaced by words of their kind."""

import re
from collections.abc import Sequence

from qa_service.dialogue.asking_words import AUXILIARY, CAPITAL, END, NOUN, PREPOSITION
from qa_service.dialogue.names import names_in
from qa_service.dialogue.references import DATE

# These all say where.
_PLACING = frozenset({"at", "for", "from", "in", "near", "of", "on", "to"})
_SITUATING = frozenset({"at", "in", "near"})
_DIRECTING = frozenset({"about", "from", "to", "with"})
_NAME_WORD = rf"{CAPITAL}[\w.'’-]*"
_NEXT = rf" (?:(?:of|and|the|de) )?{_NAME_WORD}"
_NAME = rf"{_NAME_WORD}(?:{_NEXT})*"
# A possessive ends a name, and what follows is no other: "Nakasone's January call", "Lugar's Fitness Award".
_NAMES = re.compile(rf"(?P<name>{_NAME_WORD}(?:(?<!['’]s){_NEXT})*)(?:{_NEXT})*")
_NAME_PHRASE = re.compile(rf"(?:the )?(?:{_NAME}|\d\S*)(?: \d+)*")
_DATED = re.compile(rf"{DATE.pattern}$", re.IGNORECASE)
_TIME = (
    r"(?:(?:(?:the|an?|every|each|next|last) )?(?:(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|week|weekend|weekday|"
    r"holiday|morning|afternoon|evening|night|summer|spring|autumn|fall|winter|month|year)s?|noon|midnight|christmas|easter|"
    r"\d{1,2}(?:[:.]\d\d)?(?: ?[ap]\.?m\b\.?| o['’]clock))(?!\w))"
)
_TIME_PHRASE = re.compile(rf"(?:{_TIME}|{DATE.pattern})(?: (?:{_TIME}|{DATE.pattern}))*", re.IGNORECASE)
_PHRASE = re.compile(
    rf"\b(?<!according )({PREPOSITION}) (?P<words>(?:the )?\S.*?)(?= (?:{PREPOSITION}|{AUXILIARY}|and)\b|[?,]|$)",
    re.IGNORECASE,
)
# Of what may follow a name, these don't belong to it: "how long did the call with the Prime Minister last?".
_VERB = r"(?:worth|last|take|begin|start|end|open|close|come|go|get|give|cost|say|call|leave|announce|[a-z]+ed)"
_PREDICATE = re.compile(rf" {_VERB}\b")
_OWNED = re.compile(r"^the |['’]s(?: |$)", re.IGNORECASE)
# What is called by where it is: "the Paris conference".
_SITUATED = re.compile(
    r"\bthe (?!(?:American|European|International|National|United|World)\b)"
    rf"(?P<place>{_NAME_WORD}(?: {_NAME_WORD}){{0,3}}?) "
    r"(?i:airport|attacks?|base|bombings?|conference|consulate|consultations|crossing|earthquake|elections?|embassy|"
    r"exhibition|fair|festival|fires?|floods?|forum|games|hospital|meeting|museum|olympics|plant|port|round|school|"
    r"session|summit|talks|university|workshop)"
    rf"(?=\W*$|[,?]| (?:{PREPOSITION}|{AUXILIARY}|{_VERB})\b)"
)
# "How many tents were sent?" and "how many countries attended it?", not "how many died in it?".
_AMOUNT = re.compile(
    rf"^(?P<asking>how (?:much|many) (?:more )?)(?P<noun>{NOUN})(?= (?!(?:{PREPOSITION}|an?|the)\b)[a-z])",
    re.IGNORECASE,
)
_THING = re.compile(r"(?!(?:earlier|later|since|before|after|now|today|altogether|overall)$)[a-z]+(?<!ed)")
_COPULA = re.compile(
    r"^(?:what|who|where|when|how(?: \w+)?)(?:['’]s| is| was| are| were) (?=(?:the |his |her |its |their )?[a-z]+$)",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"(?:his|her|(?P<its>their|its)) ", re.IGNORECASE)
# "Putin's visit", and such a one with nothing behind it that may belong to it, too.
_OWNED_THING = re.compile(rf"{_NAME}(?:(?<=['’]s)|(?<=s['’]))(?: [a-z][\w-]*){{1,2}}?")
_WHOLE_OWNED_THING = re.compile(rf"{_OWNED_THING.pattern}(?= (?:{PREPOSITION}|{AUXILIARY}|{_VERB})\b|\W*$)")
_THE_ONE = re.compile(rf"\bthe (?P<noun>\w+) (?:from|in|at|of|with|for) {_NAME}")
_ONE_OF_THEM = re.compile(rf"^the |\b{PREPOSITION}\b", re.IGNORECASE)
_SECOND = re.compile(rf"\band ({_NAME_WORD}(?: {_NAME_WORD})*)")
_NAME_AND_PHRASE = re.compile(
    rf"^(?P<name>(?:the )?{_NAME}(?: [a-z]+)?) (?!of\b)(?P<preposition>{PREPOSITION}) (?P<phrase>.+)$"
)


def with_phrase(question: str, preposition: str, phrase: str) -> str:
    """Return the question with the phrase in place of one that says the same kind of thing, else behind it."""
    taken = _alike(question, preposition, phrase)
    situated = _SITUATED.search(question) if preposition in _SITUATING and _NAMES.match(phrase) else None
    if situated and not (taken and _says_where(question, taken) and situated.start() not in taken):
        return f"{question[: situated.start('place')]}{phrase}{question[situated.end('place') :]}"
    if taken:
        return f"{question[: taken.start]}{preposition} {phrase}{question[taken.stop :]}"
    if preposition == "with" and (second := _SECOND.search(question)):
        return f"{question[: second.start(1)]}{phrase}{question[second.end() :]}"
    return f"{question.rstrip(END)} {preposition} {phrase}?"


def with_noun(question: str, phrase: str) -> str:
    """Return the question about something else; the phrase alone when the question has no place for it."""
    if copula := _COPULA.match(question.rstrip(END)):
        return f"{copula.group()}{phrase}?"
    names = names_in(question)
    possessive = _POSSESSIVE.match(phrase)
    if possessive and len(names) == 1 and (possessive["its"] or _does_something(names[0], question)):
        owned = f"{names[0]}'s {phrase[possessive.end() :]}"
        is_owner = re.search(rf"{re.escape(names[0])}['’]", question)
        return _with_owned(question, owned) if is_owner else question.replace(names[0], owned)
    if _OWNED_THING.match(phrase):
        return _with_same_end(question, _named(question), phrase) or _with_owned(question, phrase)
    one = _THE_ONE.search(question)
    if one and (phrase.endswith(f" {one['noun']}") or (_ONE_OF_THEM.search(phrase) and not is_name(phrase))):
        return f"{question[: one.start()]}{phrase}{question[one.end() :]}"
    if (amount := _AMOUNT.match(question)) and _is_counted(phrase, question):
        return f"{amount['asking']}{phrase}{question[amount.end() :]}"
    return _with_name(question, phrase) if is_name(phrase) and _named(question) else f"{phrase}?"


def _does_something(name: str, question: str) -> bool:
    return re.search(rf"\b{AUXILIARY} {re.escape(name)}\b", question) is not None


def _with_owned(question: str, phrase: str) -> str:
    """Return the question with somebody's thing in place of one that it asks about; the phrase alone without one."""
    taken = _WHOLE_OWNED_THING.search(question, 1) if _OWNED_THING.fullmatch(phrase) else None
    return f"{question[: taken.start()]}{phrase}{question[taken.end() :]}" if taken else f"{phrase}?"


def is_name(words: str) -> bool:
    """Tell whether the words begin with a name or a number, or with "the" and one."""
    return bool(re.match(rf"(?:the )?(?:{CAPITAL}|\d)", words))


def _alike(question: str, preposition: str, phrase: str) -> range | None:
    """Return the place of the last phrase that says the same kind of thing, best with the same preposition."""
    prepositions = _PLACING if preposition in _PLACING else {preposition}
    kind = "time" if _DATED.search(phrase) else _kind(phrase, 0, len(phrase))[0]
    alike: list[range] = []
    same: list[range] = []
    for found in _PHRASE.finditer(question):
        other, end = _kind(question, found.start("words"), found.end())
        has_same = found[1].lower() == preposition
        if has_same and (other == kind or {kind, other} == {"name", "thing"} or _is_directed(preposition, kind, other)):
            same.append(range(found.start(), end))
        elif found[1].lower() in prepositions and other == kind != "other":
            alike.append(range(found.start(), end))
    found_alike = same or alike
    return found_alike[-1] if found_alike else None


def _kind(text: str, start: int, end: int) -> tuple[str, int]:
    """Return what the words of a phrase say, and where those that say it end: each replaces only its like.

    It is a time, a name, a thing called by one, as "the spring floods" and "Lugar's office", or something else.
    """
    time = _TIME_PHRASE.match(text, start)
    head = time or _NAME_PHRASE.match(text, start)
    if head is None:
        return "other", end
    rest = text[head.end() : end]
    if rest and _OWNED.search(head.group()) and not _PREDICATE.match(rest):
        return "thing", end
    return "time" if time else "name", head.end()


def _is_directed(preposition: str, kind: str, other: str) -> bool:
    """Tell whether both, whatever they are, say with whom or about what: one takes the other's place."""
    return preposition in _DIRECTING and "time" not in {kind, other}


def _is_counted(phrase: str, question: str) -> bool:
    """Tell whether a word can be what there is so many or so much of; who writes no capitals may name a country."""
    return bool(_THING.fullmatch(phrase)) and (phrase.endswith("s") or question.startswith("How much"))


def _says_where(question: str, taken: range) -> bool:
    return question[taken.start :].partition(" ")[0].lower() in _SITUATING


def _with_name(question: str, phrase: str) -> str:
    """Return the question with the name in place of the last, best of one that is as much in want of "the"."""
    named = _named(question)
    if shared := _with_same_end(question, named, phrase):
        return shared
    if (two := _NAME_AND_PHRASE.match(phrase)) and (other := _alike(question, two["preposition"], two["phrase"])):
        before, rest = question[: other.start], question[other.start :]
        if _named(before):
            return with_phrase(_with_name(before, two["name"]) + rest, two["preposition"], two["phrase"])
    alike = [name for name in named if _has_article(question, name) == phrase.startswith("the ")]
    taken = (alike or named)[-1]
    return _put(question, taken, phrase, taken.end("name"))


def _named(question: str) -> Sequence[re.Match[str]]:
    return [name for name in _NAMES.finditer(question, 1) if not DATE.search(name["name"])]


def _with_same_end(question: str, named: Sequence[re.Match[str]], phrase: str) -> str | None:
    """Return the question with the phrase for "the Berlin conference" when it is "the Paris conference"."""
    words = phrase.split()
    for n_words in range(len(words) - 1, 0, -1):
        shared = " ".join(words[-n_words:])
        for name in reversed(named):
            start = question.find(f" {shared}", name.start(), name.end("name") + len(shared) + 2)
            end = start + len(shared) + 1
            if start >= 0 and not question[end : end + 1].isalnum():
                return _put(question, name, phrase, end)
    return None


def _put(question: str, name: re.Match[str], phrase: str, end: int) -> str:
    """Return the question with the phrase from the name, or its article, to `end`."""
    start = name.start() - (len("the ") if _has_article(question, name) else 0)
    return f"{question[:start]}{_as_owner(phrase, question[:end])}{question[end:]}"


def _has_article(question: str, name: re.Match[str]) -> bool:
    return question[: name.start()].endswith("the ")


def _as_owner(phrase: str, replaced: str) -> str:
    """Return the name with the ending that shows that something is its, when what it replaces has one."""
    ending = replaced[-2:]
    return phrase + ending if ending in {"'s", "’s"} and not phrase.endswith(("s'", "s’", "'s", "’s")) else phrase
