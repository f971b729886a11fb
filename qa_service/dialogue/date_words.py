"""A question to the dates and the order by date that its words ask for, by rules.

Only wording about releases ("releases of May 2005", "what did X say in 2006") asks for a filter; any other date may
stand in the text of a release of another day, so it is a preference. What is not surely a date is left to retrieval.
"""

import datetime as dt
import re
from collections.abc import Sequence

from qa_service.dialogue.days import (
    COUNT,
    DATED,
    IS_NUMERIC,
    ONE_MONTH,
    STRETCH,
    UNIT,
    YEAR,
    YEARS,
    readings,
    up_to_today,
)
from qa_service.dialogue.order_words import orders_in
from qa_service.types import DateUse, UnderstoodDates

_Range = tuple[dt.date | None, dt.date | None]
# Letters that patterns take for "s" and "i" when case is ignored, and tables of words don't.
_FOLDED = str.maketrans("ſıİ", "sii")

_BOUNDS = frozenset({"since", "before", "prior to", "after", "until", "till", "up to", "no later than", "by"})
_MORE_YEARS = rf"(?:(?:,\s+{YEAR}){{0,9}},?\s+(?:and|or|with|than|versus|vs\.?)\s+{YEAR}|(?:,\s+{YEAR}){{1,9}})"
# "The 2006 press releases", "press releases 2006".
_RELEASES = r"(?:(?:press|news)\s+)?releases?\b"
_YEAR_OF_RELEASES = rf"{YEAR}(?=\s+{_RELEASES})|(?<=\breleases\s)(?:{YEARS}|{YEAR})"
_SPAN = rf"(?:in|over|during|within)\s+the\s+(?P<span>(?:last|past)\s+(?:{COUNT}\s+)?{UNIT})\b(?!['’]|\s+of\b)"
_PREPOSITION = (
    r"(?:in|on|during|throughout|since|before|after|prior\s+to|until|till|up\s+to|no\s+later\s+than|by|of|from|"
    r"as\s+of|dated)"
)
_EDGE = r"(?:the\s+(?:very\s+)?(?P<edge>start|beginning|end)\s+of\s+)"
# "From 2008 on", but not "from 2008 on Iran".
_BEHIND = r"(?=\s*(?:[?.,;!]|$))"
_OPEN = (
    rf"(?:(?P<later>\s+onwards?\b|\s+or\s+later\b|\s+(?:on|(?:and|or)\s+(?:later|after(?:wards)?)){_BEHIND})"
    rf"|(?P<earlier>\s+or\s+earlier\b|\s+(?:and|or)\s+(?:earlier|before){_BEHIND}))"
)
_END = rf"(?:{DATED}|{YEAR}|{ONE_MONTH})"
_EXPRESSION = re.compile(
    rf"\b(?:between\s+(?P<between>{STRETCH})"
    rf"|between\s+(?P<b1>{_END})\s+and\s+(?P<b2>{DATED}|{YEAR})"
    rf"|from\s+(?P<f1>{_END})\s+(?:to|until|till|through)\s+(?P<f2>{DATED}|{YEAR})"
    rf"|{_SPAN}"
    rf"|(?:(?P<preposition>{_PREPOSITION})\s+{_EDGE}?(?P<after>{STRETCH}|{DATED}|{YEARS}|{YEAR})|"
    rf"(?P<bare>{STRETCH}|{DATED}|{_YEAR_OF_RELEASES}))"
    rf"(?:{_OPEN}|(?P<more>{_MORE_YEARS}))?)",
    re.IGNORECASE,
)
# The year of these is part of their name, not of the question.
_NAMED_BY_YEAR = re.compile(
    r"\b(?:acts?|bills?|treaty|games|olympics|budget|agreement|convention|resolution|protocol|code|amendments?|constitution)\s+$",
    re.IGNORECASE,
)
_SAYING = r"(?:say|said|announced?|stated?|declared?)"
_RELEASE_BEFORE = re.compile(
    r"\b(?:releases?|statements?|announcements?|remarks|speech(?:es)?|letters?)"
    rf"(?:\s+(?:was\s+|were\s+)?(?:issued|published|dated|made|released|given))?\s+$|\b{_SAYING}\s+$",
    re.IGNORECASE,
)
_RELEASE_AFTER = re.compile(rf"\s+{_RELEASES}", re.IGNORECASE)
_SAYING_AFTER = re.compile(rf"^,?\s*what\s+(?:did|has|have|does|do)\b.*\b{_SAYING}\b", re.IGNORECASE)

