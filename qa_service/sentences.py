"""Text to sentence spans.

nupunkt finds the boundaries; a few rules repair what it gets wrong in press releases: ranks before a name, "U.S."
before an office, a bill before its number, abbreviations before a lower-case word, common words that it takes for
abbreviations ("lead.", "per cent."), marks of footnotes, other scripts, and lines that stand on their own (lists, title
lines) without a full stop.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

import nupunkt

from qa_service.wrapping import wrapped_lines

_PARAGRAPH_BREAK = re.compile(r"\n[^\S\n]*\n\s*")
_RANK = re.compile(
    r"(?:^|[\s(\"'“-])(?:Lt|Lieut|Flt|Sqn|Ldr|Gen|Col|Maj|Capt|Cpl|Sgt|Adm|Cmdr|Cdr|Gov|Govs|Rep|Reps|Sen|Sens|Amb|Hon|Rev|Msgr|Messrs|Mme|Mlle"
    r"|Cllr|Pres|Supt|Engr|Smt|H\.E|H\.R\.H|No|Nos|Dept|Ft|St|Mt)\.$"
)
# "U.S. Senator", "U.N. Secretary-General": a country or a union before an office is no end.
_UNION = re.compile(r"(?:^|[\s(\"'“-])(?:U\.S|U\.N|U\.K|E\.U)\.$")
_OFFICE = re.compile(
    r"(?:Sen(?:ator|\.)|Secretary|Ambassador|Rep(?:resentative|\.)|Congress|General|Attorney|President|Summit)", re.I
)
# "S.Con.Res. 70", "Pub. L. 109-58", "Rs. 500 crore", "Nov. 30–Dec. 12": the number belongs to it.
_NUMBERED = re.compile(
    r"\.(?:Res|Con)\.$|\b(?:Sec|Arts|Chaps?|L|Rs|Kshs?|Tk|Rp|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.$"
)
# These few may stand for longer words, though a name or a number follows.
_SHORTENED = "approx|ca|cf|corp|dept|ed|eds|esp|est|etc|al|ext|figs?|govt|inc|incl|ltd|nos?|pp|tel|vols?|vs"
_COUNTED = "app|apt|art|chap|para|reg|res|rev|secs?|tab|ver|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
_CLOSING = r"[\"”’)\]]*+"
# What no name and no zone of time begins with.
_BEGINNING = (
    r"(?:An?|The|Th(?:is|at|ese|ose|ere|ey|en)|It|He|She|We|You|I|If|In|On|At|For|From|After|Before|During|When|While|"
    r"With|As|All|Both|Each|No|Our|His|Her|Its|Their|Who|What)\b"
)
# An end after a word in small letters, or after "9 p.m.".
_PLAIN_END = re.compile(
    rf"(?<![\w.'’-])(?!(?:{_SHORTENED})\.)[a-z]{{2,}}\.{_CLOSING}(?=\s+[\"“(‘]?[A-Z])"
    rf"|\d\s?[ap]\.m\.{_CLOSING}(?=\s+[\"“(‘]?{_BEGINNING})"
)
_RAISED = "¹²³⁰⁴-⁹"
# "a tonne.1 The change", "Roth.[2] It", "April.³ Exports": the mark of a footnote belongs to what it follows. A number
# is one only behind a word or a closing mark: not in "at 3.1 The", "v1.2 The", "Fig.3 The".
_NOTED_END = (
    rf"(?:(?:(?<![\w.'’/@-])(?!(?i:{_SHORTENED}|{_COUNTED})\.)[^\W\d_]{{3,}}|[\"”’)\]])[.!?]{_CLOSING}\d{{1,2}}(?:,\d{{1,2}})?"
    rf"|[.!?]{_CLOSING}(?:\[\^?\w{{1,3}}\]|[*†‡{_RAISED}])++)(?=\s+[\"“(‘]?[A-ZÀ-ÖØ-Þ])"
)
# These need no white space after them; behind a quotation, "と" or a comma carries the sentence on.
_CLOSING_WIDE = r"\"”’」』）】》»)\]"
_SCRIPT_END = (
    rf"[。｡।॥۔][{_RAISED}]*+(?:[{_CLOSING_WIDE}]++(?![ぁ-ゖ、，])|(?![{_CLOSING_WIDE}、，]))"
    rf"|[！？؟]++[{_RAISED}]*+(?![{_CLOSING_WIDE}、，とっ])"
)
_SURE_END = re.compile(f"{_NOTED_END}|{_SCRIPT_END}")
# nupunkt's time grows with the square of a text's length; no paragraph that was written to be read is longer.
_MOST_AT_ONCE = 5_000
# What the patterns of abbreviations look at.
_TAIL = 24


@lru_cache(maxsize=4096)
def sentence_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Return the half-open span of each sentence, in order, without surrounding white space.

    Every character of `text` that isn't white space lies in exactly one span. A sentence never crosses a blank line.
    """
    return tuple(
        (start + offset, end + offset)
        for block_start, block_end in _blocks(text)
        for offset, block in [(block_start, text[block_start:block_end])]
        for start, end in _mend(block, _punctuated(block))
    )


