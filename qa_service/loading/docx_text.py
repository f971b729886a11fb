"""A paragraph of a Word document to its visible text: insertions in, what is deleted, struck out or hidden out."""

from collections.abc import Iterator

from docx.oxml.ns import qn
from lxml import etree

from qa_service.loading.superscripts import raised

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_FORMULA_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_BOX = qn("w:txbxContent")
# What a reader doesn't see, or sees elsewhere: deleted text, a second form of a drawing, pronunciation, text boxes.
_DROPPED = frozenset({qn("w:del"), qn("w:moveFrom"), _FALLBACK, qn("w:rt"), qn("w:pPr"), _BOX})
_DELETED_ENDS = [f"{qn('w:pPr')}/{qn('w:rPr')}/{tag}" for tag in (qn("w:del"), qn("w:moveFrom"))]
_TEXT = frozenset({qn("w:t"), _FORMULA_TEXT})
_BREAK = frozenset({qn("w:br"), qn("w:cr")})
_TAB = frozenset({qn("w:tab"), qn("w:ptab")})
_HYPHEN = qn("w:noBreakHyphen")
_RUN, _RUN_PROPERTIES, _POSITION, _VALUE = qn("w:r"), qn("w:rPr"), qn("w:vertAlign"), qn("w:val")
_HIDDEN_OR_STRUCK = (qn("w:vanish"), qn("w:strike"), qn("w:dstrike"))
_OFF = frozenset({"0", "false", "off"})


def paragraph_text(paragraph: etree._Element) -> str:
    """Return the text of `paragraph`; a tab is a space, a break a line end."""
    return "".join(_pieces(paragraph))


def has_deleted_end(paragraph: etree._Element) -> bool:
    """Say whether its end is deleted, so that it runs on in the paragraph that follows."""
    return any(paragraph.find(path) is not None for path in _DELETED_ENDS)


def text_boxes(paragraph: etree._Element) -> Iterator[etree._Element]:
    """Yield the contents of the text boxes that hang on `paragraph`, not those within other boxes."""
    for child in paragraph:
        if child.tag == _BOX:
            yield child
        elif child.tag not in _DROPPED:
            yield from text_boxes(child)


def is_on(element: etree._Element | None) -> bool:
    """Say whether a property is there and not switched off."""
    return element is not None and (element.get(_VALUE) or "").lower() not in _OFF


def _pieces(parent: etree._Element) -> Iterator[str]:
    for child in parent:
        tag = child.tag
        if tag in _TEXT:
            yield child.text or ""
        elif tag in _BREAK:
            yield "\n"
        elif tag in _TAB:
            yield " "
        elif tag == _HYPHEN:
            yield "-"
        elif tag == _RUN:
            yield _run_text(child)
        elif tag not in _DROPPED:
            yield from _pieces(child)


def _run_text(run: etree._Element) -> str:
    text = "".join(_pieces(run))
    properties = run.find(_RUN_PROPERTIES)
    if properties is None:
        return text
    if any(is_on(properties.find(tag)) for tag in _HIDDEN_OR_STRUCK):
        return ""
    position = properties.find(_POSITION)
    return raised(text) if position is not None and position.get(_VALUE) == "superscript" else text
