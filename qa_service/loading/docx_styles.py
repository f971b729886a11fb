"""Which paragraphs of a Word document are headings or list items: by their style, or one that it is based on."""

import re
from dataclasses import dataclass, field

from docx.oxml.ns import qn
from lxml import etree

_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_TITLE = "title"
_BODY_LEVEL = 9  # of an outline: none
_LONGEST_CHAIN = 20
_PROPERTIES, _STYLE, _NUMBERING = qn("w:pPr"), qn("w:pStyle"), qn("w:numPr")
_NUMBER, _OUTLINE, _VALUE = qn("w:numId"), qn("w:outlineLvl"), qn("w:val")


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    base: str | None
    properties: etree._Element | None


@dataclass(slots=True)
class ParagraphStyles:
    """The styles of a document, given its styles part."""

    element: etree._Element
    _styles: dict[str, _Style] = field(init=False, default_factory=dict)
    _default: str | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        for style in self.element.findall(qn("w:style")):
            style_id = style.get(qn("w:styleId"))
            if style_id and style.get(qn("w:type")) == "paragraph":
                name, base = style.find(qn("w:name")), style.find(qn("w:basedOn"))
                self._styles[style_id] = _Style(
                    name=(name.get(_VALUE) or "" if name is not None else "").strip().lower(),
                    base=base.get(_VALUE) if base is not None else None,
                    properties=style.find(_PROPERTIES),
                )
                if style.get(qn("w:default")) in {"1", "true"}:
                    self._default = style_id

    def level(self, paragraph: etree._Element) -> int:
        """Return the level of the heading that `paragraph` is, 0 if it is none.

        The title is level 1; headings of the first level are 2, as they are on a page whose title is level 1.
        """
        own = paragraph.find(_PROPERTIES)
        outline = _value(own, _OUTLINE)
        for style in self._chain(own):
            if style.name == _TITLE:
                return 1
            if heading := _HEADING.fullmatch(style.name):
                return min(int(heading[1]) + 1, 6)
            outline = _value(style.properties, _OUTLINE) if outline is None else outline
        is_heading = outline is not None and outline.isdigit() and int(outline) < _BODY_LEVEL
        return min(int(outline or 0) + 2, 6) if is_heading else 0

    def is_list_item(self, paragraph: etree._Element) -> bool:
        """Say whether `paragraph` has a mark or number that Word sets, and is no heading."""
        own = paragraph.find(_PROPERTIES)
        for properties in (own, *(style.properties for style in self._chain(own))):
            if properties is not None and (numbering := properties.find(_NUMBERING)) is not None:
                number = _value(numbering, _NUMBER)
                return number != "0" and not self.level(paragraph)
        return False

    def _chain(self, own: etree._Element | None) -> list[_Style]:
        """Return the paragraph's style, the one that it is based on, and so on."""
        chain: list[_Style] = []
        style_id = _value(own, _STYLE) or self._default
        while style_id in self._styles and len(chain) < _LONGEST_CHAIN:
            chain.append(self._styles[style_id])
            style_id = chain[-1].base
        return chain


def _value(parent: etree._Element | None, tag: str) -> str | None:
    child = parent.find(tag) if parent is not None else None
    return child.get(_VALUE) if child is not None else None
