"""A release as blocks for its page: title, headings, paragraphs, and the white space between them.

The blocks' text, joined, is the release's text: nothing is left out, added or said twice. Passages and highlighted
words are offsets into it, so a block is cut where one of them begins or ends.
"""

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from qa_service.types import Document, Passage

_PARAGRAPH = re.compile(r"\S[^\n]*(?:\n(?![^\S\n]*(?:\n|\Z))[^\n]*)*")
_LINE_END = re.compile(r"[^\S\n]*(?:\n|\Z)")
_OFFSET = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Highlight:
    """A quote, and in it the answer's words; `answer_start == answer_end` when only the quote is known."""

    start: int
    end: int
    answer_start: int
    answer_end: int


@dataclass(frozen=True, slots=True)
class Part:
    """Text that is marked as a whole or not at all; `anchors` are the numbers of passages that begin with it."""

    text: str
    anchors: tuple[int, ...]
    is_quote: bool
    is_answer: bool


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring parts that are all inside the quote, or all outside."""

    is_quote: bool
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One element of the page. `tag` is its HTML tag, empty for white space between elements."""

    tag: str
    runs: tuple[Run, ...]


def lay_out(document: Document, passages: Sequence[Passage], highlight: Highlight | None) -> list[Block]:
    """Return the release's text as blocks, in order; at most one, the title, is an `h1`."""
    anchors = {passage.start: passage.number for passage in passages}
    cuts = set(anchors)
    if highlight:
        cuts |= {highlight.start, highlight.end, highlight.answer_start, highlight.answer_end}
    ordered_cuts = sorted(cuts)
    blocks = []
    for tag, start, end in _spans(document):
        inside = ordered_cuts[bisect_right(ordered_cuts, start) : bisect_left(ordered_cuts, end)]
        parts = [
            Part(
                document.text[begin:stop],
                anchors=(anchors[begin],) if begin in anchors else (),
                is_quote=highlight is not None and highlight.start <= begin < highlight.end,
                is_answer=highlight is not None and highlight.answer_start <= begin < highlight.answer_end,
            )
            for begin, stop in pairwise([start, *inside, end])
        ]
        runs = groupby(parts, key=lambda part: part.is_quote)
        blocks.append(Block(tag, tuple(Run(is_quote, tuple(members)) for is_quote, members in runs)))
    return blocks


def fingerprint(quote: str) -> str:
    """Return what an address tells a quote by, so that it never highlights other words once a release has changed."""
    return hashlib.sha256(quote.encode()).hexdigest()[:8]


def is_outdated(values: Mapping[str, str], text: str) -> bool:
    """Return whether an address names a quote, and `text` no longer holds it there."""
    start, end = _offset(values.get("start")), _offset(values.get("end"))
    expected = values.get("quote")
    return expected is not None and (start is None or end is None or fingerprint(text[start:end]) != expected)


def parse_highlight(values: Mapping[str, str], text: str) -> Highlight | None:
    """Return the highlight that an address asks for, None when its quote does not lie in `text`, or not as it was."""
    start, end = _offset(values.get("start")), _offset(values.get("end"))
    if start is None or end is None or not start < end <= len(text) or is_outdated(values, text):
        return None
    answer_start, answer_end = _offset(values.get("answer_start")), _offset(values.get("answer_end"))
    if answer_start is None or answer_end is None or not start <= answer_start < answer_end <= end:
        return Highlight(start, end, start, start)
    return Highlight(start, end, answer_start, answer_end)


def _offset(digits: str | None) -> int | None:
    return int(digits) if digits and _OFFSET.fullmatch(digits) else None


def _spans(document: Document) -> Iterator[tuple[str, int, int]]:
    """Yield tag, start and end of each block; they cover the text without overlap."""
    position = 0
    for tag, start, end in _elements(document):
        if position < start:
            yield "", position, start
        yield tag, start, end
        position = end
    if position < len(document.text):
        yield "", position, len(document.text)


def _elements(document: Document) -> Iterator[tuple[str, int, int]]:
    """Yield headings, and what they leave of each paragraph."""
    headings = _headings(document)
    position = 0
    for paragraph in _PARAGRAPH.finditer(document.text):
        position = max(position, paragraph.start())
        while headings and headings[0][1] < paragraph.end():
            heading = headings.pop(0)
            yield from _paragraph(document.text, position, heading[1])
            yield heading
            position = heading[2]
        yield from _paragraph(document.text, position, paragraph.end())


def _paragraph(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Yield `text[start:end]` without the white space around it, unless nothing is left."""
    words = text[start:end]
    if words.strip():
        yield "p", start + len(words) - len(words.lstrip()), start + len(words.rstrip())


def _headings(document: Document) -> list[tuple[str, int, int]]:
    """Return the title, where the text begins with it, and the section headings that stand on lines of their own."""
    text = document.text
    found = []
    if title := _title_span(text, document.title):
        found.append(("h1", *title))
    for section in sorted(document.sections, key=lambda section: section.start):
        end = section.start + len(section.heading)
        is_free = not found or found[-1][2] <= section.start
        if (
            is_free
            and section.heading.strip()
            and text.startswith(section.heading, section.start)
            and _LINE_END.match(text, end)
        ):
            found.append((f"h{min(section.level + 1, 6)}", section.start, end))
    return found


def _title_span(text: str, title: str) -> tuple[int, int] | None:
    """Return where `text` begins with `title` as lines of its own; a dash of the title may stand for a line break."""
    words = [re.escape(word) for word in title.split() if word != "–"]
    found = re.compile(r"(?:\s+–)?\s+".join(words)).match(text, len(text) - len(text.lstrip()))
    return found.span() if found and found[0] and _LINE_END.match(text, found.end()) else None
