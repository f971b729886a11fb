"""Document to passages: paragraphs with exact offsets.

A passage is one paragraph, with the heading above it and the short paragraphs that belong to it; a paragraph that is
too long for the embedder is cut at sentence ends. The title block is a passage of its own, because dates and places are
asked for and often stand only there.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from qa_service.sentences import sentence_spans
from qa_service.types import Document, Passage, Section

# A line at a time: for each repetition of a group, `re` holds some 100 bytes.
_PARAGRAPH = re.compile(r"\S[^\n]*(?:\n(?!\s*\n)[^\n]*)*")
_WORD = re.compile(r"\S+")
_LIST_ITEM = re.compile(r"(?:[-*•·▪◦‣–—]\s|\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,5})[.)]\s)")

CountTokens = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True, slots=True)
class SplitterSettings:
    """Recorded in the manifest: other settings make other passages.

    Attributes:
        max_tokens: Longest passage in the embedder's tokens, context not counted.
        min_words: A paragraph shorter than this joins its neighbour.
        rules: Raised when a change to loading or splitting makes other passages of the same file.
    """

    max_tokens: int = 200
    min_words: int = 20
    rules: int = 6


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of text that is never cut further, and what decides where it goes."""

    start: int
    end: int
    n_words: int
    n_tokens: int
    section: Section | None
    is_heading: bool = False
    is_list_item: bool = False
    ends_open: bool = False  # with a colon: what follows belongs to it
    is_part: bool = False  # of a paragraph that was too long


