"""Lines of a PDF page to rows: whole lines, and the cells of tables.

A PDF knows no tables. Lines are taken for one where two rows or more have their cells in the same columns, with a gap
between the columns that runs through all of them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import groupby, pairwise

from qa_service.loading.pdf_lines import Line
from qa_service.loading.pdf_words import join_lines

LIST_MARK = re.compile(r"[•·▪◦‣●○■□*–—-]|\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,5})[.)]|[⁰¹²³⁴-⁹]{1,3}")
_SYMBOL = re.compile(r"[o>»›➢➤✓✔❖\uf000-\uf0ff]")  # a mark of a list where a gap follows; the last are of symbol fonts
_LONGEST_CELL = 1000
_MOST_CELL_LINES = 40
_LEADING = 1.6  # line to line within a cell, in units of the type size
_LEVEL = 0.5
_WIDE_GAP = 1.2  # in units of the type size
_FEWEST_NARROW_ROWS = 3
_EVEN = 0.1  # between the gaps of a line, in units of the type size
_ALIGNED = 2.0  # points
# Two columns of running text, drawn line by line, would look like a table: cells that break off within a sentence.
_FEWEST_COLUMN_ROWS = 6
_BROKEN_OFF = 0.3


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; an empty cell is an empty string. All rows have the same number of cells."""

    rows: tuple[tuple[str, ...], ...]
    page: int


@dataclass(slots=True)
class _Row:
    """Cells from left to right, each with its lines from top to bottom."""

    cells: list[list[Line]]

    @property
    def top(self) -> float:
        return max(cell[0].y for cell in self.cells)


def find_tables(lines: Sequence[Line], words: frozenset[str]) -> list[Line | Table]:
    """Return the lines of a page with those of each table as one; `words` are those of the whole file."""
    found: list[Line | Table] = []
    for is_wide, group in groupby(_to_rows(lines), key=lambda row: len(row.cells) > 1):
        rows = list(group)
        found += _wide_rows(rows, words) if is_wide else [line for row in rows for line in row.cells[0]]
    return found


def _to_rows(lines: Sequence[Line]) -> list[_Row]:
    rows: list[_Row] = []
    for line in lines:
        if not rows:
            rows.append(_Row([[line]]))
        elif _stands_beside(rows[-1].cells[-1], line):
            last = rows[-1].cells[-1]
            if len(rows[-1].cells) == 1 and (mark := _list_mark(last[-1].text)):
                last[-1] = replace(line, text=f"{mark} {line.text}", x=last[-1].x, word_end=last[-1].word_end)
            else:
                _merge_first_cell(rows, line)
                if _is_level(rows, line):
                    rows[-1].cells.append([line])
                else:
                    rows.append(_Row([[line]]))
        elif len(rows[-1].cells) > 1 and _stands_below(rows[-1].cells[-1], line):
            rows[-1].cells[-1].append(line)
        else:
            rows.append(_Row([[line]]))
    return rows


def _list_mark(text: str) -> str:
    """Return the mark of a list item that `text` is, symbols as a bullet; empty if it is none."""
    if _SYMBOL.fullmatch(text):
        return "•"
    return text if LIST_MARK.fullmatch(text) else ""


def _stands_beside(cell: Sequence[Line], line: Line) -> bool:
    """Say whether `line` is right of `cell` and level with its first or last line, or between them."""
    slack = _LEVEL * line.size
    is_right = line.x >= max(each.end for each in cell)
    return is_right and cell[-1].y - slack <= line.y and (line.y <= cell[0].y + slack or len(cell) == 1)


def _stands_below(cell: Sequence[Line], line: Line) -> bool:
    gap = cell[-1].y - line.y
    is_aligned = min(abs(line.x - cell[-1].x), abs(line.end - cell[-1].end)) <= _ALIGNED
    return len(cell) < _MOST_CELL_LINES and is_aligned and 0 < gap <= _LEADING * line.size


def _merge_first_cell(rows: list[_Row], line: Line) -> None:
    """Make one cell of the last rows where they are its lines: `line` beside them begins higher than the last."""
    cell = rows[-1].cells[0]
    if len(rows[-1].cells) > 1 or line.y <= cell[0].y + _LEVEL * line.size:
        return
    n_rows = 1
    while n_rows < min(len(rows), _MOST_CELL_LINES) and line.y > rows[-n_rows].cells[0][0].y + _LEVEL * line.size:
        above = rows[-n_rows - 1]
        if len(above.cells) > 1 or not _stands_below(above.cells[0], rows[-n_rows].cells[0][0]):
            return
        n_rows += 1
    if line.y <= rows[-n_rows].cells[0][0].y + _LEVEL * line.size:
        rows[-n_rows:] = [_Row([[each for row in rows[-n_rows:] for each in row.cells[0]]])]