# Quoted words, what "who said that" asks about, and "at the latest" ask for no order, and no date in them is a filter.
_SAID = re.compile(
    r"\"[^\"]*\"|“[^“”]*”|«[^«»]*»|‘[^‘’]*’(?!\w)|(?<!\w)'[^']*'(?!\w)"
    r"|\bwho\s+(?:said|says|stated|declared|claimed)\s+"
    r"(?:that|the|this|these|there|my|our|his|her|their|its|i|we|he|she|it|they)\b.*"
    r"|\bat\s+the\s+(?:very\s+)?(?:latest|earliest)\b(?!\s+(?!(?:by|in|on|to|if|for|and|or|until|before|after|this|next)\b)\w)",
    re.IGNORECASE | re.DOTALL,
)


def read_dates(question: str, today: dt.date) -> UnderstoodDates | None:
    """Return the dates and the order that `question` asks for, None when it asks for neither.

    Args:
        question: As asked.
        today: What "last week" and "this year" are relative to.
    """
    folded = question.translate(_FOLDED)
    own_words = _SAID.sub(lambda match: "_" * len(match.group()), folded)
    expressions = [(match, ranges) for match in _EXPRESSION.finditer(folded) if (ranges := _ranges_of(match, today))]
    found = [match.span() for match, _ in expressions]
    order = order_words = None
    taken = {position for start, end in found for position in range(start, end)}
    for start, end, asked in orders_in(own_words):
        if start not in taken and order is None:
            order, order_words = asked, question[start:end]
            found.append((start, end))
    if not found:
        return None
    date_from, date_to = _hull([days for _, ranges in expressions for days in ranges])
    # Of two dates that stand apart, one may be that of what the release of the other tells of.
    is_filter = len(expressions) == 1 and _is_of_releases(expressions[0][0], own_words)
    use = DateUse.FILTER if is_filter else DateUse.PREFERENCE
    words = tuple(question[start:end] for start, end in sorted(found))
    return UnderstoodDates(words, date_from, date_to, order, use, order_words)


def _is_of_releases(match: re.Match[str], question: str) -> bool:
    """Return whether a date is surely that of releases; what is quoted in the question is blank in `question`."""
    if IS_NUMERIC.search(match.group()):
        return False
    before, after = question[: match.start()], question[match.end() :]
    is_beside_releases = _RELEASE_BEFORE.search(before) or _RELEASE_AFTER.match(after)
    return bool(is_beside_releases or (not before.strip() and _SAYING_AFTER.match(after)))


def _hull(ranges: Sequence[_Range]) -> _Range:
    if not ranges:
        return None, None
    starts, ends = [start for start, _ in ranges], [end for _, end in ranges]
    return (
        None if None in starts else min(start for start in starts if start),
        None if None in ends else max(end for end in ends if end),
    )


def _ranges_of(match: re.Match[str], today: dt.date) -> list[_Range]:
    """Return the days of an expression, in several ranges when it names some or may mean either of two days.

    There are none when no such day exists, or the date is part of a name.
    """
    preposition = re.sub(r"\s+", " ", (match["preposition"] or "").lower())
    if preposition == "of" and _NAMED_BY_YEAR.search(match.string[: match.start()]):
        return []
    try:
        if match["span"]:
            return [up_to_today(match["span"], today)]
        if match["b1"] or match["f1"]:
            return [_from_to(match["b1"] or match["f1"], match["b2"] or match["f2"], today)]
        if match["between"]:
            return [*readings(re.sub(r"\s+and\s+", " to ", match["between"], flags=re.IGNORECASE), today)]
        days = readings(match["after"] or match["bare"], today)
    except ValueError:
        return []
    if match["edge"] and preposition in _BOUNDS:
        days = [(end, end) if match["edge"].lower() == "end" else (start, start) for start, end in days]
    if match["later"] or match["earlier"]:
        preposition = "since" if match["later"] else "until"
    days += [each for year in re.findall(r"\d{4}", match["more"] or "") for each in readings(year, today)]
    return [_bounded(preposition, start, end) for start, end in days]


def _bounded(preposition: str, start: dt.date, end: dt.date) -> _Range:
    if preposition == "since":
        return start, None
    if preposition in {"before", "prior to"}:
        return None, start - dt.timedelta(1)
    if preposition == "after":
        return end + dt.timedelta(1), None
    if preposition in _BOUNDS:
        return None, end
    return start, end


def _from_to(first: str, second: str, today: dt.date) -> _Range:
    ends = readings(second, today)
    if re.fullmatch(ONE_MONTH, first, re.IGNORECASE):
        first = f"{first.rstrip('.')} {ends[0][0].year}"
    start, end = min(readings(first, today))[0], max(end for _, end in ends)
    if start > end:
        raise ValueError("the end comes before the start")
    return start, end
