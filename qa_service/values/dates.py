"""Dates and times of day as releases write them -> ISO 8601.

The words must be nothing but a date, a stretch of days, or a time of day. A year that they don't give is the one that
brings the day nearest to the release; when two years are about as near, or the weekday doesn't fit, there is no value.
"""

import datetime as dt
import re

from qa_service.language.months import MONTH, MONTH_NUMBERS
from qa_service.types import Value, ValueKind

_WEEKDAYS = "mon tue wed thu fri sat sun".split()
_MONTH = rf"(?:(?:{MONTH})\b\.?)"
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_YEAR = r"(?:1[5-9]|20)\d\d"
_ISO = r"(?:1[5-9]|20)\d\d-\d\d-\d\d"


def _date(n: int) -> str:
    return (
        rf"(?:(?P<iso{n}>{_ISO})|(?:(?P<weekday{n}>{_WEEKDAY}),? )?(?:(?P<month{n}>{_MONTH})(?: (?P<day{n}>{_DAY}))?|"
        rf"(?:the )?(?P<dayb{n}>{_DAY}) (?:of )?(?P<monthb{n}>{_MONTH}))"
        rf"(?:,? (?P<year{n}>{_YEAR}))?|(?P<only{n}>{_YEAR}))"
    )


_EXPRESSION = re.compile(
    rf"(?:(?P<lead>by|before|after|since|until|from|between|on|in|at|about|around) )?"
    rf"(?:(?P<part>early|mid|late)[- ])?(?:today, |tomorrow, |yesterday, )?{_date(1)}"
    rf"(?P<range>,? ?(?P<joint>and|to|through|until|-|–) ?"
    rf"(?:{_date(2)}|(?P<day3>{_DAY})(?:,? (?P<year3>{_YEAR}))?))?",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?:\bat )?(?P<about>\b(?:about|around|approximately) )?(?:\b(?P<hour>\d{1,2})(?::(?P<minute>\d\d))?"
    r" ?(?P<half>[ap]\.?m\b\.?)|\b(?P<hour24>\d{1,2}):(?P<minute24>\d\d)\b|\b(?P<noon>noon)\b)"
    r"(?: in the (?P<daypart>morning|afternoon|evening))?(?:,? (?:\w+ time|(?-i:[A-Z]{1,3}T|UTC))\b)?",
    re.IGNORECASE,
)
_BOUNDS = frozenset({"by", "before", "after", "since", "until"})
_RELATIVE = {"today": 0, "tomorrow": 1, "yesterday": -1}
# Half a year away, two years are about equally near; this leaves a month on either side.
_MAX_AWAY = dt.timedelta(days=150)


def date_value(words: str, release_date: dt.date | None) -> Value | None:
    """Return the date, stretch of days or time of day that the words are."""
    words = " ".join(words.split()).strip(" ,;:")
    times = list(_TIME.finditer(words))
    if len(times) > 1:
        return None
    if times:
        return _with_time(words, times[0], release_date)
    if words.lower() in _RELATIVE and release_date:
        day = release_date + dt.timedelta(days=_RELATIVE[words.lower()])
        return Value(ValueKind.DATE, day.isoformat())
    return _day_value(words.rstrip("."), release_date)


def _with_time(words: str, time: re.Match[str], release_date: dt.date | None) -> Value | None:
    clock = _clock(time)
    if clock is None:
        return None
    bound = "about" if time["about"] else None
    rest = re.sub(r"\s+", " ", words[: time.start()] + " " + words[time.end() :]).strip(" ,.")
    rest = re.sub(r"^(?:on|at)\b\s*|\s*\b(?:at|on)$", "", rest, flags=re.IGNORECASE).strip(" ,")
    if not rest:
        return Value(ValueKind.TIME, clock, bound)
    day = _day_value(rest, release_date)
    if day is None or len(day.value) != len("2005-05-10"):
        return None
    return Value(ValueKind.DATE, f"{day.value}T{clock}", day.bound or bound)


