"""Where the title block of a release ends: title lines, subtitles, date line, place, contacts, "For immediate release".

Read line by line from the top until the first line that must be body text. What is short and no sentence above it is
title; two more such lines may be subtitles, a longer row of them is an address or a list and belongs to the body.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import groupby

from qa_service.loading.dates import closing_date, date_line, dateline_date, is_other_date_line, stamp_date
from qa_service.loading.headings import ends_sentence, is_numbered
from qa_service.loading.paragraphs import Line

_STAMP_WORDS = (
    r"(?:(?:for )?immediate release|for release|(?:press|news|media) (?:releases?(?: details?)?|advisory)"
    r"|press statement|memorandum|(?:corrected|updated|revised)(?: (?:copy|version))?)"
)
_STAMP = re.compile(
    rf"[\W_]*(?:{_STAMP_WORDS}(?:[\W_]+{_STAMP_WORDS}){{0,2}}(?:\W+(?:no\W+)?\d[\d/-]*)?"
    r"|for immediate release\W+contacts?\b.*|for release(?: at|:) .*\d.*|for planning purposes.*"
    r"|embargo(?:ed)?\b.*|(?:provisional|tentative|unofficial|informal) translation.*"
    r"|(?:(?:press|media|news) )?contacts?\s*:.*|(?:e-?mail|tel(?:ephone)?|phone|fax)\s*[:.].*|no\. ?[\d/-]+"
    r"|[\w.+-]+@[\w.-]+|[+()\d\s./-]{7,}|https?://\S+|www\.\S+)[\W_]*",
    re.IGNORECASE,
)
# What begins an e-mail or a memorandum.
_MAIL_HEAD = re.compile(
    r"(?:from|to|b?cc|sent|date|reply-to|importance|attachments?|message-id|mime-version|content-[\w-]+|x-[\w-]+)\s*:.*",
    re.IGNORECASE,
)
_SUBJECT = re.compile(r"^subject\s*:\s*(?:(?:re|fwd?)\s*:\s*)*(?=\S)", re.IGNORECASE)
# What heads all releases of an office: its name, and a number of the release after the name of the series.
_OFFICE_OF = re.compile(
    r"(?:the )?(?:(?:federal|national|permanent) )?(?:ministry|department|embassy|consulate(?:[ -]general)?|mission"
    r"|office|bureau|secretariat|directorate|inspectorate|commission|council|agency)(?: (?:of|for|to)\b|,)[^\d:]*",
    re.IGNORECASE,
)
_LETTERHEAD = re.compile(
    r"(?:[^\W\d][\w.'’&-]* ){1,7}(?:ministry|department|office|agency|authority|bureau|commission|inspectorate)"
    r"|(?:the )?(?:government|republic|kingdom) of(?: [^\W\d][\w.'’-]*){1,3}"
    r"|(?:(?:press|news|media|public|information|for|the) ){0,4}"
    r"(?:press|bulletin|communiqu[eé]|information|notice|note)[\W_]*(?:no\. ?)?\d[\d/-]*",
    re.IGNORECASE,
)
_BETWEEN_NAMES = re.compile(r",| - |\b(?:and|at|for|in|of|on|the|to)\b", re.IGNORECASE)
_LONGEST_NAME = 3  # words; "Department of Justice Settles Case Against Bank" is a headline
_BRACKETED = re.compile(r"\s*\([^()]*\)")
_MOST_LETTERHEAD_WORDS = 9
_MOST_PLACE_WORDS = 2  # below a letterhead, what is no longer may be a place
_MOST_ADDED_WORDS = 3  # in the paragraph of a letterhead: "Press Service", "New Delhi, India"
_REFERENCE = re.compile(
    r"(?:(?:Ref|PR|No|Nr)\b[.:\s]*)*[A-Z]{0,6}[\s./-]*\d[\dA-Z./()\s-]*"
)  # SC/15620, No. 12/PR/2023
_FEWEST_REFERENCE_DIGITS = 4
_OPENING_BODY = re.compile(r"[-*•·▪–—]\s|\(\d+\)|dear\b.*,$", re.IGNORECASE)
_QUOTES = "\"'“‘«"
_LONGEST_TITLE = 300
_MOST_TITLE_WORDS = 45
_MOST_SUBTITLES = 2
_MOST_ABOVE_HEADING = 20  # lines
_MOST_WORDS_BEFORE_DOT = 15  # a longer line that ends in "Washington, D.C." is a sentence


class _Kind(Enum):
    TITLE = auto()
    DATE = auto()
    STAMP = auto()
    ABOVE = auto()  # the heading that the page marks as its main one: a letterhead, an address, where the page lies
    BODY = auto()


@dataclass(frozen=True, slots=True)
class TitleBlock:
    """What stands above the body.

    Attributes:
        title: Joined from its lines; None when no line is one.
        body_start: Offset of the first line of the body; 0 when there is no title block.
    """

    title: str | None
    date: dt.date | None
    body_start: int


def find_title_block(lines: Sequence[Line], stated_title: str | None) -> TitleBlock:
    """Return the title block that begins `lines`. `stated_title` is what the file itself calls its title."""
    kinds = _without_letterhead(lines, _leading_kinds(lines, stated_title))
    title = _title_lines(lines, kinds)
    end = _end(lines, kinds, title)
    if end == len(lines):  # nothing but short lines: no telling where a body would begin
        end = 0
    return TitleBlock(
        title=_SUBJECT.sub("", " – ".join(lines[n].text for n in title), count=1) or None,
        date=_date(lines, kinds, end),
        body_start=lines[end].start if end else 0,
    )


def is_letterhead(text: str) -> bool:
    """Say whether `text` is only the name of an office, or of a series with the number of the release."""
    text = _BRACKETED.sub("", text)
    if len(text.split()) > _MOST_LETTERHEAD_WORDS:
        return False
    names = _BETWEEN_NAMES.split(text)
    is_office = _OFFICE_OF.fullmatch(text) and all(len(name.split()) <= _LONGEST_NAME for name in names)
    return bool(is_office or _LETTERHEAD.fullmatch(text))


def _leading_kinds(lines: Sequence[Line], stated_title: str | None) -> list[_Kind]:
    """Return the kinds of the lines above the first body line."""
    n_above = _n_above_heading(lines)
    kinds: list[_Kind] = []
    for n, line in enumerate(lines):
        is_first = _Kind.TITLE not in kinds
        following = lines[n + 1].text if n + 1 < len(lines) else ""
        kind = _kind(line, following, is_first=is_first)
        is_section = line.level > 1 and is_first and stated_title and not _is_same(line.text, stated_title)
        if n < n_above:
            kind = kind if kind in {_Kind.DATE, _Kind.STAMP} else _Kind.ABOVE
        elif kind is _Kind.BODY or is_section:
            break
        kinds.append(kind)
    return kinds


def _n_above_heading(lines: Sequence[Line]) -> int:
    """Return how many lines stand above the main heading; 0 where one of them may be of the body."""
    n_above = next((n for n, line in enumerate(lines) if line.level == 1), 0)
    is_body = n_above > _MOST_ABOVE_HEADING or any(
        len(line.text) > _LONGEST_TITLE or ends_sentence(line.text) for line in lines[:n_above]
    )
    return 0 if is_body else n_above


def _without_letterhead(lines: Sequence[Line], kinds: Sequence[_Kind]) -> Sequence[_Kind]:
    """Return `kinds` with the lines of a letterhead as stamps, where a paragraph with the title follows.

    Between them may be a place or an address.
    """
    marked = list(kinds)
    has_letterhead = False
    titles = (n for n, kind in enumerate(kinds) if kind is _Kind.TITLE)
    for _, group in groupby(titles, key=lambda n: lines[n].paragraph):
        numbers = list(group)
        first, *others = (lines[n].text for n in numbers)
        is_added = all(is_letterhead(text) or len(text.split()) <= _MOST_ADDED_WORDS for text in others)
        if is_letterhead(first) and is_added:
            has_letterhead = True
        elif len(first.split()) > _MOST_PLACE_WORDS:
            return marked
        elif not has_letterhead:
            return kinds
        for n in numbers:
            marked[n] = _Kind.STAMP
    return kinds


def _is_reference(text: str) -> bool:
    n_digits = sum(map(str.isdigit, text))
    return "/" in text and n_digits >= _FEWEST_REFERENCE_DIGITS and bool(_REFERENCE.fullmatch(text))


def _kind(line: Line, following: str, *, is_first: bool) -> _Kind:
    if len(line.text) > _LONGEST_TITLE:
        return _Kind.BODY
    is_stamp = (
        _STAMP.fullmatch(line.text)
        or _is_reference(line.text)
        or is_other_date_line(line.text)
        or not any(map(str.isalnum, line.text))
    )
    if not is_stamp and date_line(line.text):
        return _Kind.DATE
    if is_stamp or _MAIL_HEAD.fullmatch(line.text):
        return _Kind.STAMP
    if line.level or (_is_first_title(line.text, following) if is_first else _is_title(line.text)):
        return _Kind.TITLE
    return _Kind.BODY


def _is_first_title(text: str, following: str) -> bool:
    if text.endswith(",") and not _OPENING_BODY.match(text):
        text = text[:-1]
    if ends_sentence(text) and len(text.split()) <= 20:
        has_title_mark = text.isupper() or text[-1] in "?!" or date_line(following)
        text = text.rstrip(".?!") if has_title_mark else text
    return _is_title(text.lstrip(_QUOTES))


def _is_title(text: str) -> bool:
    """Say whether `text` is short and neither a sentence nor the beginning of a list, a letter or a quotation."""
    return (
        text.count(" ") < _MOST_TITLE_WORDS
        and any(map(str.isalpha, text))
        and not text[0].islower()
        and not text.startswith(tuple(_QUOTES))
        and not text.endswith((",", ";", ":"))
        and not ends_sentence(text)
        and not (text.endswith(".") and text.count(" ") >= _MOST_WORDS_BEFORE_DOT and not text.isupper())
        and not is_numbered(text)
        and not _OPENING_BODY.match(text)
    )


def _title_lines(lines: Sequence[Line], kinds: Sequence[_Kind]) -> list[int]:
    """Return the lines of the title: those of one paragraph, the one marked as the page's heading if there is one."""
    titles = [n for n, kind in enumerate(kinds) if kind is _Kind.TITLE]
    first = next((n for n in titles if lines[n].level == 1), titles[0] if titles else None)
    if first is None:
        return []
    return [n for n in titles if n >= first and lines[n].paragraph == lines[first].paragraph]


