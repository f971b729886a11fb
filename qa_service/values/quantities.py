"""Amounts of money, percentages, durations, quantities and counts -> a `Value`.

The words must be one such expression, with no more around it than a reserve ("about"), an article and the thing
counted: "four crashes in 36 years" has two, so it gets no value.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from qa_service.language.amounts import CURRENCY_CODES, RESERVE, RESERVES, SIGNS
from qa_service.language.numbers import NUMBER, SCALE, fraction_of, parse_number, scale_of, written
from qa_service.types import Value, ValueKind

_CODES: Mapping[str, str] = {code.lower(): code for code in CURRENCY_CODES}
_BEFORE: Mapping[str, str] = {
    **SIGNS, **_CODES, "us$": "USD", "c$": "CAD", "ca$": "CAD", "a$": "AUD", "nz$": "NZD", "hk$": "HKD",
}  # fmt: skip
_BEHIND: Mapping[str, str] = {
    **_CODES, "yen": "JPY", "dollar": "USD", "us dollar": "USD", "u.s. dollar": "USD",
    "american dollar": "USD", "canadian dollar": "CAD", "australian dollar": "AUD", "new zealand dollar": "NZD",
    "euro": "EUR", "pound sterling": "GBP", "pounds sterling": "GBP", "yuan": "CNY", "renminbi": "CNY",
    "won": "KRW", "indian rupee": "INR", "swiss franc": "CHF", "cent": "USD",
}  # fmt: skip
_CURRENCIES: Mapping[str, str] = {**_BEFORE, **_BEHIND}
_OTHER_DOLLARS = re.compile(
    r"\b(?:Canadian|Australian|New Zealand|Hong Kong|Singapore|Taiwan) dollars?\b|(?<![A-Z])(?:CA?|A|NZ|HK)\$"
)
_CLOCK_UNITS: Mapping[str, str] = {"second": "S", "minute": "M", "min": "M", "hour": "H"}
_CALENDAR_UNITS: Mapping[str, str] = {"day": "D", "week": "W", "month": "M", "year": "Y", "decade": "Y"}
_HALVES: Mapping[str, tuple[str, str]] = {"day": ("hour", "12"), "year": ("month", "6"), "hour": ("minute", "30")}
_MEASURES = (
    "square miles?|square kilomet(?:er|re)s?|square feet|square met(?:er|re)s?|metric tons?|miles?|kilomet(?:er|re)s?|"
    "met(?:er|re)s?|centimet(?:er|re)s?|feet|foot|inch(?:es)?|yards?|acre-feet|acres?|hectares?|pounds?|kilograms?|kilos?|grams?|"
    "tonnes?|tons?|ounces?|gallons?|liters?|litres?|barrels?|bushels?|megawatts?|kilowatts?|degrees?|km|kg"
)
_SINGULAR: Mapping[str, str] = {
    "feet": "foot",
    "square feet": "square foot",
    "inches": "inch",
    "acre-feet": "acre-foot",
}
_SIGN = "|".join(map(re.escape, sorted(_BEFORE, key=len, reverse=True)))
_NAME = "|".join(map(re.escape, sorted(_BEHIND, key=len, reverse=True)))
_UNIT = (
    rf"(?:(?P<percent>%|per ?cent\b|percentage points?\b)|(?P<currency>(?:{_NAME})s?\b)|"
    rf"(?P<time>(?:seconds?|minutes?|mins?|hours?|days?|weeks?|months?|years?|decades?)\b)|(?P<measure>(?:{_MEASURES})\b))"
)
_LEAD = rf"(?:for|in|at|of|by|with|only|just|the|a|an|total(?:ing)?|another|additional|further|{RESERVE})"
_QUANTITY = re.compile(
    rf"(?P<lead>(?:{_LEAD}\s+)*)(?P<between>between\s+|from\s+)?(?P<sign>{_SIGN})?\s?(?P<first>{NUMBER})"
    rf"(?!(?:st|nd|rd|th)\b)(?P<suffix>(?:k|m|bn)\b|\s(?:m|bn|mn|mln)\b)?"
    rf"(?:\s?(?P<to>to|and|-|–)\s?(?:{_SIGN})?(?P<second>{NUMBER}))?(?:[\s-]{{0,2}}{_UNIT})?"
    r"(?P<per>\s+(?:an?|per|each|every)\s+(?P<each>share|gallon|barrel|ton|bushel|acre|person|hour|day|week|month|year))?"
    r"(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_DURATION = re.compile(
    rf"(?P<lead>(?:{_LEAD}\s+)*?)(?:(?P<half>half an?\s+)|"
    rf"(?P<number>(?:an?\s+(?=hour|day|week|month|year|decade|minute))|{NUMBER}\s?-?\s?))"
    r"(?P<unit>second|minute|min|hour|day|week|month|year|decade)s?(?P<and_half> and a half)?\b"
    rf"(?:,? and (?P<number2>an?\s|{NUMBER})\s?-?\s?(?P<unit2>second|minute|hour|day|week|month)s?\b)?(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_ENDS_IN_RESERVE = re.compile(rf"\b{RESERVE}\s+(?:(?:the|a|an|another|additional|some)\s+)?$", re.IGNORECASE)
_NUMBER_BEFORE = re.compile(rf"(?:\d[.,]?|[{''.join(SIGNS)}])$|\b(?:{SCALE})\s$", re.IGNORECASE)
_NUMBER_AFTER = re.compile(rf"[.,]?\d|\s?%|[-\s]?(?:{SCALE}|(?:{_NAME})s?|per ?cent)\b", re.IGNORECASE)
# What is counted, or described: a few plain words, none of which brings in another number, place or time.
_REST = re.compile(r"[-,]?(?:\s?[a-z][a-z'’-]*,?){0,4}[.]?")
_TURNS = re.compile(
    r"\b(?:of|in|from|by|to|and|or|including|over|than|with|more|less|plus|odd|after|before|ago|later|hundreds?|"
    r"thousands|[bm]illions|per|an?)\b"
)
_SUFFIXES: Mapping[str, int] = {"k": 10**3, "m": 10**6, "mn": 10**6, "mln": 10**6, "bn": 10**9}


def quantity_value(words: str, release_text: str = "") -> Value | None:
    """Return the one amount that the words are; `release_text` tells whether "$" may be another country's."""
    words = " ".join(words.split()).strip(" ,;:.")
    whole = _duration(words) or _fraction(words)
    if whole is not None:
        return whole
    found = _QUANTITY.fullmatch(words)
    numbers = _numbers(found) if found and _is_plain(found["rest"]) else None
    if found is None or numbers is None:
        return None
    if found["sign"] or found["currency"]:
        return _money(found, numbers, release_text)
    if "m" in (found["suffix"] or "").lower():
        return None  # "500 m" may be metres
    return _other_amount(found, numbers)


