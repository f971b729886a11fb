"""The words of one date, or of a stretch of days -> its first and last day.

Relative words count from today; what has a day and a month in numbers may mean either of two days.
"""

import calendar
import datetime as dt
import re

from qa_service.language.months import MONTH, MONTH_NUMBERS

Days = tuple[dt.date, dt.date]
"""First and last."""

_NUMBERS = {
    word: number
    for number, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
} | {"a": 1, "an": 1}
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_PARTS = {"early": (1, 4), "mid": (5, 8), "late": (9, 12)}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
# Years of two digits from here on are of the 1900s, as POSIX reads them.
_FIRST_OF_1900S = 69

ONE_MONTH = rf"(?:{MONTH})\b\.?"
# A number before a noun is a count or a name: "2005 dollars", "2006 budget".
YEAR = (
    r"(?:19|20)\d\d\b(?![-/–—]\d|['’]|\s+(?:dollars?|euros?|yen|tons?|troops|people|prices|levels|budget|bill|act|games|olympics"
    r"|farm|fiscal|miles|km|terms)\b)"
)
_SEASON = "(?:" + "|".join(_SEASONS) + ")"
UNIT = "(?:day|week|month|year)s?"
COUNT = r"(?:\d{1,3}|" + "|".join(_NUMBERS) + ")"

# "10/5/2021" may be of May or of October.
_NUMERIC = (
    r"(?<![\d./$€£-])(?:\d{1,2}/\d{1,2}/(?:(?:19|20)\d\d|\d\d)|\d{1,2}\.\d{1,2}\.(?:19|20)\d\d"
    r"|\d{1,2}-\d{1,2}-(?:19|20)\d\d|(?:19|20)\d\d/\d{1,2}/\d{1,2}|(?:19|20)\d\d\.\d{1,2}\.\d{1,2})(?![\w/-]|\.\d)"
)
IS_NUMERIC = re.compile(_NUMERIC)
# Each surely a date wherever it stands.
DATED = "|".join(
    (
        r"(?:19|20)\d\d-\d\d-\d\d\b",
        _NUMERIC,
        rf"(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?\s+{ONE_MONTH},?\s+{YEAR}",
        rf"{ONE_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+{YEAR}",
        rf"{ONE_MONTH}(?:,|\s+of)?\s+{YEAR}",
        rf"(?:the\s+)?{_SEASON}(?:\s+of)?\s+{YEAR}",
        rf"(?:early|mid|late)[-\s]{YEAR}",
        rf"(?:the\s+)?(?:first|second)\s+half\s+of\s+{YEAR}",
        rf"(?:the\s+)?(?:first|second|third|fourth)\s+quarter\s+of\s+{YEAR}",
        r"the\s+(?:early\s+|late\s+)?(?:19|20)\d0s\b",
        r"(?:(?:the\s+day\s+before\s+)?yesterday|today)\b(?!['’])",
        rf"(?:last|this)\s+(?:week|month|year|{ONE_MONTH}|{_SEASON})\b(?!['’]|\s+of\b)",
        rf"last\s+(?:{'|'.join(_WEEKDAYS)})\b",
        rf"{COUNT}\s+{UNIT}\s+ago\b",
    )
)
_DAY = r"(?:3[01]|[12]?\d)(?:st|nd|rd|th)?"
_JOINT = r"(?:\s+(?:and|or|to|until|till|through)\s+|\s?[-–—]\s?)"
# Two dates, the first of which takes its month or year from the second: "9 to 11 May 2021".
STRETCH = "|".join(
    (
        rf"{ONE_MONTH}\s+{_DAY}{_JOINT}(?:{ONE_MONTH}\s+)?{_DAY},?\s+{YEAR}",
        rf"(?:the\s+)?{_DAY}(?:(?:\s+of)?\s+{ONE_MONTH})?{_JOINT}(?:the\s+)?{_DAY}(?:\s+of)?\s+{ONE_MONTH},?\s+{YEAR}",
        rf"{ONE_MONTH}{_JOINT}{ONE_MONTH}(?:,|\s+of)?\s+{YEAR}",
    )
)
YEARS = rf"(?:19|20)\d\d(?:\s+(?:to|until|till|through)\s+|\s?[-–—]\s?){YEAR}"
_WHOLE_STRETCH = re.compile(rf"{STRETCH}|{YEARS}")


def readings(words: str, today: dt.date) -> list[Days]:
    """Return the first and last day of each date that the words name or could mean; ValueError when there is none."""
    words = words.lower()
    if IS_NUMERIC.fullmatch(words):
        return _numeric([int(number) for number in re.findall(r"\d+", words)])
    if _WHOLE_STRETCH.fullmatch(words):
        return _stretch(words)
    return [_days_of(words, today)]


def _numeric(numbers: list[int]) -> list[Days]:
    """Return the days that three numbers can mean: the year stands first or last, the month in the middle or first."""
    first, second, third = numbers
    if first > 31:
        days = [dt.date(first, second, third)]
    else:
        year = third if third > 99 else third + (1900 if third >= _FIRST_OF_1900S else 2000)
        days = [dt.date(year, month, day) for month, day in {(first, second), (second, first)} if month <= 12]
    if not days:
        raise ValueError("there is no such month")
    return [(day, day) for day in sorted(days)]


