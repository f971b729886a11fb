"""Keeps the time that an HTML page takes to parse in proportion to its size, whatever the page is.

Building the tree takes time by tags times depth (87 s for 100,000 nested divs), and an unclosed <font> is repeated in
every paragraph that follows. Browsers stop at a depth of 512 too. Ordinary pages come back as they are.
"""

import re

from qa_service.errors import LoadError

_DEEPEST = 512
_COMMENT = re.compile(r"<!--(?:-?>|.*?(?:--!?>|\Z))", re.DOTALL)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
_ATTRIBUTE = r"""[\s/]++[^\s<>"'/=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s<>"']++))?+"""
_TOO_MANY_ATTRIBUTES = re.compile(rf"""<[a-zA-Z][^\s<>"'/]*+(?:{_ATTRIBUTE}){{1000}}""")

_VOID_OR_RAW = frozenset(
    "area base br col embed hr img input link meta param source track wbr "
    "script style textarea title xmp iframe noembed noframes plaintext".split()
)
# Elements that the next of their kind, or the end of one around them, closes: as deep as those around them allow.
_SELF_LIMITING = frozenset("p li dt dd tr td th tbody thead tfoot caption colgroup".split())
_CONTAINERS = frozenset(
    "address article aside blockquote button center details dialog dir div dl fieldset figcaption figure footer form "
    "header hgroup main menu nav object ol pre section select summary table template ul".split()
)
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_DROPPED_INLINE = frozenset("svg noscript canvas audio video".split())


def bound_parsing(html: str) -> str:
    """Return `html`, or what can be parsed of it in linear time with the same text in the same blocks.

    Raises:
        LoadError: A tag has more than 1,000 attributes.
    """
    if _TOO_MANY_ATTRIBUTES.search(html):
        raise LoadError("has a tag of more than 1,000 attributes: save the page again without them")
    return html if _is_shallow(html) else _flatten(_COMMENT.sub("", html))


def _is_shallow(html: str) -> bool:
    """Say whether no tag can lie deeper than the limit.

    An end tag counts only for the tag opened last, so that the depth is over-estimated where tags cross.
    """
    open_tags: list[str] = []
    for slash, written in _TAG.findall(html):
        name = written.lower()
        if name in _VOID_OR_RAW or name in _SELF_LIMITING:
            continue
        if not slash:
            open_tags.append(name)
            if len(open_tags) > _DEEPEST:
                return False
        elif open_tags and open_tags[-1] == name:
            open_tags.pop()
    return True


def _flatten(html: str) -> str:
    """Return `html` with containers below the limit as line breaks, and with empty tags for inline ones."""
    open_tags: list[str] = []
    seen: set[str] = set()
    n_below = 0  # containers that are open below the limit

    def rewrite(match: re.Match[str]) -> str:
        nonlocal n_below
        slash, name = match[1], match[2].lower()
        if name in {"html", "head", "body"}:
            is_again = not slash and name in seen
            seen.add(name)
            return "<wbr" if is_again else match[0]
        if name in _VOID_OR_RAW or name in _SELF_LIMITING or name in _HEADINGS or name == "a":
            return match[0]
        if name in _DROPPED_INLINE:
            name = "object"  # dropped as they are, and closed by its end tag alone
        if name not in _CONTAINERS:
            return f"<{slash}wbr"
        if n_below or (not slash and len(open_tags) == _DEEPEST):
            n_below += -1 if slash else 1
            return "<br"
        if not slash:
            open_tags.append(name)
        elif open_tags and open_tags[-1] == name:
            open_tags.pop()
        return f"<{slash}{name}"

    return _TAG.sub(rewrite, html)
