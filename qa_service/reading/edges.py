"""Where an answer's words begin and end: whole letters, no half of a pair of marks, nothing of the next sentence."""

import re
import unicodedata

from qa_service.sentences import sentence_spans

_NO_WORDS = re.compile(r"\W*")
_CELL_EDGE = " | "
_OPENING, _CLOSING = '"“«(', '"”»)'
_STOPS = ".!?;:, \n。！？；：、，؟۔।"
# "a tonne.1", "a tonne.[2]", "in 2001.³": the mark of a footnote behind a full stop.
_NOTE = re.compile(r"(?:(?<=[^\W\d_]{3}[.!?])\d{1,2}|(?<=[.!?])(?:\[\^?\w{1,3}\]|[¹²³⁰⁴-⁹*†‡]{1,9}))$")


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without what runs over an edge, nor a mark at an edge without its other half, of whole letters.

    Words from the middle of a sentence, a list item or a table's cell end with it; several whole ones may be an answer
    together, and lose a last one that they don't take in to its end.
    """
    parts = [part for part in sentence_spans(text) if part[0] < end and part[1] > start]
    if len(parts) > 1:
        if not _is_empty(text[parts[0][0] : start]):
            end = _last_word(text, start, parts[0][1]) or end
        elif not _is_empty(text[end : parts[-1][1]]):
            end = _last_word(text, start, parts[-2][1]) or end
    if parts and not _is_empty(text[parts[0][0] : start]) and (edge := text.find(_CELL_EDGE, start, end)) > start:
        end = edge
    start, end = _with_pairs(text, start, end)
    while start > 0 and unicodedata.combining(text[start]):
        start -= 1
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return start, end


def _with_pairs(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without a quotation mark or bracket at an edge that opens or closes nothing within it."""
    first, last = _OPENING.find(text[start]), _CLOSING.find(text[end - 1])
    if first >= 0 and _CLOSING[first] not in text[start + 1 : end]:
        return (start + 1, end) if end - start > 1 else (start, end)
    is_inches = text[end - 2 : end - 1].isdigit()
    if last >= 0 and end - start > 1 and not is_inches and _OPENING[last] not in text[start : end - 1]:
        return start, end - 1
    return start, end


def _is_empty(text: str) -> bool:
    return _NO_WORDS.fullmatch(text) is not None


def _last_word(text: str, start: int, end: int) -> int | None:
    """Return where the words end, their full stop and a footnote's mark left out; None when there are none."""
    words = _NOTE.sub("", text[start:end].rstrip()).rstrip(_STOPS)
    return start + len(words) if words else None
