"""Nothing but asking words, "When?" or "Under which law?", completed from the question before.

They are put only before a clause that has a place for them. What was asked about, in "how many tents did Japan send?",
gives way to another noun or is put in its own place: "When did Japan send tents?". Where the rules can't tell, the
asking words stay as they are.
"""

import re

AUXILIARY = (
    r"(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|may|might|must|isn't|wasn't|didn't|don't)"
)
PREPOSITION = r"(?:about|after|at|before|by|for|from|in|into|near|of|on|since|through|to|under|until|with)"
_PRONOUN = r"(?:i|you|he|him|his|she|her|it|its|we|us|they|them|their|this|that|these|those|there)"
END = "?.! ？！。"
"""What a question may end with, beside its words."""
CAPITAL = f"[{''.join(filter(str.isupper, map(chr, range(ord('A'), 0x250))))}]"
"""A pattern for a capital letter of the Latin alphabets, "É" and "Ö" included."""
NOUN = rf"(?!(?:{AUXILIARY}|{_PRONOUN})\b)[\w-]+"
"""A pattern for a word that is neither an auxiliary nor a pronoun."""

# These ask about the circumstances, the others about who or what takes part.
_CIRCUMSTANCE = r"how (?:long|far|often|old|big|soon|come)|where|when|why|how(?! (?:much|many)\b)"
_PARTICIPANT = r"how (?:much|many)|whom?|whose|what|which"
_FRAGMENT = re.compile(
    rf"^(?:(?P<preposition>{PREPOSITION}) )?(?P<asking>whom?|where|when|why|how|(?:whose|what|which|"
    rf"how (?:long|many|much|far|often|old|big|soon|come))(?P<noun>(?: (?:kind|sort|type) of)?(?: {NOUN}){{0,2}}?))"
    r"(?: exactly| precisely|(?P<pointing> (?:else|so|not|then)))?$",
    re.IGNORECASE,
)
_ASKED = re.compile(
    rf"^(?:(?P<preposition>{PREPOSITION}) )?(?P<asking>(?:{_CIRCUMSTANCE}|{_PARTICIPANT})\b"
    rf"(?P<noun>(?: [\w'’-]+){{0,8}}?)) (?P<clause>{AUXILIARY}\b.*)$",
    re.IGNORECASE,
)
_ASKS_CIRCUMSTANCE = re.compile(_CIRCUMSTANCE, re.IGNORECASE)
_ASKS_AMOUNT = re.compile(r"how (?:much|many)", re.IGNORECASE)
_YES_OR_NO = re.compile(rf"{AUXILIARY}\b", re.IGNORECASE)
_TIME_NOUN = re.compile(r"(?:what|which) (?:\w+ )?(?:time|date|day|weekday|week|month|year|hour)$", re.IGNORECASE)
_HAS_PREPOSITION = re.compile(rf"\b{PREPOSITION}\b", re.IGNORECASE)
_DANGLING = re.compile(rf"\b{PREPOSITION}$", re.IGNORECASE)
_NAME = rf"{CAPITAL}[\w.-]*(?: {CAPITAL}[\w.-]*)*"
_SUBJECT = rf"(?:{_PRONOUN}|{_NAME}(?: and {_NAME})*)"
_BE = r"(?:is|are|was|were|isn't|wasn't)"
# "What did they say?", "what will the line cost?", "what were they discussing?"; not "what was the share?"
_HAS_SUBJECT = re.compile(
    rf"(?:do|does|did|didn't|don't)\b|(?!{_BE}\b){AUXILIARY} (?:{_SUBJECT}\b|the\b)|{_BE} (?:there\b|(?:{_SUBJECT}|"
    r"the \w+) \w+ing\b)"
)
_SUBJECT_AND_VERB = re.compile(rf"{AUXILIARY} {_SUBJECT} (?!{PREPOSITION}\b)[a-z]+\b(?! {PREPOSITION}$)")


def asks_only(question: str) -> bool:
    """Tell whether the question is nothing but asking words: "When?", "In which hotel?", "Why not?"."""
    return bool(_FRAGMENT.match(question.strip().rstrip(END)))


def complete_asking(fragment: str, question: str) -> str | None:
    """Return `question` with the asking words of `fragment` in place of its own; None when they have no place in it."""
    asking = _FRAGMENT.match(fragment.strip().rstrip(END))
    if asking is None or asking["pointing"] or _HAS_PREPOSITION.search(asking["noun"] or ""):
        return None
    clause = _clause_after(asking, question.strip().rstrip(END))
    return f"{fragment[:1].upper()}{fragment[1:].rstrip(END)} {clause}?" if clause else None


def _clause_after(asking: re.Match[str], question: str) -> str | None:
    """Return what follows the asking words."""
    if auxiliary := _YES_OR_NO.match(question):
        return auxiliary.group().lower() + question[auxiliary.end() :] if _is_circumstance(asking) else None
    asked = _ASKED.match(question)
    if asked is None or (not _is_circumstance(asked) and _HAS_PREPOSITION.search(asked["noun"])):
        return None
    if _is_circumstance(asking):
        return _of_circumstance(asked) if _is_circumstance(asked) else _of_participant(asked)
    return None if _is_circumstance(asked) else _of_another(asking, asked)


def _is_circumstance(asking: re.Match[str]) -> bool:
    """Tell whether it is asked when, where, how and the like, not who or what."""
    return bool(
        asking["preposition"] or _ASKS_CIRCUMSTANCE.match(asking["asking"]) or _TIME_NOUN.match(asking["asking"])
    )


def _of_circumstance(asked: re.Match[str]) -> str | None:
    """Return the clause with words such as "in Fargo" that stand before it in "where in Fargo did it land?"."""
    noun = asked["noun"].strip()
    if not noun or asked["preposition"] or _TIME_NOUN.match(asked["asking"]):
        return asked["clause"]
    return f"{noun} {asked['clause']}" if _HAS_PREPOSITION.match(noun) else None


def _of_participant(asked: re.Match[str]) -> str | None:
    """Return the clause with the noun where it would stand if it weren't asked about."""
    noun, clause = asked["noun"].strip(), asked["clause"]
    has_subject = _HAS_SUBJECT.match(clause)
    if not noun:
        return clause if has_subject and not _DANGLING.search(clause) else None
    if not _ASKS_AMOUNT.match(asked["asking"]):
        return None  # an article would be wanting
    if not has_subject:
        auxiliary, _, rest = clause.partition(" ")
        return None if rest.startswith("to ") else f"{auxiliary} {noun} {rest}"
    verb = _SUBJECT_AND_VERB.match(clause)
    return f"{clause[: verb.end()]} {noun}{clause[verb.end() :]}" if verb else None


def _of_another(asking: re.Match[str], asked: re.Match[str]) -> str | None:
    """Return the clause for another noun, which mustn't be its subject, or for "who" and "what" without one."""
    has_subject = _HAS_SUBJECT.match(asked["clause"])
    is_alike = bool(_ASKS_AMOUNT.match(asking["asking"])) is bool(_ASKS_AMOUNT.match(asked["asking"]))
    if asking["noun"]:
        return asked["clause"] if asked["noun"] and is_alike and has_subject else None
    return asked["clause"] if (is_alike and has_subject) or (asked["noun"] and not has_subject) else None
