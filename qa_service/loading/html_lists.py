"""The numbers of ordered lists, which a page doesn't hold as text: counted as a browser counts them."""

import re

from selectolax.lexbor import LexborNode

_INTEGER = re.compile(r"[+-]?\d{1,6}", re.ASCII)
_LARGEST = 999  # what is taken for the number of an item elsewhere
_UNNUMBERED_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*none", re.IGNORECASE)
_UNNUMBERED_CLASSES = frozenset({"list-unstyled", "list-none", "unstyled"})
_MARKED = re.compile(r"\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)]\s")
_OWN_NUMBER = re.compile(r"\d{1,3}(?![.,]?\d)", re.ASCII)


class ItemNumbers:
    """Told of each list and item, gives the first text of an item its number: "1. ", "2. "."""

    def __init__(self) -> None:
        self._next: list[int | None] = []  # of each open ordered list; None where it shows no numbers
        self._mark = ""  # of the item that is being read, until it has text

    def start(self, node: LexborNode) -> None:
        if node.tag == "ol":
            self._next.append(_first_number(node))
        elif node.tag == "li" and node.parent and node.parent.tag == "ol":
            self._start_item(node)

    def end(self, node: LexborNode) -> None:
        if node.tag == "ol":
            self._next.pop()
        elif node.tag == "li":
            self._mark = ""

    def numbered(self, text: str) -> str:
        """Return `text` of the open item, with its number if it is the first and says none itself."""
        mark, self._mark = self._mark, ""
        own = _OWN_NUMBER.match(text)
        is_numbered = _MARKED.match(text) or (own and mark == f"{own[0]}. ")
        return text if is_numbered else mark + text

    def skip(self) -> None:
        """Leave the open item without its number: it begins with a heading, which says what it is."""
        self._mark = ""

    def _start_item(self, item: LexborNode) -> None:
        self._mark = ""
        if (number := self._next[-1]) is not None:
            number = _integer(item.attributes.get("value"), number)
            self._next[-1] = number + 1
            self._mark = f"{number}. " if 0 <= number <= _LARGEST else ""


def _first_number(ordered_list: LexborNode) -> int | None:
    attributes = ordered_list.attributes
    is_unnumbered = (
        (attributes.get("type") or "1") != "1"
        or "reversed" in attributes
        or not _UNNUMBERED_CLASSES.isdisjoint((attributes.get("class") or "").split())
        or _UNNUMBERED_STYLE.search(attributes.get("style") or "")
    )
    return None if is_unnumbered else _integer(attributes.get("start"), 1)


def _integer(written: str | None, default: int) -> int:
    found = _INTEGER.fullmatch((written or "").strip())
    return int(found[0]) if found else default
