"""A question to the dates and the order by date that its words ask for, by rules.

Only wording about releases ("releases of May 2005", "what did X say in 2006") asks for a filter; any other date may
stand in the text of a release of another day, so it is a preference. What is not surely a date is left to retrieval.
"""

import calendar
import datetime as dt
import re
from collections.abc import Iterator, Sequence

from qa_service.months import MONTH, MONTH_NUMBERS
from qa_service.types import DateOrder, DateUse, UnderstoodDates

_Range = tuple[dt.date | None, dt.date | None]
_Days = tuple[dt.date, dt.date]

_BOUNDS = frozenset({"since", "before", "prior to", "after", "until", "till", "up to", "no later than", "by"})
_NUMBERS = {
    word: number
    for number, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
} | {"a": 1, "an": 1}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_PARTS = {"early": (1, 4), "mid": (5, 8), "late": (9, 12)}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
# Years of two digits from here on are of the 1900s, as POSIX reads them.
_FIRST_OF_1900S = 69
# Letters that patterns take for "s" and "i" when case is ignored, and tables of words don't.
_FOLDED = str.maketrans("ſıİ", "sii")

_MONTH = rf"(?:{MONTH})\b\.?"
# A number before a noun is a count or a name: "2005 dollars", "2006 budget".
_YEAR = (
    r"(?:19|20)\d\d\b(?![-/–—]\d|['’]|\s+(?:dollars?|euros?|yen|tons?|troops|people|prices|levels|budget|bill|act|games|olympics"
    r"|farm|fiscal|miles|km|terms)\b)"
)
_SEASON = "(?:" + "|".join(_SEASONS) + ")"
_UNIT = "(?:day|week|month|year)s?"
_COUNT = r"(?:\d{1,3}|" + "|".join(_NUMBERS) + ")"