def covering_sentences(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span of the sentence, or sentences, that `text[start:end]` lies in."""
    for sentence_start, sentence_end in sentence_spans(text):
        if sentence_start < end and sentence_end > start:
            start, end = min(start, sentence_start), max(end, sentence_end)
    return start, end


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Yield spans that a sentence can't cross: of paragraphs, of lines that aren't merely wrapped, to a sure end."""
    position = 0
    for gap in [*_PARAGRAPH_BREAK.finditer(text), None]:
        end = gap.start() if gap else len(text)
        for line_start, line_end in _lines_of_their_own(text, position, end):
            ends = (found.end() for found in _SURE_END.finditer(text, line_start, line_end))
            yield from pairwise([line_start, *ends, line_end])
        position = gap.end() if gap else end


def _lines_of_their_own(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    lines = text[start:end].split("\n")
    block_start = position = start
    for line, is_wrapped in zip(lines, [*wrapped_lines(lines), False], strict=True):
        position += len(line)
        if not is_wrapped:
            if text[block_start:position].strip():
                yield block_start, position
            block_start = position + 1
        position += 1


def _punctuated(block: str) -> list[tuple[int, int]]:
    spans = []
    for start, end in (span for piece in _pieces(block) for span in piece):
        ends = [found.end() for found in _PLAIN_END.finditer(block, start, end)]
        for part_start, part_end in pairwise([start, *ends, end]):
            part = block[part_start:part_end]
            stripped = part.strip()
            if stripped:
                lead = len(part) - len(part.lstrip())
                spans.append((part_start + lead, part_start + lead + len(stripped)))
    return spans


def _pieces(block: str) -> Iterator[list[tuple[int, int]]]:
    """Yield nupunkt's spans of one piece of the block after another; a piece begins with the sentence that was cut."""
    start = 0
    while start < len(block):
        spans = [
            (start + first, start + last) for first, last in nupunkt.sent_spans(block[start : start + _MOST_AT_ONCE])
        ]
        start += _MOST_AT_ONCE
        if start < len(block) and len(spans) > 1:
            start = spans.pop()[0]
        yield spans


def _mend(block: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join a sentence to the one before where what stood between them is no end."""
    mended: list[tuple[int, int]] = []
    for start, end in spans:
        is_inside_a_word = bool(mended) and start == mended[-1][1]
        before = block[max(mended[-1][0], mended[-1][1] - _TAIL) : mended[-1][1]] if mended else ""
        if is_inside_a_word or _is_no_end(before, block[start:end]):
            mended[-1] = (mended[-1][0], end)
        else:
            mended.append((start, end))
    return mended


def _is_no_end(before: str, after: str) -> bool:
    if not before.endswith("."):
        return False
    return bool(
        after[0].islower()
        or after[0] in ",;)]"
        or _RANK.search(before)
        or (after[0].isdigit() and _NUMBERED.search(before))
        or (_UNION.search(before) and _OFFICE.match(after))
    )
