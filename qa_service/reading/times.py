"""The years and months that a question names, and whether a passage is of other ones."""

import re

from qa_service.language.months import MONTH, MONTH_NUMBERS

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_MONTH = re.compile(
    rf"\b(?P<month>{MONTH})\b(?:\.?(?: \d{{1,2}}(?:st|nd|rd|th)?)?,? (?P<year>(?:19|20)\d\d)\b)?", re.IGNORECASE
)
# In a question, "may" and "march" are verbs unless something says otherwise.
_VERB = re.compile(
    r"(?<!\bin )(?<!\bon )(?<!\bof )(?<!\bby )(?<!last )(?<!next )(?<!this )(?<!since )(?<!until )(?<!early )(?<!late )"
    r"\b(?:may|march)\b(?!,? \d)",
    re.IGNORECASE,
)


def is_of_other_time(question: str, text: str) -> bool:
    """Tell whether the question names a year, or a month, and `text` names none of those that it does.

    "December 2019" names no December for a question that names 2020.
    """
    asked = _VERB.sub("", question)
    years = set(_YEAR.findall(asked))
    months = _months(asked, years)
    return bool(
        (years and years.isdisjoint(_YEAR.findall(text))) or (months and months.isdisjoint(_months(text, years)))
    )


def _months(text: str, years: set[str]) -> set[int]:
    """Return the months that `text` names, but those of other years than `years`, if there are any."""
    named = (match for match in _MONTH.finditer(text) if not years or match["year"] in {None, *years})
    return {MONTH_NUMBERS[match["month"].casefold()] for match in named}