# "10/5/2021" may be of May or of October.
_NUMERIC = (
    r"(?<![\d./$€£-])(?:\d{1,2}/\d{1,2}/(?:(?:19|20)\d\d|\d\d)|\d{1,2}\.\d{1,2}\.(?:19|20)\d\d"
    r"|\d{1,2}-\d{1,2}-(?:19|20)\d\d|(?:19|20)\d\d/\d{1,2}/\d{1,2}|(?:19|20)\d\d\.\d{1,2}\.\d{1,2})(?![\w/-]|\.\d)"
)
_IS_NUMERIC = re.compile(_NUMERIC)
# Each surely a date wherever it stands.
_DATED = "|".join(
    (
        r"(?:19|20)\d\d-\d\d-\d\d\b",
        _NUMERIC,
        rf"(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?\s+{_MONTH},?\s+{_YEAR}",
        rf"{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+{_YEAR}",
        rf"{_MONTH}(?:,|\s+of)?\s+{_YEAR}",
        rf"(?:the\s+)?{_SEASON}(?:\s+of)?\s+{_YEAR}",
        rf"(?:early|mid|late)[-\s]{_YEAR}",
        rf"(?:the\s+)?(?:first|second)\s+half\s+of\s+{_YEAR}",
        rf"(?:the\s+)?(?:first|second|third|fourth)\s+quarter\s+of\s+{_YEAR}",
        r"the\s+(?:early\s+|late\s+)?(?:19|20)\d0s\b",
        r"(?:yesterday|today)\b(?!['’])",
        rf"(?:last|this)\s+(?:week|month|year|{_MONTH}|{_SEASON})\b(?!['’])",
        rf"{_COUNT}\s+{_UNIT}\s+ago\b",
    )
)
_DAY = r"(?:3[01]|[12]?\d)(?:st|nd|rd|th)?"
_JOINT = r"(?:\s+(?:and|or|to|until|till|through)\s+|\s?[-–—]\s?)"
# Two dates, the first of which takes its month or year from the second: "9 to 11 May 2021".
_STRETCH = "|".join(
    (
        rf"{_MONTH}\s+{_DAY}{_JOINT}(?:{_MONTH}\s+)?{_DAY},?\s+{_YEAR}",
        rf"(?:the\s+)?{_DAY}(?:(?:\s+of)?\s+{_MONTH})?{_JOINT}(?:the\s+)?{_DAY}(?:\s+of)?\s+{_MONTH},?\s+{_YEAR}",
        rf"{_MONTH}{_JOINT}{_MONTH}(?:,|\s+of)?\s+{_YEAR}",
    )
)
_YEARS = rf"(?:19|20)\d\d(?:\s+(?:to|until|till|through)\s+|\s?[-–—]\s?){_YEAR}"
_WHOLE_STRETCH = re.compile(rf"{_STRETCH}|{_YEARS}")
_MORE_YEARS = rf"(?:,\s+{_YEAR}){{0,9}},?\s+(?:and|or|with|than|versus|vs\.?)\s+{_YEAR}"
_SPAN = rf"(?:in|over|during|within)\s+the\s+(?P<span>(?:last|past)\s+{_COUNT}\s+{_UNIT})\b"
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
_END = rf"(?:{_DATED}|{_YEAR}|{_MONTH})"
_EXPRESSION = re.compile(
    rf"\b(?:between\s+(?P<between>{_STRETCH})"
    rf"|between\s+(?P<b1>{_END})\s+and\s+(?P<b2>{_DATED}|{_YEAR})"
    rf"|from\s+(?P<f1>{_END})\s+(?:to|until|till|through)\s+(?P<f2>{_DATED}|{_YEAR})"
    rf"|{_SPAN}"
    rf"|(?:(?P<preposition>{_PREPOSITION})\s+{_EDGE}?(?P<after>{_STRETCH}|{_DATED}|{_YEARS}|{_YEAR})|(?P<bare>{_STRETCH}|{_DATED}))"
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
_SAYING_AFTER = re.compile(rf"^,?\s*what\s+(?:did|has|have|does|do)\b.*\b{_SAYING}\b", re.IGNORECASE)

# Quoted words, what "who said that" asks about, and "at the latest" ask for no order, and no date in them is a filter.
_SAID = re.compile(
    r"\"[^\"]*\"|“[^“”]*”|«[^«»]*»|‘[^‘’]*’(?!\w)|(?<!\w)'[^']*'(?!\w)"
    r"|\bwho\s+(?:said|says|stated|declared|claimed)\s+"
    r"(?:that|the|this|these|there|my|our|his|her|their|its|i|we|he|she|it|they)\b.*"
    r"|\bat\s+the\s+(?:very\s+)?(?:latest|earliest)\b(?!\s+(?!(?:by|in|on|to|if|for|and|or|until|before|after|this|next)\b)\w)",
    re.IGNORECASE | re.DOTALL,
)

_KIND = r"(?:(?:press|news|joint|public|official|written|telephone|phone|video|bilateral|trilateral|ministerial)\s+)?"
_TELLING = r"(?:releases?|statements?|announcements?|remarks|speech|letter|news|report|call|appeal|reaction|response)\b"
_EVENT = (
    rf"(?:{_TELLING}|(?:meeting|talks?|visit|trip|round|vote|hearing|conversation|summit|grant|position"
    r"|consultations?|dialogues?|negotiations?|sessions?|conferences?)\b)"
)
# What may stand between "last" and its noun.
_OF_WHAT = (
    r"(?:(?!(?:of|to|in|on|at|for|by|with|from|and|or|who|whom|that|which|before|after|until|till|since|as|than|is|was|were|did"
    r"|the|a|an|his|her|their|its|days?|weeks?|months?|years?|decades?|century|quarter|night|minute|names?|word|words|one|two"
    r"|three|four|five|six|seven|eight|nine|ten|few|several)\b)[^\W\d][\w'’-]*\s+)"
)
# What there is one of again and again.
_RECURRING = (
    r"(?:awards?|grants?|bills?|amounts?|counts?|estimates?|figures?|updates?|fund(?:s|ing)|legislation|"
    r"resolutions?|nominations?|nominees?|winners?|recipients?|interns?|couples?|contracts?|hearings?|projects?|"
    r"appropriations?|requests?|scorecards?|round|veterans|[A-Z][a-z]+(?:\s+[A-Z][a-z]+){1,4}\s+(?:Day|Award|Patriot|Grant|Prize))\b"
)
# Parts of names, ranks, halves of years, and what one text counts.
_OF_A_NAME = (
    r"(?:lady|ladies|quarter|half|minister|vice|amendment|responders?|aid|name|names|place|hand|floor|grade|class|degree|"
    r"nations?|rate|step|line|person|woman|man|century|day|days|week|weeks|month|months|year|years|world|term|and|or|paragraph|"
    r"sentence|page|item|topic|subject|question|point|piece|part|lesson|priority|goal|reason|thing|duty|task|rule|principle|condition|"
    r"chapter|article|section|stage|phase|\d|two|three|four|five|six|ten)\b"
)
# What releases tell of in one version after another; the original of anything else is a thing in the text.
_REVISED = (
    r"(?:\w+[\s-]+){0,3}?(?:bills?|plans?|proposals?|versions?|estimates?|figures?|amounts?|counts?|numbers?|totals?|requests?|"
    r"deadlines?|dates?|positions?|budgets?|costs?|schedules?|goals?|targets?|demands?|announcements?|statements?|releases?)\b"
)
# Someone's first duty, journey or term orders nothing.
_OWN = r"(?<!\bhis )(?<!\bher )(?<!\btheir )(?<!\bits )(?<!\bmy )(?<!\bour )(?<!\byour )"
# Words of the present tense, after which "now" is the time of asking.
_PRESENT = r"(?:is|are|does|do|has|have)"
_STATE_OF_ART = r"(?:technolog\w*|equipment|generation|models?|techniques?|science|advances?|fashion|weapons?)\b"
_ORDERS: tuple[tuple[DateOrder, re.Pattern[str]], ...] = tuple(
    (order, re.compile(pattern, re.IGNORECASE))
    for order, pattern in (
        (DateOrder.LATEST, rf"\b(?:latest|newest|most\s+recent)\b(?!\s+{_STATE_OF_ART})"),
        (DateOrder.LATEST, r"\bmost\s+(?:recently|up[\s-]to[\s-]date)\b"),
        (DateOrder.LATEST, rf"\blast\b(?=\s+{_KIND}{_EVENT})|\bthe\s+(?P<words>last\s+time)\b"),
        (
            DateOrder.LATEST,
            rf"(?:^\s*|\b(?:the|his|her|their|its)\s+|['’]s?\s+)(?P<words>last)\b(?=\s+{_OF_WHAT}{{1,3}}{_EVENT})",
        ),
        (DateOrder.LATEST, rf"\b(?:the|his|her|their|its|['’]s?)\s+(?P<words>last)\b(?=\s+{_KIND}{_RECURRING})"),
        (DateOrder.LATEST, r"\bthe\s+(?P<words>last)\b(?=\s+(?:ones?|to|who|whom)\b)"),
        (DateOrder.LATEST, r"(?<!\bthe )(?<!\bat )\blast\b(?=\s+(?:[a-z]{3,}ed|got|won|met|gave|said|made|wrote)\b)"),
        # "hagels current position" is often typed without the apostrophe
        (
            DateOrder.LATEST,
            r"(?:\b(?:the|their|his|her|its|are|[a-z]+s)|['’]s?)\s+(?P<words>current)\b(?=\s+(?!of\b|account\b)[a-z])",
        ),
        (DateOrder.LATEST, r"\bright\s+now\b|\bas\s+of\s+now\b"),
        (
            DateOrder.LATEST,
            rf"\b{_PRESENT}\b(?:\s+[^\s,;:?]+){{0,12}}?(?<!\buntil)(?<!\btill)(?<!\bby)\s+"
            r"(?P<words>now|currently|presently|at\s+present|to\s+date)\b",
        ),
        (DateOrder.EARLIEST, r"\bearliest\b|\boriginally\b|\binitially\b"),
        (DateOrder.EARLIEST, rf"\b(?:original|initial)\b(?=\s+{_REVISED})"),
        (DateOrder.EARLIEST, rf"\boldest\b(?=\s+{_KIND}{_EVENT})"),
        (
            DateOrder.EARLIEST,
            rf"\bthe\s+(?P<words>first\s+time)\b|(?<!\bat ){_OWN}\b(?-i:first)\b(?!-|[.,;:?]|\s+{_OF_A_NAME})",
        ),
        (
            DateOrder.EARLIEST,
            rf"\b(?:the|his|her|their|its|['’]s?)\s+(?P<words>first)\b(?=\s+{_KIND}{_RECURRING})",
        ),
        (
            DateOrder.EARLIEST,
            rf"\b(?:his|her|their|its)\s+(?P<words>(?-i:first))\b(?=\s+{_OF_WHAT}{{0,3}}(?:{_EVENT}|{_RECURRING}))",
        ),
    )
)
_ADVERB = re.compile(
    rf"\b(?:when|where)\s+did\s+.+?(?<!\bthe)(?<!\bat)\s(?P<words>{_OWN}first|last)(?=\s+(?!lady|vice|minister|week|month|year)[a-z])",
    re.IGNORECASE,
)


def read_dates(question: str, today: dt.date) -> UnderstoodDates | None:
    """Return the dates and the order that `question` asks for, None when it asks for neither.

    Args:
        question: As asked.
        today: What "last week" and "this year" are relative to.
    """
    folded = question.translate(_FOLDED)
    own_words = _SAID.sub(lambda match: "_" * len(match.group()), folded)
    found: list[tuple[int, int]] = []
    ranges: list[_Range] = []
    is_filter = False
    for match in _EXPRESSION.finditer(folded):
        understood = _ranges_of(match, today)
        if not understood:
            continue
        found.append(match.span())
        ranges += understood
        is_filter |= _is_of_releases(match, own_words)
    order = order_words = None
    taken = {position for start, end in found for position in range(start, end)}
    for start, end, asked in _orders(own_words):
        if start not in taken and order is None:
            order, order_words = asked, question[start:end]
            found.append((start, end))
    if not found:
        return None
    date_from, date_to = _hull(ranges)
    # Two dates in one question are often compared: neither excludes then.
    use = DateUse.FILTER if is_filter and len(ranges) == 1 else DateUse.PREFERENCE
    words = tuple(question[start:end] for start, end in sorted(found))
    return UnderstoodDates(words, date_from, date_to, order, use, order_words)


def _is_of_releases(match: re.Match[str], question: str) -> bool:
    """Return whether a date, which stands in `question` unless it was quoted, is surely that of releases."""
    start, end = match.span()
    if question[start:end] != match.group() or _IS_NUMERIC.search(match.group()):
        return False
    before, after = question[:start], question[end:]
    return bool(_RELEASE_BEFORE.search(before) or (not before.strip() and _SAYING_AFTER.match(after)))


def _orders(question: str) -> Iterator[tuple[int, int, DateOrder]]:
    for order, pattern in _ORDERS:
        if match := pattern.search(question):
            group = "words" if "words" in pattern.groupindex and match["words"] else 0
            yield *match.span(group), order
    if match := _ADVERB.search(question):
        order = DateOrder.LATEST if match["words"].lower() == "last" else DateOrder.EARLIEST
        yield *match.span("words"), order


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
            return [_days_of(match["span"], today)]
        if match["b1"] or match["f1"]:
            return [_from_to(match["b1"] or match["f1"], match["b2"] or match["f2"], today)]
        if match["between"]:
            return [*_readings(re.sub(r"\s+and\s+", " to ", match["between"], flags=re.IGNORECASE), today)]
        days = _readings(match["after"] or match["bare"], today)
    except ValueError:
        return []
    if match["edge"] and preposition in _BOUNDS:
        days = [(end, end) if match["edge"].lower() == "end" else (start, start) for start, end in days]
    if match["later"] or match["earlier"]:
        preposition = "since" if match["later"] else "until"
    days += [_months(int(year), 1, 12) for year in re.findall(r"\d{4}", match["more"] or "")]
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
    ends = _readings(second, today)
    if re.fullmatch(_MONTH, first, re.IGNORECASE):
        first = f"{first.rstrip('.')} {ends[0][0].year}"
    start, end = min(_readings(first, today))[0], max(end for _, end in ends)
    if start > end:
        raise ValueError("the end comes before the start")
    return start, end


def _readings(words: str, today: dt.date) -> list[_Days]:
    """Return the first and last day of each date that the words name or could mean; ValueError when there is none."""
    words = words.lower()
    if _IS_NUMERIC.fullmatch(words):
        return _numeric([int(number) for number in re.findall(r"\d+", words)])
    if _WHOLE_STRETCH.fullmatch(words):
        return _stretch(words)
    return [_days_of(words, today)]


def _numeric(numbers: list[int]) -> list[_Days]:
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


def _stretch(words: str) -> list[_Days]:
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


def _day_or_month(year: int, month: int, day: int | None) -> _Days:
    if day is None:
        return _months(year, month, month)
    return dt.date(year, month, day), dt.date(year, month, day)


def _days_of(words: str, today: dt.date) -> _Days:
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


def _tokens(words: str) -> list[str]:
    return re.findall(r"[a-z]+|\d+", re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", words))


def _in_year(year: int, tokens: list[str]) -> _Days:  # noqa: PLR0911 - one return per form
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


def _relative(tokens: list[str], today: dt.date) -> _Days:  # noqa: PLR0911 - one return per form
    if tokens[0] in {"today", "yesterday"}:
        day = today - dt.timedelta(tokens[0] == "yesterday")
        return day, day
    if tokens[-1] == "ago":
        return _unit_back(_number(tokens[0]), tokens[1].rstrip("s"), today)
    if len(tokens) == 3:  # last 30 days
        n, unit = _number(tokens[1]), tokens[2].rstrip("s")
        if unit in {"day", "week"}:
            return today - dt.timedelta(n * (7 if unit == "week" else 1)), today
        year, month = _month_back(today, n * (12 if unit == "year" else 1))
        return dt.date(year, month, min(today.day, calendar.monthrange(year, month)[1])), today
    back, name = tokens[0] == "last", tokens[1]
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


def _unit_back(n: int, unit: str, today: dt.date) -> _Days:
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


def _months(year: int, first: int, last: int) -> _Days:
    return dt.date(year, first, 1), dt.date(year, last, calendar.monthrange(year, last)[1])


def _season(year: int, name: str) -> _Days:
    """Return the three months of a northern season; winter is that of the December of `year`."""
    first = _SEASONS[name]
    if first == _SEASONS["winter"]:
        return dt.date(year, 12, 1), _months(year + 1, 2, 2)[1]
    return _months(year, first, first + 2)


def _decade(year: int, tokens: list[str]) -> _Days:
    first, last = (0, 3) if "early" in tokens else (7, 9) if "late" in tokens else (0, 9)
    return dt.date(year + first, 1, 1), dt.date(year + last, 12, 31)
