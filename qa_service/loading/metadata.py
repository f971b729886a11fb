"""What every format's release gets the same way: canonical text, title, date, body start and sections.

Pieces are made canonical before they are joined, so each offset is right in the text that is stored.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from qa_service.errors import LoadError
from qa_service.loading.canonical import canonical, one_line
from qa_service.loading.dates import file_name_date
from qa_service.loading.extracted import Block, Extracted
from qa_service.loading.headings import find_headings
from qa_service.loading.title_block import Line, find_title_block
from qa_service.types import Document, Section

_LONGEST_TITLE = 300
_LONGEST_FIRST_WORDS = 120
_LONGEST_HEADING = 250  # what a page marks as a heading but is longer is a paragraph in large letters
_FIRST_PARAGRAPHS = 30  # no title block is longer
_WRAP_COLUMNS = range(60, 111)  # the widest line of a hard-wrapped file


@dataclass(frozen=True, slots=True)
class _Paragraph:
    text: str
    start: int
    level: int


def to_document(document_id: str, extracted: Extracted, sha256: str) -> Document:
    """Return the release, with the metadata that its format doesn't state found in its text and its file's name.

    Raises:
        LoadError: There is no text.
    """
    paragraphs = _paragraphs(extracted.blocks)
    if not paragraphs:
        raise LoadError("it holds no text: add the release's text, or remove the file")
    text = "\n\n".join(paragraph.text for paragraph in paragraphs)
    title_block = find_title_block(_first_lines(paragraphs), extracted.title)
    body_start = title_block.body_start
    stem = PurePosixPath(document_id).stem
    title = extracted.title or title_block.title or _first_words(text[body_start:]) or stem
    return Document(
        id=document_id,
        text=text,
        title=_cut(one_line(title), _LONGEST_TITLE),
        date=extracted.date or title_block.date or file_name_date(stem),
        source_url=extracted.source_url,
        note=extracted.note,
        body_start=body_start,
        sections=_sections([p for p in paragraphs if p.start >= body_start], len(text), title),
        sha256=sha256,
    )


def _paragraphs(blocks: Iterable[Block]) -> list[_Paragraph]:
    """Return the paragraphs of the canonical text, in which blank lines part them."""
    paragraphs: list[_Paragraph] = []
    start = 0
    for block in blocks:
        for text, level in _pieces(block):
            paragraphs.append(_Paragraph(text, start, level))
            start += len(text) + len("\n\n")
    return paragraphs


def _pieces(block: Block) -> list[tuple[str, int]]:
    text = canonical(block.text)
    if not text:
        return []
    if block.level and len(text) <= _LONGEST_HEADING:
        # The lines of a page's main heading are lines of its title; any other heading is one line.
        return [(re.sub("\n+", "\n" if block.level == 1 else " ", text).strip(), block.level)]
    return [(piece, 0) for piece in text.split("\n\n")]


def _first_lines(paragraphs: Sequence[_Paragraph]) -> list[Line]:
    """Return the lines of the first paragraphs. In a hard-wrapped file, a line that was broken counts as one."""
    widest = max(len(line) for paragraph in paragraphs for line in paragraph.text.split("\n"))
    lines: list[Line] = []
    for number, paragraph in enumerate(paragraphs[:_FIRST_PARAGRAPHS]):
        start = paragraph.start
        length = 0  # of the line before; 0 at the start of a paragraph
        for raw in paragraph.text.split("\n"):
            text = raw.strip()
            if widest in _WRAP_COLUMNS and length and length + 1 + len(text.split(" ", 1)[0]) >= widest:
                lines[-1] = replace(lines[-1], text=f"{lines[-1].text} {text}")
            else:
                lines.append(Line(text, start + len(raw) - len(raw.lstrip()), number, paragraph.level))
            start += len(raw) + len("\n")
            length = len(raw)
    return lines


def _sections(body: Sequence[_Paragraph], end: int, title: str) -> tuple[Section, ...]:
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
    first = one_line(text.split("\n\n", 1)[0])
    return _cut(first, _LONGEST_FIRST_WORDS) if any(map(str.isalnum, first)) else ""


def _cut(text: str, longest: int) -> str:
    """Return `text`, cut after a word where it is longer than `longest`."""
    return text if len(text) <= longest else text[: longest + 1].rsplit(" ", 1)[0][:longest].rstrip(" ,;:–-") + "…"
