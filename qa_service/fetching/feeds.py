"""Bytes of an RSS or Atom feed to its items, their HTML read as that of .html releases is.

feedparser sees the feed from its root element on, as UTF-8. So no entity is ever declared, the feed can't lead it to
another file, and blank lines before the root can't slow it down (200,000 of them took it 160 s).
"""

import datetime as dt
import hashlib
import html
import io
import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import feedparser

from qa_service.errors import FetchError, LoadError
from qa_service.loading.canonical import one_line
from qa_service.loading.dates import is_in_utc, stated_date
from qa_service.loading.encoding import decode
from qa_service.loading.extracted import Block
from qa_service.loading.html import html_fragment
from qa_service.web_address import web_address

logger = logging.getLogger(__name__)

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w-]+)""")
_ROOT = re.compile(r"<(?:[\w.-]{1,50}:)?(?:rss|feed|rdf)\b", re.IGNORECASE)
_LONGEST_TITLE = 1000  # characters
_REFERENCE = re.compile(r"&#?\w{1,32};")
_SIGNED = re.compile(r"The post .{1,1000} appeared first on .{1,200}", re.DOTALL)  # by WordPress, below each item
_MOMENT = re.compile(r"#\d{4}-\d\d-\d\d(?!\d).{0,30}")  # of the last change, behind the address in an id
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Item:
    """A release as a feed gives it.

    Attributes:
        key: Names the item in every feed that has it.
        title: On one line; empty if there is none.
        date: As written by the office, in its own time zone unless `is_date_in_utc`.
        link: http(s), or None.
        blocks: The feed's own words.
        is_summary: Whether the feed calls them a summary or description, not the content.
    """

    key: str
    title: str
    date: dt.date | None
    link: str | None
    blocks: tuple[Block, ...]
    is_summary: bool
    is_date_in_utc: bool = False

    def digest(self) -> str:
        """Return a hash that changes when anything does that the item says."""
        said = [self.title, str(self.date), self.link, [(block.text, block.level) for block in self.blocks]]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed holds.

    Attributes:
        site: Address of the site that it says it belongs to.
        items: In its order.
        unread: Title and reason of each item that could not be read.
        is_damaged: Whether it is no well-formed XML, so that items may be missing or cut off.
    """

    site: str | None
    items: tuple[Item, ...]
    unread: tuple[tuple[str, str], ...]
    is_damaged: bool


def parse_feed(body: bytes, url: str, charset: str | None = None) -> Feed:
    """Return the feed in `body`, which came from `url` with the header's `charset`.

    Raises:
        FetchError: It is none.
    """
    declared = _DECLARED.match(body)
    try:
        text = decode(body, declared=charset or (declared[1].decode("ascii") if declared else None))
    except LoadError as error:
        raise FetchError(f"no RSS or Atom feed: {error}") from error
    root = _ROOT.search(text)
    if root is None:
        raise FetchError("no RSS or Atom feed: look for the feed's address on the site's page")
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    data = text[root.start() :].encode("utf-8", errors="replace")
    try:
        parsed = feedparser.parse(
            io.BytesIO(data), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # whatever the parser does with a feed, the other feeds are fetched
        logger.exception("%s could not be parsed", url)
        raise FetchError(f"it could not be parsed ({type(error).__name__}): tell the site's keepers") from error
    if not parsed.version and not parsed.entries:
        raise FetchError("no RSS or Atom feed: look for the feed's address on the site's page")
    items: list[Item] = []
    unread: list[tuple[str, str]] = []
    for entry in parsed.entries:
        try:
            items.append(_item(entry, url))
        except LoadError as error:
            unread.append((_title(entry), str(error)))
        except Exception as error:  # nor does a single item stop the others
            logger.exception("an item of %s could not be read", url)
            unread.append((_title(entry), f"it could not be read ({type(error).__name__}): tell the site's keepers"))
    return Feed(web_address(parsed.feed.get("link", "")), tuple(items), tuple(unread), is_damaged=bool(parsed.bozo))


def _item(entry: Mapping[str, Any], feed_url: str) -> Item:
    contents = [part for part in entry.get("content", ()) if part.get("value")]
    summary = entry.get("summary_detail") or {}
    parts = contents or ([summary] if summary.get("value") else [])
    blocks = [block for part in parts for block in _blocks(part["value"], part.get("type", ""))]
    blocks = [block for block in blocks if not _SIGNED.fullmatch(block.text)]
    title, link = _title(entry), web_address(entry.get("link", ""))
    date, is_date_in_utc = _date(entry)
    return Item(
        key=_key(one_line(entry.get("id", "")), link, feed_url, title, blocks),
        title=title,
        date=date,
        link=link,
        blocks=tuple(blocks),
        is_summary=not contents,
        is_date_in_utc=is_date_in_utc,
    )


def _key(stated: str, link: str | None, feed_url: str, title: str, blocks: list[Block]) -> str:
    """Return the id that the feed states; one such as "123", which other feeds may have too, with the item's link.

    An address that names the day of the last change behind a "#" is the link, which stays.
    """
    if link and stated.startswith(link) and _MOMENT.fullmatch(stated[len(link) :]):
        return link
    if _ABSOLUTE.match(stated):
        return stated
    if stated or link:
        return f"{stated} {link or feed_url}".strip()
    said = json.dumps([title, [block.text for block in blocks]])
    return f"{hashlib.sha256(said.encode()).hexdigest()} {feed_url}"


def _title(entry: Mapping[str, Any]) -> str:
    stated = entry.get("title_detail", {})
    value = stated.get("value") or ""
    if "<" in value and stated.get("type") != "text/plain":
        try:
            value = " ".join(block.text for block in html_fragment(value))
        except LoadError:
            value = ""
    return one_line(_unescaped(value))[:_LONGEST_TITLE].rstrip()


def _date(entry: Mapping[str, Any]) -> tuple[dt.date | None, bool]:
    """Return the day that is written, and whether it is one in UTC.

    feedparser turns every moment into UTC, where it may be of another day.
    """
    for name in ("published", "updated", "created"):
        if name in entry:
            moment = entry.get(f"{name}_parsed")
            written = dt.date(*moment[:3]) if moment and 1900 <= moment.tm_year <= 2100 else None
            return stated_date(entry[name]) or written, is_in_utc(entry[name])
    return None, False


def _blocks(value: str, content_type: str) -> list[Block]:
    """Return text as it is, and anything with a tag in it as HTML; RSS doesn't say which of the two it gives."""
    is_plain = content_type == "text/plain"
    if is_plain or "<" not in value:
        return [Block((value if is_plain else _unescaped(value)).replace("\t", " "))]
    return html_fragment(value)


def _unescaped(text: str) -> str:
    """Return `text` with the characters that `&#8217;` and the like stand for; many feeds escape them twice."""
    return _REFERENCE.sub(lambda match: html.unescape(match[0]), text)
