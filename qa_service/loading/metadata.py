"""What every format's release gets the same way: canonical text, title, date, body start and sections."""

import datetime as dt
from collections.abc import Sequence
from pathlib import PurePosixPath

from qa_service.errors import LoadError
from qa_service.loading.canonical import one_line
from qa_service.loading.dates import file_name_date, is_day_apart
from qa_service.loading.extracted import Extracted
from qa_service.loading.headings import find_headings
from qa_service.loading.paragraphs import PARAGRAPH_BREAK, Paragraph, first_lines, to_paragraphs
from qa_service.loading.title_block import find_title_block
from qa_service.types import Document, Section

_LONGEST_TITLE = 300
_LONGEST_FIRST_WORDS = 120


def to_document(document_id: str, extracted: Extracted, sha256: str) -> Document:
    """Return the release, with the metadata that its format doesn't state found in its text and its file's name.

    Raises:
        LoadError: There is no text.
    """
    paragraphs = to_paragraphs(extracted.blocks)
    if not paragraphs:
        raise LoadError("it holds no text: add the release's text, or remove the file")
    text = PARAGRAPH_BREAK.join(paragraph.text for paragraph in paragraphs)
    title_block = find_title_block(first_lines(paragraphs), extracted.title)
    body_start = title_block.body_start
    stem = PurePosixPath(document_id).stem
    title = extracted.title or title_block.title or _first_words(text[body_start:]) or stem
    return Document(
        id=document_id,
        text=text,
        title=_cut(one_line(title), _LONGEST_TITLE),
        date=_date(extracted, title_block.date) or file_name_date(stem),
        source_url=extracted.source_url,
        note=extracted.note,
        body_start=body_start,
        sections=_sections([p for p in paragraphs if p.start >= body_start], len(text), title),
        sha256=sha256,
    )


def _date(extracted: Extracted, in_text: dt.date | None) -> dt.date | None:
    is_local_day = extracted.is_date_in_utc and is_day_apart(extracted.date, in_text)
    return in_text if is_local_day else extracted.date or in_text


def _sections(body: Sequence[Paragraph], end: int, title: str) -> tuple[Section, ...]:
    """Return the sections of the body: by the headings that the format marks, else by those that look like one."""
    headings = [(p, p.level) for p in body if p.level and one_line(p.text) != title]
    if not headings:
        headings = [(body[n], level) for n, level in find_headings([p.text for p in body]).items()]
    starts = [p.start for p, _ in headings] + [end]
    return tuple(
        Section(heading=p.text.split("\n", 1)[0], level=level, start=p.start, end=next_start)
        for (p, level), next_start in zip(headings, starts[1:], strict=True)
    )


def _first_words(text: str) -> str:
    first = one_line(text.split(PARAGRAPH_BREAK, 1)[0])
    return _cut(first, _LONGEST_FIRST_WORDS) if any(map(str.isalnum, first)) else ""


def _cut(text: str, longest: int) -> str:
    """Return `text`, cut after a word where it is longer than `longest`."""
    return text if len(text) <= longest else text[: longest + 1].rsplit(" ", 1)[0][:longest].rstrip(" ,;:–-") + "…"