def _is_level(rows: Sequence[_Row], line: Line) -> bool:
    """Say whether `line` is no higher than the last row, or than what is free above it: cells may stand lower."""
    slack = _LEVEL * line.size
    if line.y <= rows[-1].top + slack:
        return True
    lowest = min(cell[-1].y for cell in rows[-2].cells) if len(rows) > 1 else None
    return len(rows[-1].cells) == 1 and lowest is not None and line.y < lowest - slack


def _wide_rows(rows: list[_Row], words: frozenset[str]) -> list[Line | Table]:
    """Return the table or tables that rows of several cells make, or their lines where they make none."""
    columns = _columns(rows)
    if (
        len(rows) < 2
        or len(columns) < 2
        or _may_be_chance(rows, columns)
        or any(_is_long(cell) for row in rows for cell in row.cells)
    ):
        return [line for row in rows for line in _in_one_line(row)]
    if _is_running_text(rows):
        return [line for n in range(len(columns)) for row in rows for line in _column_lines(row, columns, n)]
    table = tuple(tuple(_cell_text(_column_lines(row, columns, n), words) for n in range(len(columns))) for row in rows)
    return [Table(table, rows[0].cells[0][0].page)]


def _cell_text(lines: Sequence[Line], words: frozenset[str]) -> str:
    return reduce(lambda text, line: join_lines(text, line, words), (line.text for line in lines)) if lines else ""


def _columns(rows: Sequence[_Row]) -> list[tuple[float, float]]:
    """Return where the columns begin and end, as the rows with the most cells have them."""
    most = max(len(row.cells) for row in rows)
    columns: list[tuple[float, float]] = []
    spans = sorted(_span(cell) for row in rows if len(row.cells) == most for cell in row.cells)
    for start, end in spans:
        if columns and start < columns[-1][1]:
            columns[-1] = columns[-1][0], max(end, columns[-1][1])
        else:
            columns.append((start, end))
    return columns


def _may_be_chance(rows: Sequence[_Row], columns: Sequence[tuple[float, float]]) -> bool:
    """Say whether the gaps may be those of justified text: no wider than in two lines of it, or even in each line."""
    size = rows[0].cells[0][0].size
    gaps = [[right[0].x - left[-1].end for left, right in pairwise(row.cells)] for row in rows]
    is_even = all(max(each) - min(each) <= _EVEN * size for each in gaps)
    if is_even and max(map(len, gaps)) > 1 and max(map(max, gaps)) - min(map(min, gaps)) > _EVEN * size:
        return True
    return len(rows) < _FEWEST_NARROW_ROWS and min(b[0] - a[1] for a, b in pairwise(columns)) < _WIDE_GAP * size


def _column_lines(row: _Row, columns: Sequence[tuple[float, float]], number: int) -> list[Line]:
    return [line for cell in row.cells if _column(cell, columns) == number for line in cell]


def _column(cell: Sequence[Line], columns: Sequence[tuple[float, float]]) -> int:
    """Return which column `cell` overlaps most, else the nearest."""
    start, end = _span(cell)
    overlaps = [min(end, column_end) - max(start, column_start) for column_start, column_end in columns]
    return overlaps.index(max(overlaps))


def _span(cell: Sequence[Line]) -> tuple[float, float]:
    return min(line.x for line in cell), max(line.end for line in cell)


def _is_long(cell: Sequence[Line]) -> bool:
    return sum(len(line.text) for line in cell) > _LONGEST_CELL


def _is_running_text(rows: Sequence[_Row]) -> bool:
    cells = [cell for row in rows for cell in row.cells]
    n_broken = sum(cell[0].text[0].islower() for cell in cells)
    return len(rows) >= _FEWEST_COLUMN_ROWS and n_broken >= _BROKEN_OFF * len(cells)


def _in_one_line(row: _Row) -> list[Line]:
    """Return the cells of one height as the line that they are; columns one after the other."""
    if any(len(cell) > 1 for cell in row.cells):
        return [line for cell in row.cells for line in cell]
    lines = [cell[0] for cell in row.cells]
    return [replace(lines[0], text=" ".join(line.text for line in lines), end=lines[-1].end)]
