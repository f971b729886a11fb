"""HTML to blocks of text as a browser would show them: paragraphs, headings, lists and tables.

Each piece of text is looked at once.
"""

import re
from dataclasses import dataclass, field, replace
from itertools import groupby

from selectolax.lexbor import LexborNode

from qa_service.loading.extracted import Block
from qa_service.loading.html_furniture import heads_links, is_page_links, is_trail
from qa_service.loading.html_lists import ItemNumbers
from qa_service.loading.html_nodes import visible_nodes
from qa_service.loading.html_regions import Region, region_kind
from qa_service.loading.superscripts import raised
from qa_service.loading.tables import table_blocks

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = frozenset("ul ol dl menu dir".split())
_PREFORMATTED = frozenset("pre listing xmp".split())
_CELLS = frozenset({"td", "th"})
_PARAGRAPHS = frozenset(
    "address article blockquote body caption center dd details dialog div dt fieldset figcaption figure form header "
    "hgroup hr legend li main p section summary table tbody tfoot thead tr".split()
)
_BREAKING = _PARAGRAPHS | _HEADINGS.keys() | _LISTS | _PREFORMATTED | _CELLS

_BOXES = frozenset("a small span time".split())
# Between two boxes in a line, which a page sets apart by its style: "Press release|14 March 2023|Brussels".
_BORDER = "\ufdd0"
_SHOWN_BORDER = re.compile(
    rf"(?<=[^\W_]{{2}}[^\W\d_A-Z]){_BORDER}(?=[A-ZÀ-ÖØ-Þ\d][\w ]{{2}})|(?<=\d{{3}}){_BORDER}(?=[^\W\d_]{{3}})"
)
_SPACE = re.compile(r"[ \t\n\r\f]+")
_SPACES = re.compile(" {2,}")
_AROUND_BREAK = re.compile(" ?\n ?")
_WORD = re.compile(r"\w")
_QUOTES = (("“", "”"), ("‘", "’"))  # around a quotation, and around one in it
_QUOTED = re.compile(r"\s*[\"“„«]")


@dataclass(slots=True)
class _Table:
    """A table that is being read. Where it arranges a page and holds no data, its cells' blocks stand alone."""

    outer_list_depth: int
    rows: list[list[list[Block]]] = field(default_factory=list)
    is_layout: bool = False

    def start_cell(self) -> list[Block]:
        if not self.rows:
            self.rows.append([])
        self.rows[-1].append([])
        return self.rows[-1][-1]

    def cell(self) -> list[Block]:
        return self.rows[-1][-1] if self.rows and self.rows[-1] else self.start_cell()

    def to_blocks(self) -> list[Block]:
        if self.is_layout:
            return [block for row in self.rows for cell in row for block in cell]
        return table_blocks(self.rows)


