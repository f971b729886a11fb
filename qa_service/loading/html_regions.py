"""Which elements of a page are regions, parts of it that are read or dropped as a whole."""

from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from qa_service.loading.html_furniture import heads_other_releases, is_furniture

_KINDS = {"article": "content", "main": "content", "header": "header", "form": "form"}
_ROLES = {"main": "content", "banner": "header"}
_UNFOLDED = frozenset({"region", "tabpanel"})  # hidden until a reader asks for it
_HEADINGS = frozenset("h2 h3 h4 h5 h6".split())
_DEEPEST_HEADING = 3


@dataclass(frozen=True, slots=True)
class Region:
    """`blocks[first:last]` lie in one element of this kind: `content`, `header`, `form`, `furniture`.

    A block of nothing but links is a region of the kind `links` where it is a list, a table or a line of several; a row
    of blocks that are one link each is one of the kind `link`.
    """

    kind: str
    first: int
    last: int


def region_kind(node: LexborNode, *, is_block: bool) -> str | None:
    """Return which kind of region `node` is, if any. An inline element is none."""
    kind = _KINDS.get(node.tag or "")
    if kind or not is_block:
        return kind
    attributes = {name: value or "" for name, value in node.attributes.items()}
    names = [attributes.get("class", ""), attributes.get("id", ""), attributes.get("itemtype", "").rpartition("/")[2]]
    names.append("-".join(attributes.get("aria-label", "").split()))
    role = attributes.get("role", "").lower()
    is_hidden = attributes.get("aria-hidden") == "true" and role not in _UNFOLDED
    if is_hidden or is_furniture(" ".join(names)) or _is_of_other_releases(node):
        return "furniture"
    return _ROLES.get(role)


def _is_of_other_releases(node: LexborNode) -> bool:
    """Say whether a box begins with a heading such as "Related news" and leads to other pages."""
    first: LexborNode | None = node
    for _ in range(_DEEPEST_HEADING):
        first = first.first_child if first else None
        while first and (first.is_comment_node or (first.is_text_node and not (first.text_content or "").strip())):
            first = first.next
        if first and first.tag in _HEADINGS:
            return heads_other_releases(first.text()) and node.css_first("a") is not None
    return False
