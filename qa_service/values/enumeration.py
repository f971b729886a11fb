"""What a list question asks for: each item of the enumeration at an answer's span, cut from the release.

Commas and "and" part items except where they belong to a name: "Trinidad and Tobago", "Tulsa, OK", "March 3, 2006".
When the parts don't look alike, or are not as many as were asked for, nothing is parted at all.
"""

import re

from qa_service.types import Slice
from qa_service.values.names import is_title

_NUMBERS = {word: n for n, word in enumerate("two three four five six seven eight nine ten".split(), 2)}
_PLURAL = r"(?:(?!\w+(?:ss|us|is)\b)(?!was\b|has\b|does\b)\w+s|people|children|men|women|persons)"
_FOLLOWS = (
    r"(?:did|do|are|were|have|had|will|would|can|could|should|does|is|was|to|of|in|that|who|with|for|on|from|\w+ed|gave|got|"
    r"held|made|met|sent|spoke|took|won)"
)
_SO_MANY = rf"\b(?:which|what|who|name|list)\b (?:are |were )?(?:the |his |her |its |their )?({'|'.join(_NUMBERS)})\b"
_ASKS = (
    r"\b(?:which|what|name|list)\b (?:(?:the|all|all the|other|of the|some of the) )?"
    rf"(?:\w+ ){{0,3}}?{_PLURAL} {_FOLLOWS}\b",
    _SO_MANY,
    rf"^(?:name|list|names of|list of)\b(?: all| the)* (?:\w+ ){{0,3}}?{_PLURAL}\b",
    r"^(?:and )?who(?:m)? (?:else )?(?:attended|joined|accompanied|are|were|participated|took part|teamed up|signed|"
    r"co-?sponsored|cosponsored|supported|testified)\b",
    rf"^(?:the )?{_PLURAL} of (?:which|what)\b",
)
_LIST = re.compile("|".join(_ASKS), re.IGNORECASE)
_COUNT = re.compile(_SO_MANY, re.IGNORECASE)

