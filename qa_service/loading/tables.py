"""The cells of a table to text: a line for each row. What only arranges a page stays as its cells' own blocks."""

import re
from collections.abc import Iterable, Sequence

from qa_service.loading.extracted import Block

_LONGEST_CELL = 1000
# Signs that tables of accounts set in cells of their own, so that the figures stand one below the other.
_BEFORE_FIGURE = re.compile(r"[A-Z]{0,3}[$€£¥₹]\s?\(?|\(")
_BEHIND_FIGURE = re.compile(r"\)?\s?%|\)")
_FIGURE = re.compile(r"[(–—-]{0,2}\.?\d[\d.,\s]*")


def table_blocks(rows: Sequence[Sequence[Sequence[Block]]]) -> list[Block]:
    """Return a table of data as one block, any other one as the blocks of its cells in order.

    Args:
        rows: Of cells, each cell the blocks in it.
    """
    cells = [cell for row in rows for cell in row]
    is_letterhead = len(rows) == 1 and any(len(cell) > 1 or "\n" in cell[0].text for cell in cells if cell)
    is_data = any(len(row) > 1 for row in rows) and all(map(_is_data, cells)) and not is_letterhead
    if not is_data:
        return [block for cell in cells for block in cell]
    return [Block(rows_as_text([_in_one_line(cell) for cell in row] for row in rows))]


def rows_as_text(rows: Iterable[Iterable[str]]) -> str:
    """Return a line for each row, its cells parted by bars; an empty row is none."""
    lines = (" | ".join(_with_whole_figures(row)).rstrip(" |") for row in rows)
    return "\n".join(line for line in lines if line)


def _with_whole_figures(row: Iterable[str]) -> list[str]:
    """Return the cells with the signs of a figure in its cell: "$", "(300" and ")" are one, $(300)."""
    cells: list[str] = []
    for cell in row:
        last = cells[-1] if cells else ""
        is_figure = _FIGURE.fullmatch(cell) and _BEFORE_FIGURE.fullmatch(last)
        is_sign = _BEHIND_FIGURE.fullmatch(cell) and _FIGURE.fullmatch(_BEFORE_FIGURE.sub("", last, count=1))
        if is_figure or is_sign:
            cells[-1] = last + cell
        else:
            cells.append(cell)
    return cells


def _is_data(cell: Sequence[Block]) -> bool:
    n_paragraphs = sum(1 + block.text.count("\n\n") for block in cell)
    return n_paragraphs <= 2 and sum(len(block.text) for block in cell) <= _LONGEST_CELL


def _in_one_line(cell: Sequence[Block]) -> str:
    return " ".join(" ".join(block.text.split()) for block in cell)
