"""The nodes of an HTML tree that a reader takes for its text: without menus, scripts, what is hidden or struck out.

The tree is walked with a loop, never by recursion, so no nesting is too deep.
"""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

_DROPPED = frozenset(
    "script style noscript template nav aside footer button iframe svg select textarea object canvas audio video title "
    "datalist noembed noframes del s strike rt rp".split()
)
_DROPPED_ROLES = frozenset({"navigation", "search", "contentinfo", "complementary"})
# The last is how Word marks bullets and numbers that it writes as text.
_DROPPED_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|text-decoration(?:-line)?\s*:[\w\s]*\bline-through"
    r"|mso-list\s*:\s*ignore",
    re.IGNORECASE,
)


def visible_nodes(root: LexborNode) -> Iterator[tuple[LexborNode, bool]]:
    """Yield each visible node at its start (True), and at its end (False) after all below it."""
    root_id = root.mem_id
    node = root
    while True:
        if node is root or not _is_dropped(node):
            yield node, True
            if child := node.first_child:
                node = child
                continue
            yield node, False
        while node.mem_id != root_id and node.next is None and (parent := node.parent):
            node = parent
            yield node, False
        following = node.next
        if node.mem_id == root_id or following is None:
            return
        node = following


def _is_dropped(node: LexborNode) -> bool:
    tag = node.tag or ""
    if tag in _DROPPED:
        return True
    if tag.startswith("-"):
        return False
    attributes = node.attributes
    return (
        "hidden" in attributes
        or (tag == "dialog" and "open" not in attributes)
        or (attributes.get("role") or "").lower() in _DROPPED_ROLES
        or bool(_DROPPED_STYLE.search(attributes.get("style") or ""))
    )
