"""The block of `key: value` lines between two `---` lines that may open a text or Markdown file.

It says what the release's own words don't: title, date, source address, and a note that pages must show.
"""

import re

import yaml

from qa_service.loading.canonical import one_line
from qa_service.loading.dates import stated_date
from qa_service.loading.extracted import Extracted
from qa_service.web_address import web_address

_OPENING = re.compile(r"(?:[ \t\ufeff]*\n)*\ufeff?---[ \t]*\n")
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE)
_LARGEST = 16_384  # characters; PyYAML is slow, and no release says more about itself
_FIELDS = frozenset(("title", "date", "source_url", "source", "url", "note"))
_GENERATOR_FIELDS = frozenset(("layout", "permalink", "slug", "tags", "categories", "draft"))  # no release begins so
_ENTRY = re.compile(r"(?P<key>[\w-]+)[ \t]*:(?:\s.*)?", re.DOTALL)
_BETWEEN_ENTRIES = re.compile(r"\n(?=[^\s-])")
_COMMENT = re.compile(r"^#.*\n?", re.MULTILINE)
_LONGEST_NOTE = 500


def split_front_matter(text: str) -> tuple[Extracted, str]:
    """Return what a leading block states, and the text after it: all of `text` when there is no such block.

    `text` has LF line ends (`unix_lines`). A block that isn't a YAML mapping, or has no field that is known here, is
    part of the text: it may be a contact or a statement between two rules.
    """
    opening = _OPENING.match(text)
    closing = _CLOSING.search(text, opening.end(), opening.end() + _LARGEST) if opening else None
    if opening is None or closing is None:
        return Extracted(), text
    fields = _parse(text[opening.end() : closing.start()])
    if fields is None:
        return Extracted(), text
    front_matter = Extracted(
        title=fields.get("title"),
        date=stated_date(fields.get("date", "")),
        source_url=web_address(fields.get("source_url") or fields.get("source") or fields.get("url") or ""),
        note=fields["note"][:_LONGEST_NOTE] if "note" in fields else None,
    )
    return front_matter, text[closing.end() :]


def _parse(block: str) -> dict[str, str] | None:
    """Return the scalars of the block as they are written, with lower-case keys; None if it is no front matter.

    A title with a colon in it, which YAML refuses, is read entry by entry.
    """
    fields = _mapping(block)
    if fields is None:
        fields = _entries(block)
    if fields is None or (fields and not (_FIELDS | _GENERATOR_FIELDS) & fields.keys()):
        return None
    scalars = {key: one_line(value) for key, value in fields.items() if isinstance(value, str)}
    return {key: value for key, value in scalars.items() if value not in {"", "~", "null"}}


def _mapping(block: str) -> dict[str, object] | None:
    """Return a YAML mapping by lower-case key; None if `block` is none.

    The base loader builds nothing but strings, lists and mappings: `date: 2005-02-31` is no error and `title: 12` a
    string.
    """
    try:
        fields = yaml.load(block, Loader=yaml.BaseLoader)  # noqa: S506 - builds strings only, safer than SafeLoader
    except (yaml.YAMLError, RecursionError):
        return None
    return {str(key).lower(): value for key, value in fields.items()} if isinstance(fields, dict) else None


def _entries(block: str) -> dict[str, object] | None:
    """Return the entries of a block that YAML refuses as a whole; None where a line is neither entry nor its rest.

    A known field is read by YAML on its own; what it refuses even so is taken as it stands.
    """
    entries: dict[str, str] = {}
    for part in _BETWEEN_ENTRIES.split(_COMMENT.sub("", block).strip()):
        entry = _ENTRY.fullmatch(part)
        if entry is None:
            return None
        entries[entry["key"].lower()] = part
    known = {
        key: (_mapping(entry) or {}).get(key, entry.partition(":")[2])
        for key, entry in entries.items()
        if key in _FIELDS
    }
    return entries | known
