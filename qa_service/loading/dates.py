"""The date that a release states: in a line of its own, in the dateline of its first paragraph, or in its file's name.

Only complete dates of the years 1900 to 2100 count, and none that could be two days, as 5/10/2005 could. Patterns read
nearly all; dateparser, which is slow and takes "May" and "Monday" for dates, sees only lines that name month and year.
"""

import datetime as dt
import re
from typing import NamedTuple

import dateparser

from qa_service.language.months import MONTH, MONTH_NUMBERS

_MONTH = rf"(?P<month>{MONTH})\b\.?"
_DAY = r"(?<!\d)(?P<day>[0-3]?\d)(?:st|nd|rd|th)?(?!\d)"
_YEAR = r"(?<!\d)(?P<year>(?:19|20)\d\d|2100)(?!\d)"
_GAP = r"(?:\s{0,3},\s{0,3}|\s{1,3})"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\b{_MONTH}\s{{0,3}}{_DAY}{_GAP}{_YEAR}",
        rf"(?:\bthe\s)?{_DAY}\s{{0,3}}(?:of\s)?{_MONTH}{_GAP}{_YEAR}",
        rf"{_YEAR}(?P<mark>[-/._])(?P<month>[01]?\d)(?P=mark)(?P<day>[0-3]?\d)(?!\d)",
        rf"(?<!\d)(?P<first>[0-3]?\d)(?P<mark>[-/.])(?P<second>[0-3]?\d)(?P=mark){_YEAR}",
        rf"{_YEAR}\s?年\s?(?P<month>[01]?\d)\s?月\s?(?P<day>[0-3]?\d)\s?日",
    )
)
_ANY_FORM = "|".join(re.sub(r"\?P<\w+>", "?:", form.pattern).replace("(?P=mark)", "[-/._]") for form in _FORMS)
_MONTH_NAME = re.compile(rf"\b{_MONTH}", re.IGNORECASE)
_ANY_YEAR = re.compile(_YEAR)
_COMPACT = re.compile(r"(?P<year>(?:19|20)\d\d)(?P<month>[01]\d)(?P<day>[0-3]\d)(?!\d)")

_WEEKDAY = (
    r"\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?"
    r"|[月火水木金土日]曜日?|[(（][月火水木金土日][)）]"
)
_TIME = (
    r"\b\d{1,2}[:.]\d\d(?::\d\d)?(?:\s?[ap]\.?m\b\.?)?|\b\d{1,2}\s?[ap]\.?m\b\.?"
    r"|\b(?:GMT|UTC|JST|E[SD]T|CES?T)\b|(?<=\s)[+-]\d{4}\b"
)
_LABEL = (
    r"\b(?:for (?:immediate )?release|press release|release date|date of publication|released?|dated?|dt|posted"
    r"|published|issued|(?:no|nr|vol)\.\s?\d[\d/-]{0,15})\b"
    rf"|\b(?:on|of)(?=\s*(?:$|{_WEEKDAY}))|\bat(?=\s*\d)"
)
# Behind it a date is that of the release, whatever follows: `Posted On: 19 APR 2023 4:45PM by PIB Delhi`.
_PUBLISHED = re.compile(
    r"\W*(?:(?:press|news|media) (?:release|statement)|released?|release date|published|publication date|posted|issued)"
    r"(?:\s(?:on|date))?\W*",
    re.IGNORECASE,
)
_SAYS_WHEN = re.compile(rf"{_WEEKDAY}|{_TIME}|{_LABEL}", re.IGNORECASE)
# The day of something else: `Last updated: May 12, 2024`, `(due June 30, 2006)`. The label stands before the date.
_OTHER_DATE = re.compile(
    r"\b(?:(?:page|last)\s){0,2}(?:updated|last update|modified|revised|deadline|due|effective|expir(?:es|y|ed))"
    rf"(?:\s(?:on|by|from|until|date)){{0,2}}[\s:,]{{0,4}}(?:(?:{_WEEKDAY})[\s,]{{0,3}})?(?:{_ANY_FORM})",
    re.IGNORECASE,
)
_OTHER_DAY = re.compile(
    r"\b(?:updated|modified|revised|deadlines?|due|effective|expir(?:es|y|ed)|hearings?|when)\b", re.IGNORECASE
)
_MARKS = " \t\n()[]（）,.;:/|–—-"
_NO_PLACE = frozenset("on in since until by from before after the as at for between".split())
_BEFORE_PLACE = re.compile(  # a part of its name; "The War" and "State of the Union" are no places
    r"^(?:the(?=\s(?:bahamas|bottom|dalles|gambia|hague|netherlands|philippines|valley|villages|woodlands)\b)"
    r"|(?:bay|city|county|gulf|isles?|port|province|republic) of\b)",
    re.IGNORECASE,
)
_PARTICLES = frozenset("aan al am da das de del den der di do dos du el es la las le les los sur upon".split())
_COUNTRY_PARTICLES = frozenset("and of the".split())
_MOMENT = rf"(?:[\s,(]{{1,3}}(?:{_TIME}|{_WEEKDAY})\)?){{0,3}}"
_DATELINE_END = re.compile(
    rf"{_MOMENT}\)?,?\s*(?:\([^()\n]{{0,40}}\)|/[^/\n]{{1,40}}/)?\s*(?:--?|–|—|:|\||\n|(?<=\d)\.\s)", re.IGNORECASE
)
_BRACKET_END = re.compile(rf"{_MOMENT}[)\]]", re.IGNORECASE)
_IN_UTC = re.compile(r":\d\d(?:\.\d+)?\s?(?:Z|[+-]00:?00|GMT|UTC?)$")
_LONGEST_LINE = 120


