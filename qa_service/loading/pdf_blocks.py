"""Lines of a PDF's pages to blocks: headings, paragraphs without their visual line breaks, lists and tables.

Sizes, gaps and margins say what a PDF doesn't: larger type is a heading, a wider gap or an indent begins a paragraph,
and a line that ends where the next word would still have had room was ended on purpose.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from qa_service.loading.extracted import Block
from qa_service.loading.headings import ends_sentence
from qa_service.loading.pdf_lines import SMALLER, Line, body_size
from qa_service.loading.pdf_tables import LIST_MARK, Table
from qa_service.loading.pdf_words import is_parted, join_lines, words_of
from qa_service.loading.tables import rows_as_text

_LARGER = 1.12  # type of a heading, in units of the body's
_SAME_SIZE = 0.6  # points
_WIDER_GAP = 1.25  # between paragraphs, in units of the distance of lines
_RAISED_GAP = 1.4  # what a superscript widens a gap to at most, in the same units
_USUAL_LEADING = 1.2  # distance of lines in units of the type size, where no two lines show it
_LEADINGS = (0.9, 2.2)
_INDENT = 0.8  # of a first line, in units of the type size
_ROOM = 0.6  # what must be left beside a word that would have had room, in units of the type size
_LONGEST_HEADING = 250
_MOST_BOLD_WORDS = 16
_FEWEST_WORDS_BELOW = 12
_BULLET = re.compile(r"[*–-]\s+|[•·▪◦‣●○■□\uf000-\uf0ff]\s*")  # the last are marks of symbol fonts
_NUMBERED = re.compile(rf"(?:{LIST_MARK.pattern})\s")
_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_CENTRED = 3.0  # points
_ALIGNED = 2  # points
# What makes a column of a page: so many of the file's lines begin at its left, and so few run into it.
_FEWEST_COLUMN_LINES = 3
_COLUMN_SHARE = 0.03
_CROSSING_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class _Layout:
    """What holds for the whole file, in points.

    Attributes:
        size: Of the body's type.
        leading: Distance of lines in a paragraph, in units of the type size.
        left, right: Where the lines begin, and where the longest ends.
        columns: The same of each column; empty where the text has one.
        words: All words of the file, in lower case.
        is_parting_marked: The hyphens of parted words in the body are of a kind of their own.
    """

    size: float
    leading: float
    left: float
    right: float
    columns: tuple[tuple[float, float], ...]
    words: frozenset[str]
    is_parting_marked: bool

    def column(self, line: Line) -> tuple[float, float]:
        """Return where the column of `line` begins and ends: the whole text for a line that runs across."""
        for left, right in reversed(self.columns):
            if line.x >= left - _ALIGNED:
                return (left, right) if line.end <= right + _ALIGNED else (self.left, self.right)
        return self.left, self.right


def to_blocks(items: Sequence[Line | Table]) -> list[Block]:
    """Return the blocks of a file from the lines and tables of its pages, in reading order."""
    lines = [item for item in items if isinstance(item, Line)]
    layout = _layout(lines)
    groups = list(_groups(items, layout))
    sizes = sorted({_rounded(group[0].size) for group in _texts(groups) if _is_larger(group, layout)}, reverse=True)
    blocks: list[Block] = []
    list_open = False
    for n, group in enumerate(groups):
        if isinstance(group, Table):
            blocks.append(Block(rows_as_text(group.rows)))
            list_open = False
            continue
        is_item = bool(_BULLET.match(group[0].text))
        text = _text(group, layout)
        if is_item and list_open:
            blocks[-1] = Block(f"{blocks[-1].text}\n{text}")
        else:
            following = groups[n + 1] if n + 1 < len(groups) else None
            blocks.append(Block(text, 0 if is_item else _level(group, following, sizes, layout)))
        list_open = is_item
    return blocks


def _layout(lines: Sequence[Line]) -> _Layout:
    lefts: Counter[int] = Counter()
    for line in lines:
        lefts[round(line.x)] += len(line.text)
    size = body_size(lines)
    body = [line for line in lines if _is_alike(line.size, size)]
    gaps: Counter[float] = Counter()
    for upper, lower in pairwise(body):
        gap = (upper.y - lower.y) / size
        if upper.page == lower.page and _LEADINGS[0] <= gap <= _LEADINGS[1]:
            gaps[round(gap, 1)] += 1
    usual = [gap for gap, count in gaps.items() if count >= max(2, gaps.total() / 10)]
    return _Layout(
        size=size,
        leading=min(usual, default=_USUAL_LEADING),
        left=float(lefts.most_common(1)[0][0]) if lefts else 0.0,
        right=max((line.end for line in body), default=0.0),
        columns=_columns(body),
        words=words_of(line.text for line in lines),
        is_parting_marked=any(line.text.endswith("‐") for line in body),
    )


def _columns(lines: Sequence[Line]) -> tuple[tuple[float, float], ...]:
    """Return where the columns of a file begin and where their longest lines end; none for a single one."""
    starts: Counter[int] = Counter(round(line.x) for line in lines)
    fewest = max(_FEWEST_COLUMN_LINES, _COLUMN_SHARE * len(lines))
    lefts: list[int] = []
    for left in sorted(left for left, count in starts.items() if count >= fewest):
        before = [line for line in lines if round(line.x) < left]
        n_crossing = sum(line.end > left for line in before)
        if n_crossing <= _CROSSING_SHARE * len(before):
            lefts.append(left)
    if len(lefts) < 2:
        return ()
    ends = [*lefts[1:], math.inf]
    return tuple(
        (left, max(line.end for line in lines if left <= round(line.x) and line.end <= end))
        for left, end in zip(lefts, ends, strict=True)
    )


def _groups(items: Sequence[Line | Table], layout: _Layout) -> Iterator[list[Line] | Table]:
    """Yield tables, and the lines of each paragraph; footnotes after the paragraph that they stand below."""
    footnotes = _footnotes(items, layout)
    group: list[Line] = []
    notes: list[Line] = []
    table: Table | None = None
    for n, item in enumerate(items):
        if n in footnotes and isinstance(item, Line):
            notes.append(item)
            continue
        if isinstance(item, Table):
            if group:
                yield group
                yield from _groups(notes, layout)
                group, notes = [], []
            if table and (joined := _joined(table, item)):
                table = joined
                continue
            if table:
                yield table
            table = item
            continue
        if table:
            yield table
            table = None
        if group and _begins(group, item, layout):
            yield group
            yield from _groups(notes, layout)
            group, notes = [], []
        group.append(item)
    if table:
        yield table
    if group:
        yield group
        yield from _groups(notes, layout)


def _footnotes(items: Sequence[Line | Table], layout: _Layout) -> set[int]:
    """Return which items are small type at the foot of a page or column, with lines of the body before and after."""
    found: set[int] = set()
    start = 0
    for is_small, run in groupby(items, key=lambda item: isinstance(item, Line) and item.size <= SMALLER * layout.size):
        members = list(run)
        end = start + len(members)
        lines = [item for item in members if isinstance(item, Line)]
        if is_small and start > 0 and end < len(items) and _is_at_foot(lines, items[start - 1], items[end], layout):
            found.update(range(start, end))
        start = end
    return found


def _is_at_foot(lines: Sequence[Line], above: Line | Table, following: Line | Table, layout: _Layout) -> bool:
    if not (isinstance(above, Line) and isinstance(following, Line)):
        return False
    first, last = lines[0], lines[-1]
    are_of_body = _is_alike(above.size, layout.size) and _is_alike(following.size, layout.size)
    is_below = above.page == first.page == last.page and above.y > first.y
    return are_of_body and is_below and (following.page > last.page or following.y > first.y)


def _joined(table: Table, following: Table) -> Table | None:
    """Return one table if `following` continues `table` on the next page; its heading isn't repeated."""
    if following.page != table.page + 1 or len(table.rows[0]) != len(following.rows[0]):
        return None
    is_repeated = table.rows[0] == following.rows[0]
    return Table(table.rows + following.rows[is_repeated:], following.page)


