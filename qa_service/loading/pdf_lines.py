"""Runs of text to the lines of a page, without running heads, running feet and page numbers."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from qa_service.loading.canonical import one_line
from qa_service.loading.pdf_operators import Run
from qa_service.loading.superscripts import raised

# In units of the type size: what parts letters, words, and cells or columns, how far a superscript is raised at most
# and at least, and how large it may be.
_WORD_GAP = 0.15
_CELL_GAP = 0.7
_RAISED = 0.5
_LEAST_RAISED = 0.1
_LARGEST_RAISED = 0.9
_NEAR_RUNS = 8  # those that a raised or lowered run can belong to
_SLACK = 3.0  # points; a running head stands at the same height on each page
_EDGE = 54.0  # points; three quarters of an inch, a usual margin
SMALLER = 0.9  # small print and footnotes, in units of the body's type size
_APART = 2.0
_MARGIN_ROWS = 3  # at the top and at the bottom of a page, those that may be running heads and feet
_MOST_MARGIN_LINES = 8  # that a program draws before or after the text of the page
_NUMBER = re.compile(r"\d{1,4}")
_PAGE_NUMBER = re.compile(
    r"[\W_]*(?:(?P<word>page|p\.)\s*)?(?P<number>\d{1,4})(?:\s*(?:of|/)\s*\d{1,4})?[\W_]*", re.IGNORECASE
)
_MORE = re.compile(r"[\W_]+(?:more|continued|over)[\W_]*", re.IGNORECASE)  # "- more -" at the foot of a page
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})


@dataclass(frozen=True, slots=True)
class Line:
    """A stretch of text without a gap: a whole line, or what stands in it of one cell or column.

    Attributes:
        page: Counted from 0.
        word_end: Where its first word ends, as `x`, `end` and `y` in points.
    """

    text: str
    page: int
    x: float
    end: float
    y: float
    size: float
    word_end: float
    is_bold: bool = False


def to_lines(runs: Sequence[Run], page: int) -> list[Line]:
    """Return the lines of a page in the order in which they are drawn."""
    lines: list[Line] = []
    parts: list[Run] = []
    for run in runs:
        if not run.text.strip():
            if parts:
                parts.append(replace(parts[-1], text=" "))
            continue
        if parts and not _continues(parts, run):
            lines.append(_line(parts, page))
            parts = []
        parts.append(run)
    if parts:
        lines.append(_line(parts, page))
    return [line for line in lines if line.text]


def without_running_lines(pages: Sequence[Sequence[Line]], edges: Sequence[tuple[float, float]]) -> list[list[Line]]:
    """Return the lines of each page in order, but those that only say which document and which page it is.

    `edges` are where each page ends, at its bottom and at its top.
    """
    margins = [_margin_rows(lines) for lines in pages]
    heights: dict[str, dict[int, float]] = {}  # by page
    for number, rows in enumerate(margins, start=1):
        for row in rows:
            for key in _keys(row, number):
                heights.setdefault(key, {}).setdefault(number, row[0].y)
    # A third of the pages: left and right pages may differ, and so may the first.
    fewest = max(2, -(-len(pages) // 3))
    running = {key: median(ys.values()) for key, ys in heights.items() if len(ys) >= fewest}
    size = body_size([line for lines in pages for line in lines])
    opening = {_row_text(row) for row in _rows(pages[0]) if min(line.size for line in row) > size} if pages else set()
    kept: list[list[Line]] = []
    for number, (lines, rows) in enumerate(zip(pages, margins, strict=True), start=1):
        dropped: set[int] = set()
        for row in rows:
            if any(key in running and abs(running[key] - row[0].y) <= _SLACK for key in _keys(row, number)):
                dropped.update(map(id, row))
        left = [line for line in lines if id(line) not in dropped]
        left = _without_page_number(left, number, len(pages), opening if number > 1 else set())
        kept.append(_in_order(_without_small_print(left, edges[number - 1], size)))
    return kept


def with_plain_hyphens(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Return the lines of each page with hyphens as they are typed, unless only ends of lines have other ones.

    Those are the hyphens that parting words brought in. Some programs write every hyphen that way.
    """
    if not any("‐" in line.text[:-1] for lines in pages for line in lines):
        return [list(lines) for lines in pages]
    return [[replace(line, text=line.text.replace("‐", "-")) for line in lines] for lines in pages]


