"""The cells of a table to text: a line for each row. What only arranges a page stays as its cells' own blocks."""

from collections.abc import Iterable, Sequence

from qa_service.loading.extracted import Block

_LONGEST_CELL = 1000


def table_blocks(rows: Sequence[Sequence[Sequence[Block]]]) -> list[Block]:
    """Return a table of data as one block, any other one as the blocks of its cells in order.

    Args:
        rows: Of cells, each cell the blocks in it.
    """
    cells = [cell for row in rows for cell in row]
    is_data = any(len(row) > 1 for row in rows) and all(map(_is_data, cells))
    if not is_data:
        return [block for cell in cells for block in cell]
    return [Block(rows_as_text([_in_one_line(cell) for cell in row] for row in rows))]


def rows_as_text(rows: Iterable[Iterable[str]]) -> str:
    """Return a line for each row, its cells parted by bars; an empty row is none."""
    lines = (" | ".join(row).rstrip(" |") for row in rows)
    return "\n".join(line for line in lines if line)


def _is_data(cell: Sequence[Block]) -> bool:
    n_paragraphs = sum(1 + block.text.count("\n\n") for block in cell)
    return n_paragraphs <= 2 and sum(len(block.text) for block in cell) <= _LONGEST_CELL


def _in_one_line(cell: Sequence[Block]) -> str:
    return " ".join(" ".join(block.text.split()) for block in cell)
