"""Names of persons and places: when words are one, and what is left of it without titles.

Two capitalised words without a title may be a company or a town: they are a person only where the release says so.
"""

import re
from itertools import islice

from qa_service.language.titles import PLAIN_TITLE, RANK
from qa_service.types import Value, ValueKind

TITLE = (
    rf"(?:(?:{RANK} )*(?:{PLAIN_TITLE}|Secretary|Secretary of [A-Z]\w+(?: and [A-Z]\w+)?|Minister|"
    r"Minister (?:of|for) [A-Z][\w-]+(?: [A-Z][\w-]+)*)\.?)"
)
_PARTICLE = r"(?:de|da|del|van|von|bin|al|el|ibn|la|ter|y)"
_PART = r"(?:[A-Z]\.(?:[A-Z]\.)*|(?:[A-Z]['’])?[A-ZÀ-Þ][^\W\d_]*(?:[-'’][A-Z]?[^\W\d_]+)*)"
NAME = rf"{_PART}(?: (?:{_PARTICLE} )?{_PART}){{0,3}}(?:,? (?:Jr|Sr|II|III|IV)\b\.?)?"
"""A pattern, without groups, in which case counts."""

_PERSON = re.compile(rf"(?P<titles>(?:{TITLE}\s+)*)(?P<name>{NAME})(?:\s*\([DRI]-[A-Z][A-Za-z.]+\))?")
# A name of two or three capitalised words may be an organisation's or a country's: these say so.
_NO_PERSON = re.compile(
    r"\b(?:World|Programme|Program|Fund|Foundation|Department|Committee|Council|Agency|Bank|University|College|School|"
    r"Company|Corp|Corporation|Inc|Co|Group|Association|Union|Institute|Center|Centre|Service|Services|Office|Court|"
    r"Subcommittee|Board|Army|Navy|Air|Force|Guard|Corps|House|Senate|Congress|Party|Government|Ministry|Authority|Administration|"
    r"Commission|Hospital|Church|Airways|Airlines|Technologies|Systems|Industries|Electric|Energy|News|Journal|Times|"
    r"Post|Team|League|Alliance|Society|Club|Network|United|Nations|States|Kingdom|New|North|South|East|West|Northern|"
    r"Southern|Eastern|Western|Saudi|Republic|Islands?|County|City|State|National|International|American|Americans|"
    r"Federal|European|Japanese|Korean|Red|Cross|Green|The|Democrats?|Republicans?|Tribe|Nation|Pueblo|Railroad|Indians?)\b"
)
_OFFICES = (
    "Minister|Secretary|President|Ambassador|Senator|Governor|Mayor|Chancellor|Premier|Director|Chairman|Chairwoman|"
    "Commissioner|Commander|Lieutenant|Sergeant|Major|General|Administrator|Superintendent|Coordinator|Manager|Officer|"
    "Executive|Leader|Member|Representative|Assistant|Whip|Speaker|Counsel|Chief|Postmaster|Inspector|Attorney|Professor"
)
# "a spokesman for Minister Arel", "neither Holt nor Arel"
_BELONGS = re.compile(
    r"(?<!\baccording )(?<![\w-])(?:of|for|to|by|from|nor|in|with|at|on|about|against|what|than|if|"
    r"whether|unless)[ \n]"
    rf"(?:(?:the|then|former|late|his|her|its|their|{TITLE})[ \n])*$",
    re.IGNORECASE,
)
_NEAR = 40
# "EPA Administrator Stephen Johnson": up to the last office that a name of two words or more follows.
_UP_TO_OFFICE = re.compile(rf"(?:\S+ ){{0,5}}(?:{_OFFICES}) (?=[^\W\d_a-z]\S* \S)")
_IS_OFFICE = re.compile(rf"\b(?:{_OFFICES})\b")
_IS_TITLE = re.compile(rf"(?:U\.S\. )?{TITLE}(?: {TITLE})*|(?:.*[ -])?(?:{_OFFICES})", re.DOTALL)
_ROLES = (
    r"(?:minister|secretary|president|chair(?:man|woman|person)?|director|ambassador|envoy|consul|attach[eé]|senator|"
    r"congress(?:man|woman)|governor|mayor|council(?:lor|man|woman)|chancellor|premier|commissioner|administrator|"
    r"superintendent|coordinator|colonel|captain|commander|lieutenant|sergeant|corporal|admiral|general|officer|chief|"
    r"sheriff|inspector|judge|attorney|lawyer|counsel|professor|doctor|physician|nurse|teacher|student|trainee|scientist|"
    r"researcher|engineer|analyst|specialist|economist|historian|author|writer|journalist|reporter|editor|farmer|rancher|"
    r"veteran|soldier|pilot|coach|actor|actress|singer|artist|architect|manager|founder|chief executive|ceo|head|"
    r"spokes(?:man|woman|person)|advis[eo]r|aide|intern|fellow|counsell?or|postmaster|dean|rector|bishop|pastor|clerk|"
    r"husband|wife|widow|son|daughter|father|mother|brother|sister|resident|activist|"
    r"(?:majority|minority|opposition) leader)"
)
_HONORIFIC = (
    r"(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sens?|Reps?|Hon|Gov|Minister|President|Secretary|Ambassador|Senator|Governor)\.?"
)
_TITLED = re.compile(rf"(?:\b{TITLE}|\bHon\.?|\b(?i:{_ROLES}))\s+$")
_OF_OFFICE = re.compile(rf"\b{_ROLES}(?: (?:of|at|for|to|in)(?: [\w.&'’-]+){{1,8}})?,\s+$", re.IGNORECASE)
_IN_A_LIST = re.compile(r", [^\W\d_a-z]|,? (?:and|or)\b(?! (?:his|her)\b)")
_SAYS_WHO_IT_IS = re.compile(
    r",? (?:who|whose|whom)\b| and (?:his|her)\b|\s?\([DRI]-|, [DRI]-[A-Z]|, \d\d(?:,|\.| of\b)|"
    r"(?:, |,? an? |, the )\d\d[- ]year[- ]old\b|"
    rf", (?:(?!(?:of|by|for|to|in|with|and|on|at|from)\b)[\w.'’-]+ ){{0,5}}?(?i:(?:\w+-)?{_ROLES})(?:-general)?"
    r"(?=[,.;:]|\s+(?:of|in|at|for|to|from|and|with|who|on|since)\b|\s*$)"
)
_INITIAL = re.compile(r"\w [A-Z]\. |,? (?:Jr|Sr)\b")
# So many characters before and behind a name may say whose it is, and so often it is looked at.
_AROUND_A_NAME, _MOST_OFTEN = 80, 50
_WHERE = re.compile(
    r"\bwhere\b|\b(?:which|what) (?:\w+ ){0,2}?(?:city|town|village|country|nation|state|province|county|region|island|"
    r"neighbou?rhood|district|capital)\b",
    re.IGNORECASE,
)
_ADJECTIVE = re.compile(r"(?:ican|pean|nese|ish)$")
_PLACE = re.compile(
    rf"(?:(?:in|at|near|from|to|off|outside|inside) )?(?:the )?(?P<place>{_PART}(?: (?:of (?:the )?)?{_PART}){{0,4}}"
    rf"(?:, (?:{_PART}(?: {_PART})?|[A-Z]{{2}}|D\.C\.))?)"
)


