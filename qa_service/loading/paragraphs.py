"""Blocks to the paragraphs of the canonical text, and to the lines that a title block is read from.

Pieces are made canonical before they are joined, so each offset is right in the text that is stored.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from qa_service.loading.canonical import canonical
from qa_service.loading.extracted import Block
from qa_service.wrapping import RUN_ON_WORDS

PARAGRAPH_BREAK = "\n\n"
_LONGEST_HEADING = 250  # what a page marks as a heading but is longer is a paragraph in large letters
_MOST_LINES = 40  # no title block has more lines or paragraphs
_WRAP_COLUMNS = range(60, 111)  # the widest line of a hard-wrapped file
_RUNS_ON = re.compile(rf"(?:\b(?:{RUN_ON_WORDS})|\w ?[,–—-])$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text without blank lines that begins at `start` of the canonical text; `level` is as in `Block`."""

    text: str
    start: int
    level: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the release; one that was broken counts as one, its parts joined by spaces.

    Attributes:
        start: Of its first character that isn't blank.
        paragraph: Number of the paragraph that it stands in.
        level: Of the heading that it is marked as, 0 for none.
    """

    text: str
    start: int
    paragraph: int
    level: int = 0


def to_paragraphs(blocks: Iterable[Block]) -> list[Paragraph]:
    """Return the paragraphs that, joined by `PARAGRAPH_BREAK`, are the canonical text."""
    paragraphs: list[Paragraph] = []
    start = 0
    for block in blocks:
        for text, level in _pieces(block):
            paragraphs.append(Paragraph(text, start, level))
            start += len(text) + len(PARAGRAPH_BREAK)
    return paragraphs


def first_lines(paragraphs: Sequence[Paragraph]) -> list[Line]:
    """Return the lines that a title block can lie in."""
    widest = max(len(line) for paragraph in paragraphs for line in paragraph.text.split("\n"))
    lines: list[Line] = []
    for number, paragraph in enumerate(paragraphs[:_MOST_LINES]):
        start = paragraph.start
        previous = ""
        for raw in paragraph.text.split("\n", _MOST_LINES)[:_MOST_LINES]:
            text = raw.strip()
            if previous and _is_continued(previous, text, widest):
                lines[-1] = replace(lines[-1], text=f"{lines[-1].text} {text}")
            else:
                lines.append(Line(text, start + len(raw) - len(raw.lstrip()), number, paragraph.level))
            start += len(raw) + len("\n")
            previous = raw
    return lines


def _pieces(block: Block) -> list[tuple[str, int]]:
    text = canonical(block.text)
    if not text:
        return []
    if block.level and len(text) <= _LONGEST_HEADING:
        # The lines of a page's main heading are lines of its title; any other heading is one line.
        return [(re.sub("\n+", "\n" if block.level == 1 else " ", text).strip(), block.level)]
    return [(piece, 0) for piece in text.split(PARAGRAPH_BREAK)]


def _is_continued(line: str, following: str, widest: int) -> bool:
    """Say whether `line` was broken off: its last word or the next one says so, or no word more had room in it."""
    if _RUNS_ON.search(line) or following[0].islower():
        return True
    first_word = following.split(" ", 1)[0]
    return widest in _WRAP_COLUMNS and len(line) + len(" ") + len(first_word) >= widest
