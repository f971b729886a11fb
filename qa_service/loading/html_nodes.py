"""The nodes of an HTML tree that a reader takes for its text: without menus, scripts, what is hidden or struck out.

The tree is walked with a loop, never by recursion, so no nesting is too deep.
"""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_DROPPED = frozenset(
    "script style noscript template nav aside footer iframe svg select textarea object canvas audio video title "
    "datalist noembed noframes del s strike rt rp".split()
)
_DROPPED_ROLES = frozenset({"navigation", "search", "contentinfo", "complementary"})
_UNSEEN_CLASSES = frozenset(
    "sr-only usa-sr-only visually-hidden visuallyhidden govuk-visually-hidden screen-reader-text "
    "element-invisible".split()
)
_DECORATION = frozenset("a abbr b em i small span strong sup".split())  # where aria-hidden hides no part of the page
_CONTROLS = frozenset("input select textarea".split())
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
        or (
            tag == "button" and (node.parent is None or node.parent.tag not in _HEADINGS)
        )  # which unfolds what is below
        or (tag == "dialog" and "open" not in attributes)
        or (tag == "label" and ("for" in attributes or _is_beside_control(node)))
        or (tag in _DECORATION and attributes.get("aria-hidden") == "true")
        or (tag != "h1" and _is_for_screen_readers(attributes.get("class") or ""))
        or (attributes.get("role") or "").lower() in _DROPPED_ROLES
        or bool(_DROPPED_STYLE.search(attributes.get("style") or ""))
    )


def _is_for_screen_readers(names: str) -> bool:
    classes = names.lower().split()
    return not _UNSEEN_CLASSES.isdisjoint(classes) and not any(name.endswith("not-sr-only") for name in classes)


def _is_beside_control(label: LexborNode) -> bool:
    """Say whether a control of a form begins or ends `label`, or stands before or after it."""
    before, after = label.prev, label.next
    if before is not None and before.is_text_node and not (before.text_content or "").strip():
        before = before.prev
    if after is not None and after.is_text_node and not (after.text_content or "").strip():
        after = after.next
    return any(
        node is not None and node.tag in _CONTROLS for node in (label.first_child, label.last_child, before, after)
    )
