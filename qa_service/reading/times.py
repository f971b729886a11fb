"""The years and months that a question names, and whether a passage is of other ones."""

import re

from qa_service.months import MONTH, MONTH_NUMBERS

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_MONTH = re.compile(rf"\b(?:{MONTH})\b", re.IGNORECASE)
# In a question, "may" and "march" are verbs unless something says otherwise.
_VERB = re.compile(
    r"(?<!\bin )(?<!\bon )(?<!\bof )(?<!\bby )(?<!last )(?<!next )(?<!this )(?<!since )(?<!until )(?<!early )(?<!late )"
    r"\b(?:may|march)\b(?!,? \d)",
    re.IGNORECASE,
)


def is_of_other_time(question: str, text: str) -> bool:
    """Tell whether the question names a year, or a month, and `text` names none of those that it does."""
    asked = _VERB.sub("", question)
    years, months = _years(asked), _months(asked)
    return bool((years and not years & _years(text)) or (months and not months & _months(text)))


def _years(text: str) -> set[str]:
    return set(_YEAR.findall(text))


def _months(text: str) -> set[int]:
    return {MONTH_NUMBERS[match.group().casefold()] for match in _MONTH.finditer(text)}