def _end(lines: Sequence[Line], kinds: Sequence[_Kind], title: Sequence[int]) -> int:
    """Return how many lines the title block has: to the last stamp near the title, and what may be subtitles."""
    end = n_subtitles = 0
    is_dated = False
    for n, kind in enumerate(kinds):
        if kind is _Kind.TITLE and n not in title:
            n_subtitles += 1
            if end and (is_dated or n_subtitles > _MOST_SUBTITLES):
                return end
        else:
            end, n_subtitles = n + 1, 0
            is_dated = is_dated or (kind is _Kind.DATE and bool(title) and n > title[-1])
    if len(kinds) == len(lines):
        return end
    n_plain = next((n for n, line in enumerate(lines[end : end + n_subtitles]) if line.level), n_subtitles)
    return end + n_plain  # a heading below them begins a section


def _date(lines: Sequence[Line], kinds: Sequence[_Kind], end: int) -> dt.date | None:
    """Return the date of a date line or stamp, else of the dateline of the first body line, else of a title's end."""
    block = list(zip(lines[: end or len(kinds)], kinds, strict=False))
    for line, kind in block:
        if kind is _Kind.DATE:
            return date_line(line.text)
        if kind is _Kind.STAMP and (date := stamp_date(line.text)):
            return date
    if end < len(lines) and (date := dateline_date(lines[end].text)):
        return date
    dates = (closing_date(line.text) for line, kind in block if kind is _Kind.TITLE)
    return next(filter(None, dates), None)


def _is_same(heading: str, title: str) -> bool:
    return heading in title or title in heading