_STATES = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|"
    "Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|"
    "Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|"
    "Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|"
    "West Virginia|Wisconsin|Wyoming"
)
_IS_STATE = re.compile(rf"(?:{_STATES})")
_HEAD = (
    r"(?:Ministers?|Ministry|Secretary|Secretaries|Departments?|Committees?|Subcommittees?|Bureau|Office|Institutes?|"
    r"Bank|Council|Cent(?:er|re)|Act|Fund|Agency|Under-?Secretary|Commission|Organi[sz]ation|Chairman|Director|College|School|"
    r"University|Conference|Association|Division|Minister-Counsellor|Commissioner|Board|Chamber)"
)
# Matches of these hold no separator: pairs that are one name, offices, companies, dates, figures, parties, asides.
_WHOLE = re.compile(
    r"Trinidad and Tobago|Bosnia and Herzegovina|Antigua and Barbuda|S[aã]o Tom[eé] and Pr[ií]ncipe|"
    r"(?:Saint|St\.?) Kitts and Nevis|(?:Saint|St\.?) Vincent and the Grenadines|Turks and Caicos|Lewis and Clark|"
    rf"{_HEAD} (?:of|for|on)(?: the)? (?:[A-Z][\w-]+,? )*?[A-Z][\w-]+(?: [A-Z][\w-]+)*,? and (?:the )?[A-Z][\w-]+|"
    r"(?:[A-Z][\w-]+ )*[A-Z][\w-]+ and [A-Z][\w-]+(?: [A-Z][\w-]+)* (?:Services?|Administration|Committee|Department|"
    r"Act|Agency|Commission|Bureau|Program(?:me)?|Foundation|Center|Institute|Trail|Corps|Fund|Initiative|"
    r"Association|Company)\b|"
    r", (?:Inc|Jr|Sr|II|III|IV|Ltd|LLC|LLP|Corp|L\.P|M\.D|Ph\.D|Esq)\b\.?|"
    r", [DRI]-[A-Z][\w.]*|, (?:[A-Z]{2}|D\.C\.|N\.[A-Z]\.)(?![\w])|\d,\d|"
    r"\b[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}|\([^()]*\)|\"[^\"\n]*\"|“[^”\n]*”"
)
_SEPARATOR = re.compile(r"\s*[;,]\s*(?:and|or|as well as)\s+|\s*[;,]\s+|\s+(?:and|or|as well as)\s+")
_ITEM = (
    r"(?:the )?[A-Z][\w.'’&-]*(?:(?: (?:of the|of|for|de|del|la|the|&))? [A-Z0-9][\w.'’&-]*)*(?: \([^()\n]{1,40}\))?"
)
# Possessive: ", AK" could be an item as well, and a list of states be read in more ways than it has characters.
_STATE_PART = r"(?:, (?:Inc\.?|Jr\.?|Sr\.?|III?|Ltd\.?|LLC|[A-Z]{2}(?!\w)|D\.C\.|[DRI]-[A-Z][\w.]*))?+"
_NAMES = re.compile(
    rf"(?<![\w.]){_ITEM}{_STATE_PART}(?:[,;] {_ITEM}{_STATE_PART})*[,;]? (?:and|as well as) "
    rf"{_ITEM}{_STATE_PART}(?![\w])"
)
# How far from the answer the rest of its enumeration may stand, in characters.
_REACH = 600
_ABBREVIATED = re.compile(r"\b(?:Inc|Jr|Sr|Ltd|Corp|Co|[A-Z])\.$")
_CLAUSE = re.compile(r"\b(?:he|she|they|it|him|them|that)\b")
_FINITE = re.compile(r"\b(?:was|were|is|are|has|have|had|will)\b")
_ASIDE = re.compile(r"\s?[,;:(–-]")
_BULLET = re.compile(r"^[^\S\n]*(?:[-*•·▪◦‣–]|\(?\d{1,2}[.)])[^\S\n]+(?=\S)", re.MULTILINE)


def asks_for_several(question: str) -> bool:
    """Tell whether the question asks for more than one thing."""
    return bool(_LIST.search(question.strip()))


def items_of(question: str, text: str, span: tuple[int, int], sentence: tuple[int, int]) -> tuple[Slice, ...]:
    """Return the items of the enumeration that the answer is, or is one of, when as many were asked for.

    Args:
        question: Asks for several things, or there are no items.
        text: The release.
        span: Of the answer's words.
        sentence: That is cited, or sentences; items outside it are found in a bulleted list only.
    """
    if not asks_for_several(question):
        return ()
    items = _bullets(text, *span) or _alike(_split(text, *_extent(text, *span, *sentence)))
    asked = _COUNT.search(question)
    if any(_is_named(item.text, question) for item in items):
        return ()  # "who else signed with Dorgan?" does not ask for Dorgan
    if len(items) < 2 or (asked and _NUMBERS[asked[1].lower()] != len(items)):
        return ()
    return items


def _is_named(item: str, question: str) -> bool:
    names = re.findall(r"\b(?!(?:The|An)\b)[A-Z][\w'’-]+", re.sub(r"\([^()]*\)", "", item))
    return bool(names) and bool(re.search(rf"\b{re.escape(names[-1])}\b", question, re.IGNORECASE))


def _extent(text: str, start: int, end: int, low: int, high: int) -> tuple[int, int]:
    """Return the span, widened to the enumeration of names that it stands in."""
    for found in _NAMES.finditer(text, max(low, start - _REACH), min(high, end + _REACH)):
        first, last = found.span()
        if last == high and not _ABBREVIATED.search(found[0]):
            last -= found[0].endswith(".")  # the sentence's
        if first <= start < last or first < end <= last:
            return min(start, first), max(end, last)
    return start, end