def _stretch(words: str) -> list[Days]:
    """Return a stretch of days, months or years, or its two ends when they are only named side by side."""
    tokens = _tokens(words)
    is_pair = not {"and", "or"}.isdisjoint(tokens)
    months = [MONTH_NUMBERS[token] for token in tokens if token in MONTH_NUMBERS]
    *numbers, year = (int(token) for token in tokens if token.isdigit())
    if not months:
        first, second = _months(numbers[0], 1, 12), _months(year, 1, 12)
    else:
        # "from December to January 2006"
        first_year = year if is_pair or months[0] <= months[-1] else year - 1
        days = numbers or (None, None)
        first, second = _day_or_month(first_year, months[0], days[0]), _day_or_month(year, months[-1], days[1])
    return [first, second] if is_pair or first > second else [(first[0], second[1])]


def _day_or_month(year: int, month: int, day: int | None) -> Days:
    if day is None:
        return _months(year, month, month)
    return dt.date(year, month, day), dt.date(year, month, day)


def _days_of(words: str, today: dt.date) -> Days:
    """Return the first and last day of a single date; ValueError when there is no such day."""
    words = words.lower()
    if re.fullmatch(r"\d{4}-\d\d-\d\d", words):
        day = dt.date.fromisoformat(words)
        return day, day
    tokens = _tokens(words)
    if re.search(r"\d0s$", words):
        return _decade(int(tokens[-2]), tokens)
    if tokens[-1].isdigit() and len(tokens[-1]) == 4:
        return _in_year(int(tokens[-1]), [token for token in tokens[:-1] if token not in {"the", "of"}])
    return _relative(tokens, today)


def up_to_today(words: str, today: dt.date) -> Days:
    """Return the days of "last 30 days" or "past week", which end today."""
    tokens = _tokens(words.lower())
    n, unit = _number(tokens[1]) if len(tokens) > 2 else 1, tokens[-1].rstrip("s")
    if unit in {"day", "week"}:
        return today - dt.timedelta(n * (7 if unit == "week" else 1)), today
    year, month = _month_back(today, n * (12 if unit == "year" else 1))
    return dt.date(year, month, min(today.day, calendar.monthrange(year, month)[1])), today


def _tokens(words: str) -> list[str]:
    return re.findall(r"[a-z]+|\d+", re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", words))


def _in_year(year: int, tokens: list[str]) -> Days:  # noqa: PLR0911 - one return per form
    if not tokens:
        return _months(year, 1, 12)
    names = [token for token in tokens if not token.isdigit()]
    days = [int(token) for token in tokens if token.isdigit()]
    if names[-1] in MONTH_NUMBERS:
        month = MONTH_NUMBERS[names[-1]]
        if days:
            day = dt.date(year, month, days[0])
            return day, day
        return _months(year, month, month)
    if names[-1] in _SEASONS:
        return _season(year, names[-1])
    if names[-1] == "half":
        return _months(year, 1, 6) if names[0] == "first" else _months(year, 7, 12)
    if names[-1] == "quarter":
        last = 3 * _ORDINALS[names[0]]
        return _months(year, last - 2, last)
    return _months(year, *_PARTS[names[0]])


def _relative(tokens: list[str], today: dt.date) -> Days:
    if tokens[-1] in {"today", "yesterday"}:
        day = today - dt.timedelta((tokens[-1] == "yesterday") + (len(tokens) > 1))
        return day, day
    if tokens[-1] == "ago":
        return _unit_back(_number(tokens[0]), tokens[1].rstrip("s"), today)
    back, name = tokens[0] == "last", tokens[1]
    if name in _WEEKDAYS:
        day = today - dt.timedelta((today.weekday() - _WEEKDAYS.index(name) - 1) % 7 + 1)
        return day, day
    if name in MONTH_NUMBERS:
        month = MONTH_NUMBERS[name]
        year = today.year - (back and month >= today.month)
        return _months(year, month, month)
    if name in _SEASONS:
        start, end = _season(today.year, name)
        return _season(today.year - 1, name) if back and end >= today else (start, end)
    return _unit_back(int(back), name, today)


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS[word]


def _unit_back(n: int, unit: str, today: dt.date) -> Days:
    """Return the day, calendar week (from Monday), month or year that lies `n` of them before today's."""
    if unit == "day":
        day = today - dt.timedelta(n)
        return day, day
    if unit == "week":
        monday = today - dt.timedelta(today.weekday() + 7 * n)
        return monday, monday + dt.timedelta(6)
    if unit == "month":
        year, month = _month_back(today, n)
        return _months(year, month, month)
    return _months(today.year - n, 1, 12)


def _month_back(today: dt.date, n: int) -> tuple[int, int]:
    year, month = divmod(today.year * 12 + today.month - 1 - n, 12)
    return year, month + 1


def _months(year: int, first: int, last: int) -> Days:
    return dt.date(year, first, 1), dt.date(year, last, calendar.monthrange(year, last)[1])


def _season(year: int, name: str) -> Days:
    """Return the three months of a northern season; winter is that of the December of `year`."""
    first = _SEASONS[name]
    if first == _SEASONS["winter"]:
        return dt.date(year, 12, 1), _months(year + 1, 2, 2)[1]
    return _months(year, first, first + 2)


def _decade(year: int, tokens: list[str]) -> Days:
    first, last = (0, 3) if "early" in tokens else (7, 9) if "late" in tokens else (0, 9)
    return dt.date(year + first, 1, 1), dt.date(year + last, 12, 31)
