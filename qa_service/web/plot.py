"""A timeline's values as bars, if they can be compared: amounts in one currency, numbers, shares, lengths of time."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from qa_service.types import Timeline, Value, ValueKind

# Fewer say nothing that the list beside them doesn't.
_LEAST_BARS = 3
# A slash is a range ("20/30 %"); "2/3" may be one or a fraction, so neither is drawn.
_AMOUNT = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?: (?P<unit>\S+))?")
_DURATION = re.compile(
    r"P(?:(?P<y>\d+)Y)?(?:(?P<mo>\d+)M)?(?:(?P<w>\d+)W)?(?:(?P<d>\d+)D)?(?:T(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+)S)?)?"
)
_MINUTES: Mapping[str, Fraction | int] = {
    "y": 525_600,
    "mo": 43_800,
    "w": 10_080,
    "d": 1_440,
    "h": 60,
    "m": 1,
    "s": Fraction(1, 60),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One entry of a timeline as a bar.

    Attributes:
        when: Date of the entry's release.
        length: Of the longest, which has 1.
    """

    when: dt.date | None
    label: str
    length: float


def bars_of(timeline: Timeline) -> list[Bar]:
    """Return the bars of the kind of value that most entries have; none when it is fewer than three entries."""
    measured = [
        (entry, *measure)
        for entry in timeline.entries
        if entry.answer.value and (measure := _measure(entry.answer.value))
    ]
    units = Counter(unit for _, unit, _ in measured)
    if not units or (most := units.most_common(1)[0])[1] < _LEAST_BARS:
        return []
    alike = [(entry, number) for entry, unit, number in measured if unit == most[0]]
    longest = max(number for _, number in alike) or 1
    return [
        Bar(timeline.citations[entry.answer.citation - 1].date, entry.answer.text, float(number / longest))
        for entry, number in alike
    ]


def _measure(value: Value) -> tuple[str, Fraction] | None:
    """Return what the value counts, and how many; None for a range, and for what isn't counted."""
    if value.kind is ValueKind.DURATION and (found := _DURATION.fullmatch(value.value)):
        parts = {name: int(number) for name, number in found.groupdict().items() if number}
        return "minutes", sum((_MINUTES[name] * Fraction(number) for name, number in parts.items()), Fraction())
    if value.kind in {ValueKind.MONEY, ValueKind.NUMBER, ValueKind.QUANTITY, ValueKind.PERCENTAGE}:
        amount = _AMOUNT.fullmatch(value.value)
        return (amount["unit"] or "", Fraction(amount["number"])) if amount else None
    return None