def _texts(groups: Sequence[list[Line] | Table]) -> list[list[Line]]:
    return [group for group in groups if not isinstance(group, Table)]


def _begins(group: Sequence[Line], line: Line, layout: _Layout) -> bool:
    """Say whether `line` begins a paragraph after `group`."""
    last = group[-1]
    is_footnote = line.text[0] in _SUPERSCRIPTS and _ends_sentence(last.text)
    if is_footnote or not _is_alike(line.size, last.size) or _BULLET.match(line.text):
        return True
    if line.is_bold != last.is_bold and all(each.is_bold == last.is_bold for each in group):
        return True
    is_ended = _is_ended(last, line, layout)
    if line.page != last.page or line.y > last.y:  # a new page or column: only its words say where it belongs
        is_marked = bool(_NUMBERED.match(line.text)) or line.x > layout.column(line)[0] + _INDENT * line.size
        return (is_marked and _ends_sentence(last.text)) or (is_ended and not line.text[0].islower())
    gap = (last.y - line.y) / (layout.leading * line.size)
    is_broken_off = not is_ended and not _ends_sentence(last.text)  # a raised mark may have pushed the next line down
    if gap > (_RAISED_GAP if is_broken_off else _WIDER_GAP):
        return True
    is_hanging = len(group) == 1 and (_NUMBERED.match(group[0].text) or _BULLET.match(group[0].text))
    are_centred = _is_centred(last, layout) and _is_centred(line, layout)
    if line.x > last.x + _INDENT * line.size and not is_hanging and not are_centred:
        return is_ended or _ends_sentence(last.text)
    return is_ended and (_ends_sentence(last.text) or bool(_NUMBERED.match(line.text)))


