"""The kind of words that a question asks for, as far as its form tells: number, date, duration, name, reason."""

import re

Kind = re.Pattern[str]
"""Matches where words of the kind stand."""

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_DATE = (
    rf"\b{_MONTH}\.? \d|\b(?:19|20)\d\d\b|\d ?[ap]\.?m\b|\b{_WEEKDAY}\b|\b(?:to|yester)day\b|\btomorrow\b"
    r"|\b(?:this|next|last) (?:week|month|year|spring|summer|fall|autumn|winter)\b"
)
_NUMBER = (
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|hundred"
    r"|thousand|million|billion|half|dozen|third|quarter)\b"
)
_UNIT = r"(?:second|minute|hour|day|week|month|year|decade|mile|kilomet(?:er|re)|foot|feet|met(?:er|re)|inche?)s?"
# "30 minutes", "four-day", "an hour", "two and a half hours"
_DURATION = rf"(?:{_NUMBER}|\b(?:an?|several|few)\b)[\w\s-]{{0,16}}?\b{_UNIT}\b"
# Which kind of words an answer should hold, by how the question asks; the first that fits decides.
_KINDS = [
    (re.compile(asks, re.IGNORECASE), re.compile(holds, flags))
    for asks, holds, flags in [
        (r"\bhow (?:long|old)\b", _DURATION, re.IGNORECASE),
        (r"\bhow (?:many|much|far|big|large|often|tall|high|heavy)\b", _NUMBER, re.IGNORECASE),
        (r"\b(?:what|which) (?:percent|share|sum|amount|price|cost|number)", _NUMBER, re.IGNORECASE),
        (r"\bwhen\b|\b(?:what|which) (?:date|day|year|month|time)\b", _DATE, re.IGNORECASE),
        (r"\bwho(?:m|se)?\b|\bwhere\b", r"(?<=[a-z,] )[A-Z][a-z]+|[A-Z][a-z]+ (?:[A-Z]\. )?[A-Z][a-z]+", 0),
        (r"\bwhy\b", r"\b(?:because|since|due|so that|so as|in order|result|reasons?|for|to [a-z]+)\b", re.IGNORECASE),
    ]
]


def kind_asked_for(question: str) -> Kind | None:
    """Return the kind that `question` asks for, None when its form doesn't tell."""
    return next((holds for asks, holds in _KINDS if asks.search(question)), None)


def holds_kind(text: str, kind: Kind | None) -> float:
    """Return 1 when `text` holds words of the kind, 0 when not, 0.5 when there is no kind to look for."""
    return 0.5 if kind is None else float(bool(kind.search(text)))