class Splitter:
    """Splits documents by `settings`; `count_tokens` is the embedder's."""

    def __init__(self, count_tokens: CountTokens, settings: SplitterSettings | None = None) -> None:
        self._count_tokens = count_tokens
        self._settings = settings or SplitterSettings()

    def split(self, document: Document) -> list[Passage]:
        """Return the document's passages in order.

        They don't overlap, `document.text[p.start:p.end] == p.text`, and every word lies in exactly one of them. Only a
        single word longer than `max_tokens` is cut inside.
        """
        groups = [
            *([piece] for piece in self._pieces(document, 0, document.body_start)),
            *self._grouped(list(self._pieces(document, document.body_start, len(document.text)))),
        ]
        return [
            Passage(
                document_id=document.id,
                number=number,
                start=group[0].start,
                end=group[-1].end,
                text=document.text[group[0].start : group[-1].end],
                title=document.title,
                date=document.date,
                section=group[0].section.heading if group[0].section else None,
                is_title_block=group[0].start < document.body_start,
            )
            for number, group in enumerate(groups, 1)
        ]

    def _pieces(self, document: Document, start: int, end: int) -> Iterator[_Piece]:
        """Yield the paragraphs of `text[start:end]`, those over the limit in parts; the title block is one."""
        text = document.text
        if start < document.body_start:
            block = text[start:end]
            spans = [(start + len(block) - len(block.lstrip()), start + len(block.rstrip()))] if block.strip() else []
        else:
            spans = list(self._paragraphs(document, start, end))
        sections = _SectionFinder(document.sections)
        for (a, b), n_tokens in zip(spans, self._counts(text, spans), strict=True):
            section = sections.at(a)
            if n_tokens > self._settings.max_tokens:
                for part_start, part_end, part_tokens in self._parts(text, a, b):
                    n_words = len(text[part_start:part_end].split())
                    yield _Piece(part_start, part_end, n_words, part_tokens, section, is_part=True)
                continue
            paragraph = text[a:b]
            yield _Piece(
                a,
                b,
                len(paragraph.split()),
                n_tokens,
                section,
                is_heading=section is not None and a == section.start and paragraph == section.heading,
                is_list_item=bool(_LIST_ITEM.match(paragraph)),
                ends_open=paragraph.endswith(":"),
            )

    def _paragraphs(self, document: Document, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield paragraph spans; a heading line inside a paragraph begins one."""
        cuts = [section.start for section in document.sections if start < section.start < end]
        for begin, finish in zip([start, *cuts], [*cuts, end], strict=True):
            for match in _PARAGRAPH.finditer(document.text, begin, finish):
                yield match.start(), match.start() + len(match.group().rstrip())

    def _parts(self, text: str, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Yield spans of about equal length that end where sentences do and keep to the limit, with their tokens."""
        units = list(self._units(text, start, end))
        n_parts = -(-sum(tokens for _, _, tokens in units) // self._settings.max_tokens)
        target = sum(tokens for _, _, tokens in units) / n_parts
        part_start, part_end, part_tokens = units[0]
        for unit_start, unit_end, unit_tokens in units[1:]:
            is_full = part_tokens + unit_tokens / 2 > target or part_tokens + unit_tokens > self._settings.max_tokens
            if is_full:
                yield part_start, part_end, part_tokens
                part_start, part_tokens = unit_start, 0
            part_end = unit_end
            part_tokens += unit_tokens
        yield part_start, part_end, part_tokens

    def _units(self, text: str, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Yield sentences, or words of a sentence over the limit, or slices of a word over the limit."""
        sentences = [(start + a, start + b) for a, b in sentence_spans(text[start:end])]
        for (a, b), n_tokens in zip(sentences, self._counts(text, sentences), strict=True):
            if n_tokens <= self._settings.max_tokens:
                yield a, b, n_tokens
                continue
            words = [(a + match.start(), a + match.end()) for match in _WORD.finditer(text[a:b])]
            for (c, d), word_tokens in zip(words, self._counts(text, words), strict=True):
                if word_tokens <= self._settings.max_tokens:
                    yield c, d, word_tokens
                else:  # text without spaces: at worst a token for each character
                    for cut in range(c, d, self._settings.max_tokens):
                        last = min(cut + self._settings.max_tokens, d)
                        yield cut, last, last - cut

    def _counts(self, text: str, spans: Sequence[tuple[int, int]]) -> list[int]:
        """Return tokens per span, at least one for every 12 characters: WordPiece makes one token of a huge word."""
        if not spans:
            return []
        counts = self._count_tokens([text[a:b] for a, b in spans])
        return [max(count, (b - a) // 12) for count, (a, b) in zip(counts, spans, strict=True)]

    def _grouped(self, pieces: Sequence[_Piece]) -> list[list[_Piece]]:
        """Join headings and short paragraphs to what they belong to, never over the limit.

        A short paragraph joins the next one; the last of its section, and a short list item, join the one before.
        """
        groups: list[list[_Piece]] = []
        for piece in pieces:
            if groups and self._belongs(groups[-1], piece):
                groups[-1].append(piece)
                continue
            if len(groups) > 1 and self._is_left_over(groups[-2], groups[-1]):
                groups[-2].extend(groups.pop())
            groups.append([piece])
        if len(groups) > 1 and self._is_left_over(groups[-2], groups[-1]):
            groups[-2].extend(groups.pop())
        return groups

    def _belongs(self, group: Sequence[_Piece], piece: _Piece) -> bool:
        last = group[-1]
        if not self._fits(group, [piece]):
            return False
        if last.is_heading:
            return True
        if piece.section is not last.section or piece.is_part:
            return False
        is_short_item = piece.is_list_item and piece.n_words < self._settings.min_words
        return last.ends_open or is_short_item or self._is_short(group)

    def _is_left_over(self, before: Sequence[_Piece], group: Sequence[_Piece]) -> bool:
        """Tell whether a group that found nothing to join onwards can join the one before."""
        same_section = before[-1].section is group[0].section  # so it doesn't begin with a heading
        return same_section and self._is_short(group) and self._fits(before, group)

    def _is_short(self, group: Sequence[_Piece]) -> bool:
        return sum(piece.n_words for piece in group if not piece.is_heading) < self._settings.min_words

    def _fits(self, group: Sequence[_Piece], more: Sequence[_Piece]) -> bool:
        return sum(piece.n_tokens for piece in (*group, *more)) <= self._settings.max_tokens


class _SectionFinder:
    """Finds the section of ascending offsets."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._remaining = list(reversed(sections))
        self._current: Section | None = None

    def at(self, offset: int) -> Section | None:
        while self._remaining and self._remaining[-1].start <= offset:
            self._current = self._remaining.pop()
        return self._current
