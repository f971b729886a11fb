"""Feeds to files in the documents folder: what is new, what has changed, and why something was left out.

An item that is a summary is followed to its page unless that is turned off: most ministries' feeds hold a sentence or
two of each release, and the answers are in the rest. Pages are fetched one after the other, and only from the host of
the feed or of the site that it names; of the page and the feed's own words, the longer text is kept.
"""

import datetime as dt
import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from qa_service.errors import FetchError, LoadError
from qa_service.fetching.feeds import Feed, Item, parse_feed
from qa_service.fetching.http import Fetched, Limits, get
from qa_service.fetching.release_file import SUFFIX, file_stem, render
from qa_service.fetching.state import KnownFeed, KnownItem, State, load_state, save_state, write_atomically
from qa_service.files import sha256_of
from qa_service.loading.canonical import canonical, one_line
from qa_service.loading.encoding import decode
from qa_service.loading.extracted import Block, Extracted
from qa_service.loading.html import extract_html
from qa_service.loading.metadata import to_document

logger = logging.getLogger(__name__)

_MOST_ITEMS = 1000  # a feed has some dozens; beyond that it is an archive, or no good will
_PAGES = frozenset({"text/html", "application/xhtml+xml", ""})
_LOCK_FILE = ".feeds.lock"
_UTF8_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Failure:
    """An item that was left out, or is there in its feed's words only."""

    item: str
    reason: str


@dataclass(slots=True)
class FeedReport:
    """What became of a feed.

    Attributes:
        is_modified: False when the server said that nothing has changed since the last time.
        new, changed: Names of files that were written.
        n_unchanged: Items that were known.
        n_deleted: Known items whose file a person has removed; they stay away.
        reason: Why the feed as a whole failed; None if it didn't.
    """

    url: str
    is_modified: bool = True
    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    n_unchanged: int = 0
    n_deleted: int = 0
    failed: list[Failure] = field(default_factory=list)
    reason: str | None = None


def fetch_feeds(
    urls: Iterable[str],
    folder: Path,
    limits: Limits,
    *,
    follows_links: bool = True,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[FeedReport]:
    """Write what is new in the feeds at `urls` into `folder`, which is made if it is missing; one report for each.

    Args:
        follows_links: Whether the page behind a summary is fetched.
        on_progress: Called after each feed with the number done and the number in all.

    Raises:
        FetchError: The folder or what is known of it can't be read or written, or another fetch is at work.
    """
    wanted = list(dict.fromkeys(urls))
    reports: list[FeedReport] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / _LOCK_FILE, timeout=0):
            state = load_state(folder)
            for n_done, url in enumerate(wanted, start=1):
                reports.append(_Desk(folder, state, limits, url).fetch(follows_links=follows_links))
                if on_progress:
                    on_progress(n_done, len(wanted))
    except Timeout as error:
        raise FetchError(f"another fetch writes into {folder}: wait for its end") from error
    except OSError as error:
        raise FetchError(f"{folder} can't be written to ({error.strerror}): check its permissions") from error
    return reports


