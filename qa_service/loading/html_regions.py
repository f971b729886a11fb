"""Which elements of a page are regions, parts of it that are read or dropped as a whole."""

from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from qa_service.loading.html_furniture import is_furniture

_KINDS = {"article": "content", "main": "content", "header": "header", "form": "form"}
_ROLES = {"main": "content", "banner": "header"}


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
    if is_furniture(" ".join(names)) or attributes.get("aria-hidden") == "true":
        return "furniture"
    return _ROLES.get(attributes.get("role", "").lower())