def _money(found: re.Match[str], numbers: tuple[Decimal, ...], release_text: str) -> Value | None:
    name = (found["sign"] or found["currency"]).lower()
    name = name if name in _CURRENCIES else name.removesuffix("s")
    has_other_unit = found["currency"] or found["time"] or found["measure"] or found["percent"]
    if (found["sign"] and has_other_unit) or name not in _CURRENCIES:
        return None
    if name in {"$", "dollar", "cent"} and _OTHER_DOLLARS.search(release_text):
        return None
    amount = _joined([number / 100 for number in numbers] if name == "cent" else numbers)
    return Value(ValueKind.MONEY, f"{amount} {_CURRENCIES[name]}{_per(found)}", _bound(found["lead"]))


def _other_amount(found: re.Match[str], numbers: tuple[Decimal, ...]) -> Value | None:
    amount, per, bound = _joined(numbers), _per(found), _bound(found["lead"])
    if found["percent"]:
        return None if "point" in found["percent"] else Value(ValueKind.PERCENTAGE, f"{amount} %{per}", bound)
    if found["measure"]:
        unit = found["measure"].lower()
        return Value(ValueKind.QUANTITY, f"{amount} {_SINGULAR.get(unit, unit.removesuffix('s'))}{per}", bound)
    if per:
        return None
    return _time_range(numbers, found["time"], bound) if found["time"] else Value(ValueKind.NUMBER, amount, bound)


def _joined(numbers: Sequence[Decimal]) -> str:
    return "/".join(written(number) for number in numbers)


def _per(found: re.Match[str]) -> str:
    return f"/{found['each'].lower()}" if found["each"] else ""


def bound_before(text: str) -> str | None:
    """Return the reserve that `text` ends in: the words cut from behind it leave it out."""
    found = _ENDS_IN_RESERVE.search(text)
    return _bound(found[0]) if found else None


