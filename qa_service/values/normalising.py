"""An answer's words, what was asked, and the release -> a `Value`, or none when anything is in doubt."""

import datetime as dt
import re
from dataclasses import dataclass, replace

from qa_service.answer_types import AnswerType, expected_type
from qa_service.types import Value, ValueKind
from qa_service.values.dates import date_value
from qa_service.values.names import asks_where, person_value, place_value
from qa_service.values.quantities import bound_before, is_bare_number, is_cut_from_number, quantity_value

_WHOSE = re.compile(r"^(?:and )?whose\b", re.IGNORECASE)
_MAX_CHARS = 150  # longer words are no single value
# Patterns take these for "s", "i" and "k" when case is ignored, and tables of words don't.
_LOOK_ALIKE = re.compile("[ſıİ\N{KELVIN SIGN}]")
# "Repaid over 25 years" takes 25, "for over 25 years" takes more.
_OVER_A_PERIOD = re.compile(
    r"(?<!\bfor )(?<!\bjust )(?<!\bwell )\bover (?:[\w.,-]+ ){1,5}?(?:days?|weeks?|months?|years?|decades?)\b",
    re.IGNORECASE,
)
_MAX_AGE = 130  # in years; more is a year of birth


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around the words in their release.

    Attributes:
        before, after: A few words of the sentence: "about" may stand before the words, "million" after.
        text: The whole release; where it counts in Canadian dollars, "$" has no value.
    """

    before: str = ""
    after: str = ""
    text: str = ""


_ALONE = Surroundings()


def value_of(
    words: str, question: str, release_date: dt.date | None, surroundings: Surroundings = _ALONE
) -> Value | None:
    """Return what the words say, normalised, with the reserve that the release makes right before them.

    Args:
        question: Decides between readings: "1897" is a year only for a question after one.
        release_date: Gives the year to "May 30"; None leaves that without a value.
    """
    if len(words) > _MAX_CHARS:
        return None
    value = _value(words, question, release_date, surroundings.text)
    if value is None or value.kind in {ValueKind.PERSON, ValueKind.PLACE}:
        return value
    if is_cut_from_number(surroundings.before, surroundings.after):
        return None
    if value.kind is ValueKind.DURATION and _OVER_A_PERIOD.search(f"{surroundings.before}{words}"):
        return None
    bound = value.bound or bound_before(surroundings.before)
    return value if bound == value.bound else replace(value, bound=bound)


def _value(words: str, question: str, release_date: dt.date | None, release_text: str) -> Value | None:
    expected = expected_type(question)
    if expected is AnswerType.PERSON or _WHOSE.search(question):
        return person_value(words, release_text)
    if expected is AnswerType.PLACE or (expected is None and asks_where(question)):
        return place_value(words)
    if _LOOK_ALIKE.search(words):
        return None
    if expected in {AnswerType.DATE, AnswerType.CLOCK}:
        return date_value(words, release_date)
    amount = quantity_value(words, release_text)
    if expected is not None:
        return amount if amount and _fits(amount, expected) else None
    return amount or _certain_date(words, release_date) if not is_bare_number(words) else None


def _fits(amount: Value, expected: AnswerType) -> bool:
    if expected is AnswerType.EXTENT:
        return amount.kind in {ValueKind.DURATION, ValueKind.QUANTITY}
    if expected is AnswerType.RATE:
        return amount.kind is ValueKind.PERCENTAGE or "/" in amount.value
    if expected is AnswerType.MONEY and amount.kind is ValueKind.QUANTITY:
        return not amount.value.endswith(" pound")  # of money or of weight
    if expected is AnswerType.AGE and amount.value.isdigit():
        return int(amount.value) <= _MAX_AGE
    return expected is not AnswerType.NAME


def _certain_date(words: str, release_date: dt.date | None) -> Value | None:
    value = date_value(words, release_date)
    if value and value.kind is ValueKind.TIME:  # "10:10" may be a place in a recording
        return value if re.search(r"[ap]\.?m\b|noon|morning|afternoon|evening", words, re.IGNORECASE) else None
    return value if value and len(value.value) >= len("2005-05-10") else None