class _Desk:
    """Takes in one feed."""

    def __init__(self, folder: Path, state: State, limits: Limits, url: str) -> None:
        self._folder, self._state, self._limits, self._url = folder, state, limits, url
        self._report = FeedReport(url)

    def fetch(self, *, follows_links: bool) -> FeedReport:
        """Fetch the feed and its pages; what was done is remembered, even when it is broken off."""
        known = self._state.feeds.get(self._url, KnownFeed())
        try:
            fetched = get(self._url, self._limits, etag=known.etag, last_modified=known.last_modified)
            if fetched.is_not_modified:
                self._report.is_modified = False
            else:
                feed = parse_feed(fetched.body, fetched.url, fetched.charset)
                hosts = _hosts(self._url, fetched.url, feed.site) if follows_links else frozenset()
                self._take_all(feed, fetched, hosts)
        except FetchError as error:
            self._report.reason = str(error)
        except OSError as error:
            self._report.reason = (
                f"its files in {self._folder} can't be read or written ({error.strerror}): check their permissions"
            )
        except Exception as error:  # whatever a feed leads to, the other feeds are fetched
            logger.exception("%s could not be taken in", self._url)
            self._report.reason = f"it could not be taken in ({type(error).__name__}): tell the site's keepers"
        finally:
            save_state(self._folder, self._state)
        return self._report

    def _take_all(self, feed: Feed, fetched: Fetched, hosts: frozenset[str]) -> None:
        is_complete = not (feed.unread or feed.is_damaged)
        self._report.failed += [Failure(title or "(no title)", reason) for title, reason in feed.unread]
        if feed.is_damaged:
            self._fail("(the feed)", "it is no well-formed XML, so items may be missing: tell the site's keepers")
        if len(feed.items) > _MOST_ITEMS:
            self._fail("(the feed)", f"it has {len(feed.items):,} items: only the first {_MOST_ITEMS:,} were taken")
        seen: dict[str, str] = {}
        for item in feed.items[:_MOST_ITEMS]:
            if item.key in seen:
                if seen[item.key] != item.digest():
                    self._fail(_name(item), "it has the id of another item in this feed: tell the site's keepers")
                continue
            seen[item.key] = item.digest()
            is_complete = self._take(item, hosts) and is_complete
        if is_complete:  # else the server should send all of it again
            self._state.feeds[self._url] = KnownFeed(etag=fetched.etag, last_modified=fetched.last_modified)

    def _take(self, item: Item, hosts: frozenset[str]) -> bool:
        """Write `item` if it is new or has changed; False if it should be tried again."""
        known = self._state.items.get(item.key)
        if known and not (self._folder / known.file).exists():
            self._report.n_deleted += 1
            return True
        if known and (known.feed != self._url or known.digest == item.digest()):
            self._report.n_unchanged += 1
            return True
        blocks, missing = self._words(item, hosts)
        if missing:
            self._fail(_name(item), missing)
        if not _length(blocks):
            if not missing:
                self._fail(_name(item), "it holds no text: tell the site's keepers")
            return not missing
        digest = "" if missing else item.digest()
        try:
            self._write(item, blocks, digest, known)
        except OSError as error:
            self._fail(_name(item), f"its file can't be written ({error.strerror}): make room, or check permissions")
            return False
        return not missing

    def _words(self, item: Item, hosts: frozenset[str]) -> tuple[Sequence[Block], str]:
        """Return the text of `item`, and why its page is missing in it, if it is."""
        if not (item.is_summary and item.link and _host(item.link) in hosts):
            return item.blocks, ""
        try:
            page = _page(get(item.link, self._limits))
        except (FetchError, LoadError) as error:
            kept = "; its feed's own words stand in" if _length(item.blocks) else ""
            return item.blocks, f"its page is missing: {error}{kept}"
        return (page if _length(page) > _length(item.blocks) else item.blocks), ""

    def _write(self, item: Item, blocks: Sequence[Block], digest: str, known: KnownItem | None) -> None:
        date = _date(item, blocks)
        data = render(item.title, date, item.link, blocks)
        sha256 = hashlib.sha256(data).hexdigest()
        name = known.file if known else self._free_name(item, date, blocks, sha256)
        path = self._folder / name
        if known and sha256_of(path) != known.file_sha256:
            self._fail(_name(item), f"it has changed, but {name} was edited here: it is kept as it is")
            self._state.items[item.key] = known.model_copy(update={"digest": digest})
            return
        if known and sha256 == known.file_sha256:
            self._report.n_unchanged += 1
        else:
            write_atomically(path, data)
            (self._report.changed if known else self._report.new).append(name)
        self._state.items[item.key] = KnownItem(file=name, file_sha256=sha256, digest=digest, feed=self._url)

    def _free_name(self, item: Item, date: dt.date | None, blocks: Sequence[Block], sha256: str) -> str:
        """Return a name that no file has; or that of the same file, which a run that was broken off has left."""
        words = one_line(" ".join(block.text for block in blocks[:3]))
        stem = file_stem(item.title or words, date)
        taken = {known.file for known in self._state.items.values()}
        n = 1
        while True:
            name = f"{stem}-{n}{SUFFIX}" if n > 1 else stem + SUFFIX
            path = self._folder / name
            is_left_over = path.is_file() and sha256_of(path) == sha256
            if name not in taken and (is_left_over or not path.exists()):
                return name
            n += 1

    def _fail(self, item: str, reason: str) -> None:
        self._report.failed.append(Failure(item, reason))


def _date(item: Item, blocks: Sequence[Block]) -> dt.date | None:
    """Return the day of `item`; where that is in UTC and the next or the last one is in its words, the latter."""
    if not item.is_date_in_utc:
        return item.date
    return to_document("", Extracted(tuple(blocks), item.title, item.date, item.is_date_in_utc), sha256="").date


def _page(fetched: Fetched) -> Sequence[Block]:
    """Return the main content of a page; nothing if it is no page, such as a PDF."""
    if fetched.content_type not in _PAGES:
        return ()
    body = fetched.body
    if fetched.charset:  # the header's word counts more than the page's own
        body = _UTF8_MARK + decode(body, declared=fetched.charset).encode()
    return extract_html(body).blocks


def _hosts(*urls: str | None) -> frozenset[str]:
    return frozenset(_host(url) for url in urls if url)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _length(blocks: Sequence[Block]) -> int:
    return sum(len(canonical(block.text)) for block in blocks)


def _name(item: Item) -> str:
    return item.title or item.link or one_line(item.key)
