"""Names of persons and places: when words are one, and what is left of it without titles."""

import re

from qa_service.types import Value, ValueKind

TITLE = (
    r"(?:(?:U\.S\. |US |State |First |Deputy |Vice |Assistant |Acting |Former |Air Force |Army |Navy |Foreign |Prime |"
    r"Attorney |Secretary |Lieutenant |Lt\.? |Major |Brigadier )*(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Sen|Senator|"
    r"Senators|Rep|Representative|Congressman|Congresswoman|Gov|Governor|Mayor|President|Premier|Chancellor|Minister|"
    r"Secretary|Secretary of [A-Z]\w+(?: and [A-Z]\w+)?|Secretary-General|"
    r"Minister (?:of|for) [A-Z][\w-]+(?: [A-Z][\w-]+)*|Ambassador|General|Gen|Colonel|Col|Captain|Capt|Sgt|Sergeant|"
    r"Admiral|Adm|Chairman|Chairwoman|Director|Commissioner|Judge|Justice|Rev|Reverend|King|Queen|Prince|Princess|Sir|"
    r"Lady|Lord|Pope|Chief)\.?)"
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
    r"Board|Army|Navy|Air|Force|Guard|Corps|House|Senate|Congress|Party|Government|Ministry|Authority|Administration|"
    r"Commission|Hospital|Church|Airways|Airlines|Technologies|Systems|Industries|Electric|Energy|News|Journal|Times|"
    r"Post|Team|League|Alliance|Society|Club|Network|United|Nations|States|Kingdom|New|North|South|East|West|Northern|"
    r"Southern|Eastern|Western|Saudi|Republic|Islands?|County|City|State|National|International|American|Americans|"
    r"Federal|European|Japanese|Korean|Red|Cross|Green|The|Democrats?|Republicans?|Tribe|Nation|Pueblo|Railroad|Indians?)\b"
)
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


def person_value(words: str) -> Value | None:
    """Return the name, without title or party, when the words are one person's full name."""
    found = _PERSON.fullmatch(" ".join(words.split()).strip(" ,;:"))
    if found is None or " " not in found["name"]:
        return None
    if _NO_PERSON.search(found["name"]) or (not found["titles"] and found["name"].isupper()):
        return None
    return Value(ValueKind.PERSON, found["name"])


def asks_where(question: str) -> bool:
    """Tell whether a place answers the question."""
    return bool(_WHERE.search(question))


def place_value(words: str) -> Value | None:
    """Return the place as it is written when the words are nothing but its name, with "in" or "the" taken off."""
    found = _PLACE.fullmatch(" ".join(words.split()).strip(" ,;:."))
    return Value(ValueKind.PLACE, found["place"]) if found and not _ADJECTIVE.search(found["place"]) else None