class FoundDate(NamedTuple):
    """A date and where it stands: `text[start:end]`."""

    date: dt.date
    start: int
    end: int


def find_date(text: str) -> FoundDate | None:
    """Return the first complete date in `text`."""
    found = (
        FoundDate(date, *match.span()) for form in _FORMS for match in form.finditer(text) if (date := _date(match))
    )
    return min(found, key=lambda each: each.start, default=None)


def stated_date(value: str) -> dt.date | None:
    """Return the date of a metadata field, such as `2005-05-10T18:40:00Z`, `20050510` or `10 May 2005`."""
    value = value[:_LONGEST_LINE]
    if (compact := _COMPACT.match(value)) and (date := _date(compact)):
        return date
    found = find_date(value)
    return found.date if found else _parse_loosely(value)


def is_in_utc(moment: str) -> bool:
    """Say whether `moment`, a metadata field, is a time in UTC: `2005-05-10T22:00:00Z`."""
    return _IN_UTC.search(moment) is not None


def is_day_apart(date: dt.date | None, other: dt.date | None) -> bool:
    """Say whether one is the day before the other, as the day of a moment may be in another time zone."""
    return date is not None and other is not None and abs(date - other) == dt.timedelta(days=1)


def file_name_date(stem: str) -> dt.date | None:
    """Return the date that begins a file's name, as in `2007-05-22-summit`."""
    found = find_date(stem[:12])
    if found and found.start == 0:
        return found.date
    compact = _COMPACT.match(stem)
    return _date(compact) if compact else None


def date_line(line: str) -> dt.date | None:
    """Return the date of a line that says when, and perhaps where, and nothing else: `Tokyo, May 10, 2005 (Tue)`."""
    if len(line) > _LONGEST_LINE:
        return None
    line = _OTHER_DATE.sub("", line)
    if _OTHER_DAY.search(line):
        return None
    found = find_date(line)
    if found is None:
        return _parse_loosely(line)
    before, after = line[: found.start], line[found.end :]
    is_published = _PUBLISHED.fullmatch(before) and not line.endswith(".")
    return found.date if is_published or _says_only_where(before, after) else None


def _says_only_where(before: str, after: str) -> bool:
    """Say whether what stands around a date is but a place; a headline may end with a date in brackets."""
    place = _rest(after)
    if not _ends_with_place(before) or (place and not (_is_place(place) and after.lstrip()[0] in _MARKS)):
        return False
    return len(_rest(before).split()) <= 2 or not after.rstrip(".").endswith(")")


