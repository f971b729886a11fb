"""Where the quotations of a release are: straight or curly marks, over one paragraph or several.

A quotation over several paragraphs opens anew with each of them and closes with the last one only. A mark that finds no
other, and that no next paragraph carries on, is left out, so that nothing is taken for a quotation by a slip.
"""

import re
from functools import lru_cache

_PARAGRAPH = re.compile(r"[^\n]+(?:\n(?!\s*\n)[^\n]*)*")
_MARK = re.compile(r"[\"“”]")


@lru_cache(maxsize=64)
def quotations(text: str) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Return the quotations, each as the spans of its pieces, one per paragraph, marks included."""
    found: list[tuple[tuple[int, int], ...]] = []
    open_pieces: list[tuple[int, int]] = []
    for paragraph in _PARAGRAPH.finditer(text):
        pairs, rest = _pairs(text, paragraph.start(), paragraph.end())
        if open_pieces and text[paragraph.start()] not in '"“':
            open_pieces = []  # nothing carries it on: a mark that was left out
        if open_pieces and pairs:
            pairs[0] = (paragraph.start(), pairs[0][1])
            found.append((*open_pieces, pairs[0]))
            pairs, open_pieces = pairs[1:], []
        found.extend((pair,) for pair in pairs)
        if rest is not None:
            open_pieces = [*open_pieces, (rest, paragraph.end())]
    return tuple(found)


def _pairs(text: str, start: int, end: int) -> tuple[list[tuple[int, int]], int | None]:
    """Return the pairs of marks in a paragraph, and where one opens that it doesn't close."""
    pairs: list[tuple[int, int]] = []
    opened: int | None = None
    for mark in _MARK.finditer(text, start, end):
        place = mark.start()
        if mark[0] == "“" or (mark[0] == '"' and opened is None):
            opened = place if opened is None else opened
        elif opened is not None:
            pairs.append((opened, place + 1))
            opened = None
    return pairs, opened


def quotation_at(text: str, start: int, end: int) -> tuple[tuple[int, int], ...] | None:
    """Return the pieces of the quotation that `text[start:end]` stands in."""
    return next(
        (
            pieces
            for pieces in quotations(text)
            for piece_start, piece_end in pieces
            if piece_start <= start and end <= piece_end
        ),
        None,
    )