def is_cut_from_number(before: str, after: str) -> bool:
    """Tell whether words between `before` and `after` are a part of a number, or of an amount with its unit."""
    return bool(_NUMBER_BEFORE.search(before) or _NUMBER_AFTER.match(after))


def is_bare_number(words: str) -> bool:
    """Tell whether the words are a number without anything that it counts."""
    return bool(re.fullmatch(rf"(?:{RESERVE}\s+)?{NUMBER}", words.strip(), re.IGNORECASE))


def _numbers(found: re.Match[str]) -> tuple[Decimal, ...] | None:
    """Return the amount, or both ends of a range; None when it is neither."""
    first = parse_number(found["first"]) * _SUFFIXES.get((found["suffix"] or "").strip().lower(), 1)
    if found["second"] is None:
        return None if (found["between"] or "").lower().startswith("between") else (first,)
    if found["to"].lower() == "and" and not (found["between"] or "").lower().startswith("between"):
        return None
    second = parse_number(found["second"])
    if scale_of(found["first"]) == 1 and not found["suffix"]:
        first *= scale_of(found["second"])  # "$1.2 to $1.5 million"
    return (first, second) if first < second else None


def _is_plain(rest: str) -> bool:
    """Tell whether what follows the amount can only be what it counts."""
    rest = rest.strip()
    if rest and (rest[0] == "%" or rest[0] in SIGNS or re.search(NUMBER, rest, re.IGNORECASE)):
        return False
    counted = " rupees francs pounds pesos rubles dinars "  # whose they are isn't said
    return bool(_REST.fullmatch(rest)) and not _TURNS.search(rest) and f" {rest.split(' ')[0]} " not in counted


def _bound(lead: str) -> str | None:
    lead = " ".join(lead.split())
    return next((name for name, words in RESERVES.items() if re.search(rf"\b(?:{words})\b", lead, re.IGNORECASE)), None)


def _fraction(words: str) -> Value | None:
    found = re.fullmatch(rf"(?P<lead>(?:{RESERVE}\s+)*)(?P<fraction>.+)", words, re.IGNORECASE)
    fraction = fraction_of(found["fraction"]) if found else None
    return Value(ValueKind.NUMBER, fraction, _bound(found["lead"])) if found and fraction else None


def _duration(words: str) -> Value | None:
    """Return "PT1H20M" for "one hour and twenty minutes"."""
    found = _DURATION.fullmatch(words)
    if found is None or not _is_plain(found["rest"]):
        return None
    unit, amount = found["unit"].lower(), _amount(found["number"])
    parts: list[tuple[Decimal, str]] = [(amount, unit)]
    if found["half"]:
        parts = _half(unit)
    elif found["and_half"]:
        parts = [(amount, unit), *_half(unit)]
    elif amount % 1 == Decimal("0.5") and unit in _HALVES and "half" in found["number"].lower():
        parts = [(amount - Decimal("0.5"), unit), *_half(unit)]
    if found["unit2"]:
        parts.append((_amount(found["number2"]), found["unit2"].lower()))
    if any(not unit for _, unit in parts):
        return None
    return Value(ValueKind.DURATION, _iso_duration(parts), _bound(found["lead"]))


def _amount(words: str | None) -> Decimal:
    words = (words or "").strip(" -")
    return Decimal(1) if words.lower() in {"a", "an"} else parse_number(words)


def _half(unit: str) -> list[tuple[Decimal, str]]:
    smaller, amount = _HALVES.get(unit, ("", "0"))
    return [(Decimal(amount), smaller)]


def _time_range(numbers: tuple[Decimal, ...], unit: str, bound: str | None) -> Value:
    unit = unit.lower().removesuffix("s")
    return Value(ValueKind.DURATION, "/".join(_iso_duration([(number, unit)]) for number in numbers), bound)


def _iso_duration(parts: list[tuple[Decimal, str]]) -> str:
    days, clock = "", ""
    for amount, unit in parts:
        if unit in _CLOCK_UNITS:
            clock += written(amount) + _CLOCK_UNITS[unit]
        else:
            days += written(amount * 10 if unit == "decade" else amount) + _CALENDAR_UNITS[unit]
    return f"P{days}" + (f"T{clock}" if clock else "")
