"""A .html page to blocks: its main content without menus and scripts, with what its head states."""

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate, islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from qa_service.loading.canonical import one_line
from qa_service.loading.dates import is_day_apart, is_in_utc, stated_date
from qa_service.loading.encoding import decode
from qa_service.loading.extracted import Block, Extracted
from qa_service.loading.html_blocks import BlockCollector
from qa_service.loading.html_bounds import bound_parsing
from qa_service.loading.html_regions import Region
from qa_service.loading.stated_title import is_no_title, plausible_title
from qa_service.loading.title_block import is_letterhead
from qa_service.web_address import web_address

_CHARSET = re.compile(rb"""<(?:meta[^>]*?charset|\?xml[^>]*?encoding)\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_CHARSET_WITHIN = 4096  # bytes; browsers look at 1024
_DATE_FIELDS = (
    "article:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "dcterms.date", "dcterms.issued",
    "dcterms.created", "pubdate", "publishdate", "publish_date", "publication_date",
)  # fmt: skip
_PUBLISHED = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')  # in JSON-LD
_MOST_SCRIPTS = 10
_MOST_TIMES = 3
_LONGEST_BYLINE = 100  # in a longer line, a <time> is that of an event
_MOST_NODES_BEFORE = 10  # of a <time>, in search of the words that say what of
_CHANGE_MARK = re.compile(r"updated|modified", re.IGNORECASE)
_CHANGE_WORDS = re.compile(r"\b(?:updated?|modified|revised)(?:\s(?:on|at))?\W*$", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s+(\||::|»|«|›|–|—|-)\s+")
_OFFICE = re.compile(
    r"\b(?:ministry|department|office|embassy|government|senate|senator|agency|commission|council|secretariat|newsroom"
    r"|news|press|official|website|web ?site|home ?page)\b|\.(?:com|org|gov|net|int|info)$",
    re.IGNORECASE,
)


def extract_html(data: bytes) -> Extracted:
    """Return a page's main content: `<article>` or `<main>` where it holds most of the text, else the whole body."""
    charset = _CHARSET.search(data[:_CHARSET_WITHIN])
    html = decode(data, declared=charset[1].decode("ascii") if charset else None)
    tree = LexborHTMLParser(bound_parsing(html))
    blocks = _main_content(*_collect(tree))
    fields = _meta_fields(tree)
    moment = _moment(tree, fields)
    return Extracted(
        blocks=tuple(blocks),
        title=_title(tree, fields, blocks),
        date=stated_date(moment),
        is_date_in_utc=is_in_utc(moment),
        source_url=_source_url(tree, fields),
    )


def html_fragment(html: str) -> list[Block]:
    """Return the blocks of a piece of HTML, such as one block of a rendered Markdown file."""
    blocks, _ = _collect(LexborHTMLParser(bound_parsing(html)))
    return blocks


def _collect(tree: LexborHTMLParser) -> tuple[list[Block], list[Region]]:
    collector = BlockCollector()
    if tree.body is not None:
        collector.collect(tree.body)
    return collector.blocks, collector.regions


def _main_content(blocks: list[Block], regions: list[Region]) -> list[Block]:
    """Return the blocks of the smallest content element that holds more than half of the text, and the page's <h1>.

    Where there is none, all blocks but those of the page header and of forms. What is the site's is dropped from both,
    unless it holds most of the text: a page's whole body may be called a menu.
    """
    lengths = list(accumulate((len(block.text) for block in blocks), initial=0))
    titles = list(accumulate((block.level == 1 for block in blocks), initial=0))

    def size(region: Region) -> int:
        return lengths[region.last] - lengths[region.first]

    def n_titles(region: Region) -> int:
        return titles[region.last] - titles[region.first]

    dropped: set[int] = set()

    def drop(kind: str, *, within: int = len(blocks), fewest: int = 0) -> None:
        for region in regions:
            is_there = region.last <= within and region.last - region.first >= fewest
            if region.kind == kind and n_titles(region) == 0 and is_there and size(region) * 2 < lengths[-1]:
                dropped.update(range(region.first, region.last))

    drop("furniture")
    n_above_title = _n_above_title(blocks, regions, dropped)
    drop("links", within=n_above_title)
    drop("link", within=n_above_title, fewest=2 if titles[-1] else 3)  # one, or one below another, may be the title
    large = [region for region in regions if region.kind == "content" and size(region) * 2 > lengths[-1]]
    if large:
        main = min(large, key=lambda region: (n_titles(region) == 0, size(region)))
        return [blocks[number] for number in range(main.first, main.last) if number not in dropped]
    drop("header")
    drop("form")
    return [block for number, block in enumerate(blocks) if number not in dropped]


def _n_above_title(blocks: Sequence[Block], regions: Iterable[Region], dropped: set[int]) -> int:
    """Return how many blocks stand above the <h1>, or where there is none, above the first that is more than links."""
    title = next((number for number, block in enumerate(blocks) if block.level == 1), None)
    if title is not None:
        return title
    links = [range(region.first, region.last) for region in regions if region.kind in {"link", "links"}]
    above = dropped.union(*links)
    return next((number for number in range(len(blocks)) if number not in above), 0)


def _meta_fields(tree: LexborHTMLParser) -> dict[str, str]:
    """Return the page's meta fields by lower-case name; the first of a name counts."""
    fields: dict[str, str] = {}
    for node in tree.css("meta[content]"):
        attributes = node.attributes
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or ""
        fields.setdefault(name.lower(), one_line(attributes.get("content") or ""))
    return fields


def _title(tree: LexborHTMLParser, fields: dict[str, str], blocks: list[Block]) -> str | None:
    """Return the title that the head states, None where the page's own <h1> is to be its title."""
    site = fields.get("og:site_name", "")
    headings = [(text, block.level) for block in blocks if block.level and (text := one_line(block.text)) != site]
    title = _without_site(fields.get("og:title", ""), site, headings)
    if not is_no_title(title):
        return title
    if any(level == 1 and not is_no_title(text) for text, level in headings):
        return None
    node = tree.css_first("title")
    stated = one_line(node.text()) if node else ""
    title = _without_site(stated, site, headings)
    if headings and plausible_title(title, blocks) is None:
        return None
    return None if is_no_title(title) or is_letterhead(title) else title


def _without_site(title: str, site: str, headings: Sequence[tuple[str, int]]) -> str:
    """Return `title` without the name of the site, as in `Summit Meeting | Ministry of Foreign Affairs`."""
    parts = _SEPARATOR.split(title)
    for heading, level in headings:
        if len(heading) * 2 > len(title) and (heading in parts or (level == 1 and heading in title)):
            return heading
    while len(parts) > 2:
        mark, last = parts[-2:]
        if last != site and mark in {"–", "—", "-"} and not (_OFFICE.search(last) and len(last.split()) <= 8):
            break
        del parts[-2:]
    if len(parts) > 2 and parts[0] == site:
        del parts[:2]
    return "".join(part if number % 2 == 0 else f" {part} " for number, part in enumerate(parts))


def _moment(tree: LexborHTMLParser, fields: dict[str, str]) -> str:
    """Return the date, perhaps with a time, that the head states, or what is written for search engines (JSON-LD).

    Else that of the first `<time>` in a short line, such as a byline. The day of a change, as in `Updated: <time>`,
    counts where there is no other.
    """
    stated = [fields[name] for name in _DATE_FIELDS if name in fields]
    for script in tree.css('script[type="application/ld+json"]')[:_MOST_SCRIPTS]:
        stated += [found[1] for found in islice(_PUBLISHED.finditer(script.text()), _MOST_TIMES)]
    changed: list[str] = []
    for node in tree.css("time[datetime]")[:_MOST_TIMES]:
        if node.parent and len(one_line(node.parent.text())) <= _LONGEST_BYLINE:
            (changed if _is_of_change(node) else stated).append(node.attributes.get("datetime") or "")
    first = next(filter(stated_date, stated + changed), "")
    if not is_in_utc(first):
        return first
    in_own_zone = [each for each in stated if not is_in_utc(each)]
    return next((each for each in in_own_zone if is_day_apart(stated_date(each), stated_date(first))), first)


def _is_of_change(time: LexborNode) -> bool:
    """Say whether a `<time>` is the day of a change, by what it is marked as or the words before it."""
    marks = f"{time.attributes.get('itemprop')} {time.attributes.get('class')}"
    if _CHANGE_MARK.search(marks):
        return "publish" not in marks.lower()
    return _CHANGE_WORDS.search(_words_before(time)) is not None


def _words_before(time: LexborNode) -> str:
    """Return the end of the text before a `<time>`, from the innermost element that has any; none of another's."""
    words = ""
    node = time
    for _ in range(_MOST_NODES_BEFORE):
        outer = None if words else node.parent
        if node.prev is None and outer is not None:
            node = outer
        elif node.prev is not None and node.prev.css_first("time") is None:
            node = node.prev
            words = one_line(f"{node.text()} {words}")
        else:
            break
    return words[-_LONGEST_BYLINE:]


def _source_url(tree: LexborHTMLParser, fields: dict[str, str]) -> str | None:
    link = tree.css_first("link[rel=canonical]")
    stated = (link.attributes.get("href") or "") if link else ""
    return web_address(stated) or web_address(fields.get("og:url", ""))