class BlockCollector:
    """Walks a tree and keeps its visible text.

    Attributes:
        blocks: In reading order.
        regions: Where main content, page headers, forms, furniture and links lie among them.
    """

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.regions: list[Region] = []
        self._open_regions: list[tuple[str, int]] = []
        self._linked: dict[int, tuple[Block, str]] = {}  # blocks of nothing but links, by their id, with their kind
        self._tables: list[_Table] = []  # all but the innermost arrange the page
        self._items: list[str] = []  # of the list that is being read and of the lists in it
        self._has_plain_items = False  # one of them has words outside links
        self._numbers = ItemNumbers()
        self._text: list[str] = []  # of the paragraph that is being read
        self._has_plain_words = False  # it has words outside links
        self._n_links = 0  # in it
        self._is_after_break = False  # nothing followed its last line break
        self._is_among_links = False  # what was read last lies below "Related links"
        self._level = 0
        self._list_depth = 0
        self._pre_depth = 0
        self._link_depth = 0
        self._closing_quotes: list[str] = []  # of each open <q>
        self._raised: list[int] = []  # where in the text each open <sup> begins

    def collect(self, root: LexborNode) -> None:
        """Read `root` and all below it."""
        for node, is_start in visible_nodes(root):
            tag = node.tag or ""
            if is_start and tag in _BOXES and _follows_box(node):
                self._text.append(_BORDER)
            if tag == "-text" and is_start:
                self._add_text(node.text_content or "")
            elif tag == "br" and is_start:
                self._add_break()
            elif tag == "a":
                self._link_depth += 1 if is_start else -1
                self._n_links += is_start
            elif tag == "sup":
                self._mark_raised(is_start)
            elif tag == "q":
                self._add_quote(node, is_start)
            elif tag in _BREAKING:
                self._end_paragraph()
                change = self._start if is_start else self._end
                change(tag)
                count = self._numbers.start if is_start else self._numbers.end
                count(node)
            if region := region_kind(node, is_block=tag in _PARAGRAPHS or tag in _LISTS):
                self._mark_region(region, is_start)
        self._end_paragraph()
        self._end_items()
        self._mark_links()

    def _add_break(self) -> None:
        """Add a line break; where paragraphs stand in the page itself, two of them end one."""
        is_in_page = not (self._level or self._list_depth or self._pre_depth) and self._sink() is self.blocks
        if self._is_after_break and is_in_page:
            self._end_paragraph()
        self._text.append("\n")
        self._is_after_break = True

    def _add_text(self, text: str) -> None:
        if text.strip():
            self._is_after_break = False
        if self._link_depth == 0 and _WORD.search(text):
            self._has_plain_words = True
        # No-break spaces keep the layout through the folding of spaces; the canonical text has spaces again.
        self._text.append(text.replace(" ", "\u00a0") if self._pre_depth else _SPACE.sub(" ", text))

    def _add_quote(self, quotation: LexborNode, is_start: bool) -> None:
        """Add the marks that a browser shows around a quotation, unless it begins with its own."""
        if not is_start:
            self._add_text(self._closing_quotes.pop())
            return
        first = quotation.first_child
        is_marked = first is not None and first.is_text_node and _QUOTED.match(first.text_content or "")
        opening, closing = ("", "") if is_marked else _QUOTES[len(self._closing_quotes) % 2]
        self._closing_quotes.append(closing)
        self._add_text(opening)

    def _mark_raised(self, is_start: bool) -> None:
        if is_start:
            self._raised.append(len(self._text))
            return
        first = self._raised.pop()
        if not self._raised:
            self._text[first:] = [raised("".join(self._text[first:]).replace(_BORDER, ""))]

    def _start(self, tag: str) -> None:
        if tag in _HEADINGS:
            self._level = _HEADINGS[tag]
        elif tag in _LISTS:
            self._list_depth += 1
        elif tag in _PREFORMATTED:
            self._pre_depth += 1
        elif tag == "table":
            self._end_items()
            self._spill_table()
            self._tables.append(_Table(self._list_depth))
            self._list_depth = 0
        elif self._tables and tag == "tr":
            self._tables[-1].rows.append([])
        elif self._tables and tag in _CELLS:
            self._tables[-1].start_cell()

    def _end(self, tag: str) -> None:
        if tag in _HEADINGS:
            self._level = 0
        elif tag in _LISTS:
            self._list_depth -= 1
            if self._list_depth == 0:
                self._end_items()
        elif tag in _PREFORMATTED:
            self._pre_depth -= 1
        elif tag == "table":
            self._end_table(self._tables.pop())

    def _mark_region(self, kind: str, is_start: bool) -> None:
        self._end_paragraph()
        self._end_items()
        self._spill_table()
        if is_start:
            self._open_regions.append((kind, len(self.blocks)))
        else:
            kind, first = self._open_regions.pop()
            self.regions.append(Region(kind, first, len(self.blocks)))

    def _end_paragraph(self) -> None:
        """Put the text read so far where it belongs. A line of nothing but links such as "Back to Index" is no text."""
        text = _SHOWN_BORDER.sub(" ", "".join(self._text)).replace(_BORDER, "")
        text = _AROUND_BREAK.sub("\n", _SPACES.sub(" ", text)).strip(" \n" if self._pre_depth else None)
        is_linked, n_links = not self._has_plain_words, self._n_links
        self._text = []
        self._has_plain_words = self._is_after_break = False
        self._n_links = 0
        if not text or (n_links and (is_trail(text) or (is_linked and self._is_furniture(text)))):
            return
        self._is_among_links = False
        if self._level:
            self._numbers.skip()
            self._end_items()
            self._spill_table()
            self.blocks.append(Block(text, self._level))
        elif self._list_depth:
            self._items.append(self._numbers.numbered(text))
            self._has_plain_items |= not is_linked
        else:
            block = Block(text)
            self._sink().append(block)
            if is_linked and n_links:
                self._linked[id(block)] = block, "links" if n_links > 1 else "link"

    def _is_furniture(self, text: str) -> bool:
        """Say whether `text`, a paragraph of nothing but links, is the site's; "Related links" above it goes too."""
        if is_page_links(text):
            return True
        if self._level or self._list_depth:
            return False
        if not self._is_among_links and self._pop_links_heading():
            self._is_among_links = True
        return self._is_among_links or heads_links(text)

    def _pop_links_heading(self) -> bool:
        """Take back what was read last if it stands above links; say whether it does."""
        sink = self._sink()
        first = self._open_regions[-1][1] if self._open_regions and sink is self.blocks else 0
        if self._items or len(sink) <= first or not heads_links(sink[-1].text):
            return False
        sink.pop()
        if sink is self.blocks:
            self._shorten_regions()
        return True

    def _shorten_regions(self) -> None:
        """End the regions where the blocks end: the last block was taken back."""
        for number in range(len(self.regions) - 1, -1, -1):
            region = self.regions[number]
            if region.last <= len(self.blocks):
                return
            self.regions[number] = replace(region, first=min(region.first, len(self.blocks)), last=len(self.blocks))

    def _end_items(self) -> None:
        """Put the list read so far where it belongs. "Related links" and the links below are no text."""
        if not self._items:
            return
        block = Block("\n".join(line for item in self._items for line in item.split("\n") if line))
        is_links = not self._has_plain_items
        self._items = []
        self._has_plain_items = False
        if is_links and self._pop_links_heading():
            self._is_among_links = True
            return
        self._sink().append(block)
        if is_links:
            self._linked[id(block)] = block, "links"

    def _end_table(self, table: _Table) -> None:
        cells = [block for row in table.rows for cell in row for block in cell]
        blocks = table.to_blocks()
        if all(id(block) in self._linked for block in cells):
            for block in blocks:
                self._linked.setdefault(id(block), (block, "links"))
        self.blocks += blocks
        self._list_depth = table.outer_list_depth

    def _mark_links(self) -> None:
        kinds = [self._linked[id(block)][1] if id(block) in self._linked else "" for block in self.blocks]
        for kind, numbers in groupby(range(len(kinds)), key=kinds.__getitem__):
            row = list(numbers)
            if kind == "link":
                self.regions.append(Region(kind, row[0], row[-1] + 1))
            elif kind == "links":
                self.regions += [Region(kind, number, number + 1) for number in row]

    def _sink(self) -> list[Block]:
        """Return the list that the next block belongs to: the open cell of a table of data, else the page."""
        if self._tables and not self._tables[-1].is_layout:
            return self._tables[-1].cell()
        return self.blocks

    def _spill_table(self) -> None:
        """Take the table that is being read for layout: something was found in it that no table of data holds."""
        if self._tables and not self._tables[-1].is_layout:
            table = self._tables[-1]
            table.is_layout = True
            self.blocks += table.to_blocks()
            table.rows = []


def _follows_box(node: LexborNode) -> bool:
    before = node.prev
    while before is not None and before.is_comment_node:
        before = before.prev
    if before is None or before.tag not in _BOXES:
        return False
    return "class" in before.attributes and "class" in node.attributes