def _split(text: str, start: int, end: int) -> list[Slice]:
    if end - start > _REACH:
        return []  # no enumeration is as long, and a hostile text is not gone through for ever
    words = text[start:end]
    whole = [found.span() for found in _WHOLE.finditer(words)]
    separators = [found for found in _SEPARATOR.finditer(words) if not any(a <= found.start() < b for a, b in whole)]
    if any(";" in found[0] for found in separators):
        separators = [found for found in separators if ";" in found[0]]
    elif len({"," in found[0] for found in separators if found[0].strip(", ")}) > 1:
        return []  # "red, blue, and black and white"
    items, position = [], 0
    for found in [*separators, None]:
        stop = found.start() if found else len(words)
        item = words[position:stop]
        lead = len(item) - len(item.lstrip())
        item = item.strip()
        if item:
            items.append(Slice(item, start + position + lead, start + position + lead + len(item)))
        position = found.end() if found else stop
    return _with_states(text, items)


def _with_states(text: str, items: list[Slice]) -> list[Slice]:
    """Join "New York" to "Brooklyn", unless states are what is listed."""
    if not items or _IS_STATE.fullmatch(items[0].text) or not any(_IS_STATE.fullmatch(item.text) for item in items):
        return items
    joined: list[Slice] = []
    for item in items:
        if joined and _IS_STATE.fullmatch(item.text) and text[joined[-1].end : item.start] == ", ":
            start = joined.pop().start
            joined.append(Slice(text[start : item.end], start, item.end))
        else:
            joined.append(item)
    return joined


def _alike(items: list[Slice]) -> tuple[Slice, ...]:
    """Return the items when all of them begin alike, as names or as plain words: an aside among names doesn't.

    Nor do they when some only say what another is: "Mr. Arel, Minister of Trade, and Ms. Holt".
    """
    starts = {re.sub(r"^(?:the|a|an|both|either) ", "", item.text)[:1].isupper() for item in items[1:]}
    is_mixed = len({item.text.isdigit() for item in items}) > 1  # "markers 30 and 31" are no two things by themselves
    is_short = all(len(item.text.split()) <= 12 for item in items)
    if any(_CLAUSE.search(item.text) for item in items):
        return ()
    is_clause = [bool(_FINITE.search(item.text)) for item in items]  # "trade, customs and rules were closed"
    is_office = {is_title(item.text.partition(" and ")[0].rstrip(",")) for item in items}
    if (
        len(items) < 2
        or len(is_office) > 1
        or is_mixed
        or not is_short
        or is_clause == [False] * (len(items) - 1) + [True]
    ):
        return ()
    return tuple(items) if len(starts) == 1 else ()


def _bullets(text: str, start: int, end: int) -> tuple[Slice, ...]:
    """Return the items of the bulleted list of which the span is one, most of one, or the name that one begins with."""
    low = text.rfind("\n", 0, start) + 1
    if not _BULLET.match(text, low):
        return ()
    first = low
    while first and (before := text[: first - 1].rstrip("\n")) and _BULLET.match(text, above := before.rfind("\n") + 1):
        first = above
    items, position = [], first
    while (bullet := _BULLET.match(text, position)) is not None:
        line_end = text.find("\n", bullet.end())
        line_end = len(text) if line_end < 0 else line_end
        item = text[bullet.end() : line_end].rstrip(" ;,")
        item = re.sub(r"[;,]? and$", "", item)
        if item:
            items.append(Slice(item, bullet.end(), bullet.end() + len(item)))
        position = line_end + 1
        while position < len(text) and text[position] == "\n":
            position += 1
    its_own = next((item for item in items if item.start < end and start < item.end), None)
    if its_own is None or len(items) < 2 or end > items[-1].end + 2:
        return ()
    is_most = 2 * (end - start) >= its_own.end - its_own.start
    is_head = start == its_own.start and not its_own.text.endswith(".") and _ASIDE.match(text, end)
    return tuple(items) if is_most or is_head else ()
