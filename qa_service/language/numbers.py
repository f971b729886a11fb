"""Numbers as releases write them, in digits and in words -> exact decimals."""

import re
from collections.abc import Mapping
from decimal import Decimal

_ONES = "one two three four five six seven eight nine".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SMALL: Mapping[str, int] = {
    "zero": 0,
    **{word: number for number, word in enumerate(_ONES + _TEENS, 1)},
    **{word: 10 * number for number, word in enumerate(_TENS, 2)},
}
_SCALES: Mapping[str, int] = {
    "dozen": 12,
    "hundred": 100,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "lakh": 10**5,
    "lakhs": 10**5,
    "crore": 10**7,
    "crores": 10**7,
}
SCALE = "|".join(_SCALES)
"""A pattern of the words, without groups, for text in which case doesn't count."""

_DENOMINATORS: Mapping[str, int] = {"half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "tenth": 10}

# "Rs.500" is 500, but ".500" is less than one.
_DIGITS = r"(?:(?<![\d.,])|(?<=\brs\.))(?:\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d\d)+,\d{3}|\d+)(?:\.\d+)?(?![.,]?\d)"
_UNDER_100 = rf"(?:(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_ONES)}))?|{'|'.join(_TEENS)}|{'|'.join(_ONES)}|zero)"
_UNDER_1000 = rf"(?:(?:{'|'.join(_ONES)}|a)[- ]hundred(?: (?:and )?{_UNDER_100})?|{_UNDER_100})"
_IN_WORDS = rf"(?:{_UNDER_1000}[- ]thousand(?:,? (?:and )?{_UNDER_1000})?|{_UNDER_1000})"
_HALF_MORE = r"(?:[- ]and[- ]a[- ]half)"
NUMBER = (
    rf"(?:half an? (?:{SCALE})\b|(?:a )?quarter of an? (?:million|billion|trillion)\b|"
    rf"(?:{_DIGITS}|\b{_IN_WORDS}\b{_HALF_MORE}?|\ban?(?= (?:{SCALE})\b))"
    rf"(?:[- ](?:{SCALE})\b)*)"
)
"""A pattern, without groups, for text in which case doesn't count."""

FRACTION = re.compile(
    rf"({'|'.join(_ONES)}|an?)?[- ]?\b({'|'.join(_DENOMINATORS)})s?\b(?! (?:an?|of an?) )", re.IGNORECASE
)
_SCALED = re.compile(rf"\b(?:{SCALE})\b", re.IGNORECASE)


def parse_number(text: str) -> Decimal:
    """Return what a match of `NUMBER` says."""
    total, current = Decimal(0), None
    for word in re.findall(r"[a-z]+|\d[\d,]*(?:\.\d+)?", text.lower()):
        if word[0].isdigit():
            current = (current or 0) + Decimal(word.replace(",", ""))
        elif word in _SMALL:
            current = (current or 0) + Decimal(_SMALL[word])
        elif word == "half":
            current = (current or 0) + Decimal("0.5")
        elif word == "quarter":
            current = Decimal("0.25")
        elif word == "hundred":
            current = (Decimal(1) if current is None else current) * 100
        elif word in _SCALES:
            if current is None and total:
                total *= _SCALES[word]  # "five thousand million"
            else:
                total += (Decimal(1) if current is None else current) * _SCALES[word]
            current = None
    return total + (current or 0)


def scale_of(text: str) -> Decimal:
    """Return the factor that the scale words in `text` stand for, 1 when it has none."""
    factor = Decimal(1)
    for word in _SCALED.findall(text):
        factor *= _SCALES[word.lower()]
    return factor


def fraction_of(text: str) -> str | None:
    """Return "2/3" for "two thirds"; None when `text` is no fraction."""
    found = FRACTION.fullmatch(text)
    if found is None:
        return None
    numerator = _SMALL.get((found[1] or "a").lower(), 1)
    return f"{numerator}/{_DENOMINATORS[found[2].lower()]}"


def written(number: Decimal) -> str:
    """Return the number in digits, without an exponent or zeros that say nothing."""
    plain = f"{number:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
