"""A .docx file to blocks, with the title that its properties state.

python-docx opens the package and knows its styles; the text is read from the XML, because python-docx leaves out what
stands in content controls, text boxes and accepted insertions. The dates in its properties are those of the file.
"""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import docx
from docx.document import Document
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from lxml import etree

from qa_service.errors import LoadError
from qa_service.loading.docx_package import safe_package
from qa_service.loading.docx_styles import ParagraphStyles
from qa_service.loading.docx_text import has_deleted_end, paragraph_text, text_boxes
from qa_service.loading.extracted import Block, Extracted
from qa_service.loading.stated_title import plausible_title
from qa_service.loading.tables import table_blocks

_PARAGRAPH, _TABLE, _ROW, _CELL = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
_WRAPPERS = frozenset(map(qn, ("w:sdt", "w:sdtContent", "w:customXml", "w:smartTag", "w:ins", "w:moveTo")))
_NOTES = ("/footnotes", "/endnotes")
_NOTE = frozenset(map(qn, ("w:footnote", "w:endnote")))


def extract_docx(data: bytes) -> Extracted:
    """Return the body of a Word document, text boxes after the paragraph that they hang on, notes at the end.

    Raises:
        LoadError: It is damaged, protected by a password, no .docx, or over a limit of `docx_package`.
    """
    package = safe_package(data)
    try:
        document = docx.Document(io.BytesIO(package))
        reader = _Reader(ParagraphStyles(document.styles.element))
        blocks = _with_title(reader.blocks(document.element.body)) + _notes(document, reader)
        stated = document.core_properties.title
    except Exception as error:  # a damaged package may raise anything, from KeyError to RecursionError
        raise LoadError(
            f"it can't be read as a Word document ({type(error).__name__}): save it again as .docx, or as .txt"
        ) from error
    return Extracted(blocks=tuple(blocks), title=plausible_title(stated, blocks))


@dataclass(frozen=True, slots=True)
class _Reader:
    styles: ParagraphStyles

    def blocks(self, parent: etree._Element) -> list[Block]:
        """Return the blocks of paragraphs and tables in `parent`; consecutive list items are lines of one."""
        blocks: list[Block] = []
        items: list[str] = []
        begun: list[str] = []  # text that runs on in the next paragraph
        for child in _children(parent, {_PARAGRAPH, _TABLE}):
            is_item = child.tag == _PARAGRAPH and self.styles.is_list_item(child)
            if items and not is_item:
                blocks.append(Block("\n".join(items)))
                items = []
            if child.tag == _TABLE:
                blocks += self._table(child)
                continue
            begun.append(paragraph_text(child))
            if not has_deleted_end(child):
                text = "".join(begun)
                begun = []
                if is_item:
                    items += [line for line in text.split("\n") if line.strip()]
                elif text.strip():
                    blocks.append(Block(text, self.styles.level(child)))
            for box in text_boxes(child):
                blocks += self.blocks(box)
        if items:
            blocks.append(Block("\n".join(items)))
        if begun:
            blocks.append(Block("".join(begun)))
        return blocks

    def _table(self, table: etree._Element) -> list[Block]:
        rows = [[self.blocks(cell) for cell in _children(row, {_CELL})] for row in _children(table, {_ROW})]
        has_headings = any(block.level for row in rows for cell in row for block in cell)
        if has_headings or table.find(f".//{_TABLE}") is not None:  # it arranges the page
            return [block for row in rows for cell in row for block in cell]
        return table_blocks(rows)


def _children(parent: etree._Element, tags: set[str]) -> Iterator[etree._Element]:
    """Yield the children with one of `tags`, those in content controls and insertions too."""
    for child in parent:
        if child.tag in tags:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _children(child, tags)


def _with_title(blocks: list[Block]) -> list[Block]:
    """Return `blocks` with a main heading, where no paragraph has the style of a title but the first heading is one."""
    levels = [block.level for block in blocks if block.level]
    if not levels or 1 in levels or levels[0] > min(levels):
        return blocks
    first = next(n for n, block in enumerate(blocks) if block.level)
    if first > 0 and (levels.count(levels[0]) > 1 or len(levels) == 1):
        return blocks
    return [*blocks[:first], Block(blocks[first].text, 1), *blocks[first + 1 :]]


def _notes(document: Document, reader: _Reader) -> list[Block]:
    """Return the footnotes and endnotes; their first entries, which have a type, are lines that part them."""
    blocks: list[Block] = []
    for relation in document.part.rels.values():
        if relation.reltype.endswith(_NOTES) and not relation.is_external:
            notes: Iterable[etree._Element] = parse_xml(relation.target_part.blob)
            for note in notes:
                if note.tag in _NOTE and qn("w:type") not in note.attrib:
                    blocks += reader.blocks(note)
    return blocks