def _clock(time: re.Match[str]) -> str | None:
    if time["noon"]:
        return "12:00"
    hour, minute = int(time["hour"] or time["hour24"]), int(time["minute"] or time["minute24"] or 0)
    if time["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if time["half"].lower().startswith("p") else 0)
    elif time["daypart"] and time["daypart"].lower() != "morning" and hour < 12:
        hour += 12
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None


def _day_value(words: str, release_date: dt.date | None) -> Value | None:
    found = _EXPRESSION.fullmatch(words)
    if found is None:
        return None
    lead = (found["lead"] or "").lower()
    bound = lead if lead in _BOUNDS else "about" if lead in {"about", "around"} else None
    if found["part"]:
        if bound or found["range"] or found["day1"] or found["dayb1"] or found["only1"]:
            return None
        bound = found["part"].lower()
    if not found["range"]:
        day = None if lead == "between" else _resolved(found, 1, None, release_date)
        return Value(ValueKind.DATE, day, bound) if day else None
    stretch = _stretch(found, lead, release_date)
    return Value(ValueKind.DATE, stretch, bound) if stretch else None


def _stretch(found: re.Match[str], lead: str, release_date: dt.date | None) -> str | None:
    """Return an interval; None for two days that are merely named together."""
    is_and = found["joint"].lower() == "and" and lead != "between"
    given = found["year2"] or found["year3"] or found["only2"]
    if found["only1"] and not found["only2"]:
        return None
    first = _resolved(found, 1, given, release_date)
    if first is None:
        return None
    if found["day3"]:
        second = _iso(int(first[:4]), int(first[5:7]), _number(found["day3"])) if len(first) == 10 else None
    elif found["only2"] or found["iso2"] or found["year2"]:
        second = _resolved(found, 2, None, release_date)
        if second and second < first and not found["year1"] and len(first) > 4:
            first = f"{int(first[:4]) - 1}{first[4:]}"
    else:
        second = _resolved(found, 2, first[:4], None)
        if second and second < first and not given:
            second = _resolved(found, 2, str(int(first[:4]) + 1), None)
    if second is None or second <= first or len(second) != len(first):
        return None
    if is_and and not (
        len(first) == 10 and dt.date.fromisoformat(second) - dt.date.fromisoformat(first) == dt.timedelta(1)
    ):
        return None
    return f"{first}/{second}"


def _resolved(found: re.Match[str], n: int, year: str | None, release_date: dt.date | None) -> str | None:
    """Return the n-th date of the expression as "2005-05-10", "2005-05" or "2005"."""
    if found[f"iso{n}"]:
        return _iso(*map(int, found[f"iso{n}"].split("-")))
    if found[f"only{n}"]:
        return found[f"only{n}"]
    month = MONTH_NUMBERS[(found[f"month{n}"] or found[f"monthb{n}"]).rstrip(".").casefold()]
    day = found[f"day{n}"] or found[f"dayb{n}"]
    number = _number(day) if day else None
    weekday = _WEEKDAYS.index(found[f"weekday{n}"][:3].lower()) if found[f"weekday{n}"] else None
    year = found[f"year{n}"] or year
    of_year = int(year) if year else _near(month, number or 15, weekday, release_date)
    if of_year is None:
        return None
    if number is None:
        return f"{of_year}-{month:02}" if weekday is None else None
    written = _iso(of_year, month, number)
    if written and weekday is not None and dt.date.fromisoformat(written).weekday() != weekday:
        return None
    return written


def _near(month: int, day: int, weekday: int | None, release_date: dt.date | None) -> int | None:
    """Return the year that brings the day near to the release; no two can."""
    if release_date is None:
        return None
    for year in (release_date.year - 1, release_date.year, release_date.year + 1):
        date = dt.date.fromisoformat(written) if (written := _iso(year, month, day)) else None
        if date and abs(date - release_date) <= _MAX_AWAY and weekday in {None, date.weekday()}:
            return year
    return None


def _number(day: str) -> int:
    return int(re.sub(r"\D", "", day))


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return None
