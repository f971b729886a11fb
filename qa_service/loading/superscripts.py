"""Digits that a page raises: written as superscripts, so that a footnote's mark is not read as part of the number."""

import re

_DIGITS = re.compile(r"[\d,*†‡\[\]()]*\d[\d,*†‡\[\]()]*", re.ASCII)
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def raised(text: str) -> str:
    """Return the text of a raised run: "14" and "2" are 14², not 142; letters stay, as in "10th"."""
    return text.translate(_RAISED) if _DIGITS.fullmatch(text.strip()) else text