def body_size(lines: Sequence[Line]) -> float:
    """Return the size of type, to half a point, that most of the text has."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size * 2) / 2] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 1.0


def _in_order(lines: list[Line]) -> list[Line]:
    """Return `lines` with what stands above all others first and below all others last, whenever it was drawn."""
    for first, rest in ((lines[:n], lines[n:]) for n in range(1, min(len(lines), _MOST_MARGIN_LINES + 1))):
        if rest and max(line.y for line in first) < min(line.y for line in rest) - first[-1].size:
            lines = [*rest, *first]
            break
    for rest, last in ((lines[:-n], lines[-n:]) for n in range(1, min(len(lines), _MOST_MARGIN_LINES + 1))):
        if rest and min(line.y for line in last) > max(line.y for line in rest) + last[0].size:
            lines = [*last, *rest]
            break
    return lines


def _continues(parts: Sequence[Run], run: Run) -> bool:
    """Say whether `run` goes on in the line of `parts`, with no more than a space between."""
    last = parts[-1]
    size = max(last.size, run.size)
    base = max(parts[-_NEAR_RUNS:], key=lambda part: part.size)
    is_level = min(abs(run.y - last.y), abs(run.y - base.y)) <= _RAISED * size
    return is_level and -_RAISED * size <= run.x - last.end <= _CELL_GAP * size


def _line(parts: Sequence[Run], page: int) -> Line:
    parts = _with_superscripts(parts)
    text = ""
    for n, part in enumerate(parts):
        is_word = n > 0 and part.x - parts[n - 1].end > _WORD_GAP * max(part.size, parts[n - 1].size)
        text += " " + part.text if is_word else part.text
    sizes: Counter[float] = Counter()
    for part in parts:
        sizes[part.size] += len(part.text)
    visible = [part for part in parts if part.text.strip()]
    main = max(visible, key=lambda part: part.size)
    return Line(
        text=one_line(text.replace("\u00ad", "\u2010").translate(_LIGATURES)),
        page=page,
        x=visible[0].x,
        end=max(part.end for part in visible),
        y=main.y,
        size=sizes.most_common(1)[0][0],
        word_end=_word_end(parts),
        is_bold=all(part.is_bold for part in visible),
    )


def _with_superscripts(parts: Sequence[Run]) -> list[Run]:
    """Return `parts` with digits as superscripts where they are smaller and higher than what stands before them.

    Those at the beginning of a line are compared with what follows.
    """
    base = max(parts[:_NEAR_RUNS], key=lambda part: part.size)
    marked: list[Run] = []
    for part in parts:
        text = raised(part.text) if _is_raised(part, base) else part.text
        if text != part.text:
            marked.append(replace(part, text=text))
        else:
            marked.append(part)
            base = part if text.strip() else base
    return marked


def _is_raised(part: Run, base: Run) -> bool:
    return part.size <= _LARGEST_RAISED * base.size and part.y - base.y >= _LEAST_RAISED * base.size


def _word_end(parts: Sequence[Run]) -> float:
    """Return where the first word ends; it may be drawn in several runs."""
    for n, part in enumerate(parts):
        following = parts[n + 1] if n + 1 < len(parts) else None
        if part.word_end < part.end - 0.01 or following is None or part.text.endswith(" "):
            return part.word_end
        if not following.text.strip() or following.x - part.end > _WORD_GAP * part.size:
            return part.word_end
    raise AssertionError("a line has a run")


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    """Return the lines by height, topmost first; those of one height are one row."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: -line.y):
        if rows and rows[-1][0].y - line.y <= 1.0:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.x) for row in rows]


def _row_text(row: Sequence[Line]) -> str:
    return " ".join(line.text for line in row)


def _margin_rows(lines: Sequence[Line]) -> list[list[Line]]:
    rows = _rows(lines)
    return rows if len(rows) <= 2 * _MARGIN_ROWS else rows[:_MARGIN_ROWS] + rows[-_MARGIN_ROWS:]


def _keys(row: Sequence[Line], page: int) -> set[str]:
    """Return the row's text, as it is and with each number as its distance from that of the page."""
    text = _row_text(row)
    keys = {text}
    for number in list(_NUMBER.finditer(text))[:4]:
        keys.add(f"{text[: number.start()]}\0{int(number[0]) - page}{text[number.end() :]}")
    return keys


def _without_page_number(lines: list[Line], page: int, n_pages: int, opening: set[str]) -> list[Line]:
    """Return `lines` without page numbers at either end, and without a line of `opening` that is repeated on top."""
    for is_top in [True] * _MARGIN_ROWS + [False] * _MARGIN_ROWS:
        if rows := _rows(lines):
            row = rows[0 if is_top else -1]
            text = _row_text(row)
            if len(rows) > 1 and (
                _is_page_number(text, page, n_pages)
                or (not is_top and _MORE.fullmatch(text))
                or (is_top and text in opening)
            ):
                lines = [line for line in lines if line not in row]
    return lines


def _without_small_print(lines: list[Line], edges: tuple[float, float], size: float) -> list[Line]:
    """Return `lines` without a line of smaller type that stands alone at an edge of the page, where no text does."""
    bottom, top = edges
    rows = _rows(lines)
    if len(rows) < 3 or rows[0][0].y > top or rows[-1][0].y < bottom:
        return lines
    dropped: list[Line] = []
    for row, neighbour, distance in (
        (rows[0], rows[1], top - rows[0][0].y),
        (rows[-1], rows[-2], rows[-1][0].y - bottom),
    ):
        is_apart = abs(row[0].y - neighbour[0].y) > _APART * size
        if max(line.size for line in row) <= SMALLER * size and distance <= _EDGE and is_apart:
            dropped += row
    return [line for line in lines if line not in dropped]


def _is_page_number(text: str, page: int, n_pages: int) -> bool:
    match = _PAGE_NUMBER.fullmatch(text)
    if match is None:
        return False
    is_marked = bool(match["word"]) or "of" in text.lower()
    return is_marked or int(match["number"]) == page or (n_pages > 1 and int(match["number"]) <= 999)