def is_other_date_line(line: str) -> bool:
    """Say whether `line` is the day of something else than the release: `Last updated: May 12, 2024`."""
    if len(line) > _LONGEST_LINE:
        return False
    rest = _OTHER_DATE.sub("", line)
    return rest != line and not _rest(rest)


def stamp_date(line: str) -> dt.date | None:
    """Return the first date of a line that is known to be a stamp: `Embargoed until May 10, 2005`."""
    found = find_date(_OTHER_DATE.sub("", line))
    return found.date if found else None


def closing_date(line: str) -> dt.date | None:
    """Return the date in brackets that ends a line: `Press conference by the Minister (Tuesday, May 10, 2005)`."""
    opening = line.rfind("(")
    return date_line(line[opening:]) if opening >= 0 and line.endswith(")") else None


def dateline_date(paragraph: str) -> dt.date | None:
    """Return the date of the dateline that begins `paragraph`: `WASHINGTON, July 17, 2006 – The ...`."""
    paragraph = _OTHER_DATE.sub("", paragraph[:_LONGEST_LINE])
    found = find_date(paragraph)
    if found is None:
        return None
    before = paragraph[: found.start].rstrip()
    if _OTHER_DAY.search(before) or not _ends_with_place(before):
        return None
    is_bracketed = before.endswith("(") and paragraph.startswith(")", found.end)
    end = _BRACKET_END if re.fullmatch(r"[(\[][^)\]]*", before) else _DATELINE_END
    return found.date if is_bracketed or end.match(paragraph, found.end) else None


def _date(match: re.Match[str]) -> dt.date | None:
    """Return the day that `match` names, None when there is no such day or when it could be two."""
    parts = match.groupdict()
    if "first" in parts:
        first, second = int(parts["first"]), int(parts["second"])
        if first != second and first <= 12 and second <= 12:
            return None
        day, month = max(first, second), min(first, second)
    else:
        name = parts["month"].casefold()  # "ſep" is matched, too
        day, month = int(parts["day"]), MONTH_NUMBERS.get(name) or int(name)
    try:
        return dt.date(int(parts["year"]), month, day)
    except ValueError:
        return None


def _parse_loosely(line: str) -> dt.date | None:
    """Return the date of a short line that is one in a rarer form: `2005 May 10`, `10-May-2005`."""
    if len(line) > 60 or not _ANY_YEAR.search(line) or not _MONTH_NAME.search(line):
        return None
    settings = {"REQUIRE_PARTS": ["day", "month", "year"], "PARSERS": ["absolute-time"], "STRICT_PARSING": True}
    parsed = dateparser.parse(line, languages=["en"], settings=settings)
    return parsed.date() if parsed and 1900 <= parsed.year <= 2100 else None


def _rest(text: str) -> str:
    """Return what `text` holds beside weekdays, times, labels and marks."""
    return _SAYS_WHEN.sub(" ", text).strip().strip(_MARKS)


def _ends_with_place(text: str) -> bool:
    """Say whether `text`, which stands before a date, only says when, or is a place and its mark, which is no colon."""
    text = _SAYS_WHEN.sub(" ", text)
    place = text.strip(_MARKS)
    mark = text[len(text.rstrip(_MARKS)) :].strip()[:1]
    return not place or (_is_place(place) and mark not in {"", ":", ";"})


def _is_place(text: str) -> bool:
    """Say whether `text` is nothing but names: `Port of Spain, Trinidad and Tobago`."""
    city, _, country = _BEFORE_PLACE.sub("", text.replace("(", " ").strip()).partition(",")
    names = [word for word in city.split() if word.partition("-")[0] not in _PARTICLES]
    names += [word for word in country.split() if word not in _PARTICLES | _COUNTRY_PARTICLES]
    return 0 < len(names) <= 5 and names[0].lower() not in _NO_PLACE and all(name[0].isupper() for name in names)