def person_value(words: str, release_text: str = "") -> Value | None:
    """Return the name, without title or party, when the words are one person's full name.

    Without a title or an initial, `release_text` must tell that it is a person's.
    """
    words = " ".join(words.split()).strip(" ,;:")
    office = _UP_TO_OFFICE.match(words)
    found = _PERSON.fullmatch(words[office.end() :] if office else words)
    if found is None or " " not in found["name"]:
        return None
    name, has_title = found["name"], bool(office or found["titles"])
    if _NO_PERSON.search(name) or _IS_OFFICE.search(name) or (not has_title and name.isupper()):
        return None
    return Value(ValueKind.PERSON, name) if has_title or _is_of_person(name, release_text) else None


def _is_of_person(name: str, release_text: str) -> bool:
    """Tell whether a title, a role, an age or "who" beside the name, where the release has it, is a person's."""
    if _INITIAL.search(name):
        return True
    last = re.escape(name.rsplit(" ", 1)[1])
    if re.search(rf"\b{_HONORIFIC}\s+{last}\b", release_text):
        return True
    whole = r"\s+".join(map(re.escape, name.split()))
    if re.search(rf"\b{last} (?:was|is|has been) (?:\w+ ){{1,5}}(?:his|her)\b", release_text):
        return True
    for found in islice(re.finditer(rf"(?<!\w){whole}(?!\w)", release_text), _MOST_OFTEN):
        before = release_text[max(0, found.start() - _AROUND_A_NAME) : found.start()]
        behind = release_text[found.end() : found.end() + _AROUND_A_NAME]
        if _TITLED.search(before) or _SAYS_WHO_IT_IS.match(behind):
            return True
        if _OF_OFFICE.search(before) and not _IN_A_LIST.match(behind):
            return True
    return False


def is_title(words: str) -> bool:
    """Tell whether capitalised words are a title or an office, and name nobody."""
    return bool(_IS_TITLE.fullmatch(words))


def belongs_to_another(text: str, start: int) -> bool:
    """Tell whether what stands at `start` belongs to a noun before it, and isn't what the sentence tells of."""
    return bool(_BELONGS.search(text[max(0, start - _NEAR) : start]))


def asks_where(question: str) -> bool:
    """Tell whether a place answers the question."""
    return bool(_WHERE.search(question))


def place_value(words: str) -> Value | None:
    """Return the place as it is written when the words are nothing but its name, with "in" or "the" taken off."""
    found = _PLACE.fullmatch(" ".join(words.split()).strip(" ,;:."))
    return Value(ValueKind.PLACE, found["place"]) if found and not _ADJECTIVE.search(found["place"]) else None
