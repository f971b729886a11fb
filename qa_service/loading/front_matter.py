"""The block of `key: value` lines between two `---` lines that may open a text or Markdown file.

It says what the release's own words don't: title, date, source address, and a note that pages must show.
"""

import datetime as dt
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import yaml

from qa_service.loading.canonical import one_line
from qa_service.loading.dates import stated_date

_OPENING = re.compile(r"---[ \t]*\n")
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE)
_LARGEST = 16_384  # characters; PyYAML is slow, and no release says more about itself
_FIELD = re.compile(r"^(title|date|source_url|source|url|note):[ \t]+(\S.*)$", re.MULTILINE)
_LONGEST_NOTE = 500
_LONGEST_ADDRESS = 2000


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What the block states; None for what it doesn't, or not in a usable form."""

    title: str | None = None
    date: dt.date | None = None
    source_url: str | None = None
    note: str | None = None


def split_front_matter(text: str) -> tuple[FrontMatter, str]:
    """Return what a leading block states, and the text after it: all of `text` when there is no such block.

    `text` has LF line ends (`unix_lines`). A block that isn't a YAML mapping is part of the text.
    """
    opening = _OPENING.match(text)
    closing = _CLOSING.search(text, opening.end(), opening.end() + _LARGEST) if opening else None
    if opening is None or closing is None:
        return FrontMatter(), text
    fields = _parse(text[opening.end() : closing.start()])
    if fields is None:
        return FrontMatter(), text
    front_matter = FrontMatter(
        title=fields.get("title"),
        date=stated_date(fields.get("date", "")),
        source_url=web_address(fields.get("source_url") or fields.get("source") or fields.get("url") or ""),
        note=fields["note"][:_LONGEST_NOTE] if "note" in fields else None,
    )
    return front_matter, text[closing.end() :]


def web_address(value: str) -> str | None:
    """Return `value` if it is an http(s) address. Nothing else may be a link: `javascript:` would run in the page."""
    value = value.strip()
    if len(value) > _LONGEST_ADDRESS or not value.isprintable() or " " in value:
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    return value if parts.scheme in {"http", "https"} and parts.hostname else None


def _parse(block: str) -> dict[str, str] | None:
    """Return the scalars of a YAML mapping as they are written, with lower-case keys; None if `block` is none.

    The base loader builds nothing but strings, lists and mappings: `date: 2005-02-31` is no error and `title: 12` a
    string. A title with a colon in it, which YAML refuses, is read line by line.
    """
    try:
        fields = yaml.load(block, Loader=yaml.BaseLoader)  # noqa: S506 - builds strings only, safer than SafeLoader
    except (yaml.YAMLError, RecursionError):
        fields = dict(_FIELD.findall(block)) or None
    if not isinstance(fields, dict):
        return None
    scalars = {str(key).lower(): one_line(value) for key, value in fields.items() if isinstance(value, str)}
    return {key: value for key, value in scalars.items() if value not in {"", "~", "null"}}
