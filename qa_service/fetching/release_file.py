"""A release to the .md file that loading reads back as the same title, date, address and paragraphs.

Front matter, then each paragraph as an HTML element: Markdown's own marks could not hold every text as it is.
"""

import datetime as dt
import html
import re
from collections.abc import Sequence

import yaml

from qa_service.loading.canonical import canonical, one_line
from qa_service.loading.extracted import Block
from qa_service.loading.paragraphs import Paragraph, to_paragraphs

SUFFIX = ".md"
_NOT_IN_NAMES = re.compile(r"[\W_]+")
_LONGEST_SLUG = 120  # bytes; file systems take names of 255
_SPACES = re.compile(r"^ +| {2,}", re.MULTILINE)


def file_stem(title: str, date: dt.date | None) -> str:
    """Return a file's name without suffix: date and title in letters, digits and hyphens, whatever the title holds."""
    slug = _NOT_IN_NAMES.sub("-", canonical(title).lower())
    cut = slug.encode()[:_LONGEST_SLUG].decode(errors="ignore")
    if len(cut) < len(slug):
        cut = cut.rpartition("-")[0] or cut
    return f"{date or 'undated'}-{cut.strip('-') or 'release'}"


def render(title: str, date: dt.date | None, source_url: str | None, blocks: Sequence[Block]) -> bytes:
    """Return the file. The title is its first heading, unless the words already begin with it or have their own.

    `title` is on one line; it may be empty.
    """
    paragraphs = to_paragraphs(blocks)
    fields = {"title": title, "date": str(date or ""), "source_url": source_url or ""}
    front_matter = yaml.safe_dump(
        {name: value for name, value in fields.items() if value},
        allow_unicode=True,
        sort_keys=False,
        width=float("inf"),
    )
    is_titled = any(p.level == 1 for p in paragraphs) or (bool(paragraphs) and one_line(paragraphs[0].text) == title)
    if title and not is_titled:
        paragraphs = to_paragraphs([Block(title, level=1), *blocks])
    elements = [f"---\n{front_matter}---\n", *map(_element, paragraphs)]
    return "\n".join(elements).encode()


def _element(paragraph: Paragraph) -> str:
    """Return one element without blank lines, which would end it for Markdown."""
    text = html.escape(paragraph.text, quote=False)
    if text.startswith(" "):
        return f"<pre>{text}</pre>\n"  # no other element keeps blanks at its beginning
    tag = f"h{paragraph.level}" if paragraph.level else "p"
    lines = _SPACES.sub(lambda match: "&nbsp;" * len(match[0]), text).replace("\n", "<br>\n")
    return f"<{tag}>{lines}</{tag}>\n"