def _is_ended(line: Line, following: Line, layout: _Layout) -> bool:
    """Say whether the first word of `following` would have had room on `line`; a word that it parted had none."""
    if is_parted(line.text, following.text):
        return False
    left, right = layout.column(line)
    end = line.end
    are_centred = _is_centred(line, layout) and _is_centred(following, layout)
    if are_centred or _are_flush_right(line, following, (left + right) / 2):
        end = left + line.end - line.x
    return end + (following.word_end - following.x) + _ROOM * line.size < right


def _ends_sentence(text: str) -> bool:
    return ends_sentence(text.rstrip(_SUPERSCRIPTS))


def _is_centred(line: Line, layout: _Layout) -> bool:
    left, right = layout.column(line)
    return line.x > left + _CENTRED and abs(line.x + line.end - left - right) <= 2 * _CENTRED


def _are_flush_right(line: Line, following: Line, middle: float) -> bool:
    """Say whether two lines right of the middle of their column end below each other and begin where they may."""
    is_ragged = abs(line.end - following.end) <= _ALIGNED < abs(line.x - following.x)
    return is_ragged and min(line.x, following.x) > middle


def _text(group: Sequence[Line], layout: _Layout) -> str:
    """Return the words of a paragraph, with the line ends that were meant."""
    ends = [_is_ended(line, following, layout) for line, following in pairwise(group)]
    right = max(line.end for line in group)
    if len(group) > 2 and not any(
        line.end + (following.word_end - following.x) + _ROOM * line.size < right for line, following in pairwise(group)
    ):
        ends = [False] * len(ends)  # a narrower paragraph, such as a quotation
    first = group[0].text
    mark = _BULLET.match(first)
    pieces = [first[mark.end() :] if mark else first]
    for line, is_ended in zip(group[1:], ends, strict=True):
        last = pieces.pop()  # not one growing text: a paragraph may have any length
        joined = f"{last}\n{line.text}"
        if not is_ended:
            is_marked = layout.is_parting_marked and _is_alike(line.size, layout.size)
            joined = join_lines(last, line.text, layout.words, is_parting_marked=is_marked)
        pieces += [joined[: -len(line.text)], line.text]
    return "".join(pieces)


def _level(
    group: Sequence[Line], following: Sequence[Line] | Table | None, sizes: Sequence[float], layout: _Layout
) -> int:
    """Return the level of the heading that `group` is: by the size of its type, or below those when it is bold."""
    n_characters = sum(len(line.text) for line in group)
    if n_characters > _LONGEST_HEADING:
        return 0
    if _is_larger(group, layout):
        return min(1 + sizes.index(_rounded(group[0].size)), 6)
    if not all(line.is_bold for line in group) or not isinstance(following, list) or following[0].is_bold:
        return 0
    words = sum(line.text.count(" ") + 1 for line in group)
    words_below = sum(line.text.count(" ") + 1 for line in following)
    is_prose = _ends_sentence(group[-1].text) or group[-1].text.endswith((",", ";", ":"))
    if words > _MOST_BOLD_WORDS or words_below < _FEWEST_WORDS_BELOW or is_prose:
        return 0
    return min(max(2, 1 + len(sizes)), 6)


def _is_larger(group: Sequence[Line], layout: _Layout) -> bool:
    return min(line.size for line in group) >= _LARGER * layout.size


def _is_alike(size: float, other: float) -> bool:
    return abs(size - other) <= _SAME_SIZE


def _rounded(size: float) -> float:
    return round(size * 2) / 2
