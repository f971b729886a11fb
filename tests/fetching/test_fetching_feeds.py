import datetime as dt
import time

import pytest

from qa_service.errors import FetchError
from qa_service.fetching.feeds import Feed, Item, parse_feed
from qa_service.loading.extracted import Block

URL = "https://www.ministry.example/feed.xml"


def rss(items: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>News</title><link>https://site.example/</link>{items}</channel></rss>"
    ).encode()


def only(items: str) -> Item:
    (item,) = parse_feed(rss(f"<item>{items}</item>"), URL).items
    return item


def texts(item: Item) -> list[str]:
    return [block.text for block in item.blocks]


def test_an_rss_item_has_what_it_states() -> None:
    item = only(
        "<title>Summit &amp; Talks</title><link>https://site.example/1</link><guid>https://site.example/?p=1</guid>"
        "<pubDate>Tue, 10 May 2005 09:00:00 +0900</pubDate><description>They met.</description>"
    )
    assert item == Item(
        key="https://site.example/?p=1",
        title="Summit & Talks",
        date=dt.date(2005, 5, 10),
        link="https://site.example/1",
        blocks=(Block("They met."),),
        is_summary=True,
    )


def test_an_atom_entry_has_what_it_states() -> None:
    feed = parse_feed(
        b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://site.example/news/">
        <link href="https://site.example/"/><entry><id>urn:uuid:1</id><title type="html">A &lt;b&gt;B&lt;/b&gt;</title>
        <link href="2005/1.html"/><published>2005-05-10T00:30:00+09:00</published>
        <updated>2005-06-01T00:00:00Z</updated>
        <content type="html">&lt;h2&gt;One&lt;/h2&gt;&lt;p&gt;Two.&lt;/p&gt;</content></entry></feed>""",
        URL,
    )
    assert feed == Feed(
        site="https://site.example/",
        items=(
            Item(
                key="urn:uuid:1",
                title="A B",
                date=dt.date(2005, 5, 10),
                link="https://site.example/news/2005/1.html",
                blocks=(Block("One", level=2), Block("Two.")),
                is_summary=False,
            ),
        ),
        unread=(),
        is_damaged=False,
    )


def test_xhtml_and_plain_content_of_atom_are_read() -> None:
    feed = parse_feed(
        b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title>
        <entry><id>a:1</id><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One.</p>
        <p>1 &lt; 2</p></div></content></entry>
        <entry><id>a:2</id><content type="text">1 &lt; 2\n\nTwo.</content></entry></feed>""",
        URL,
    )
    assert [texts(item) for item in feed.items] == [["One.", "1 < 2"], ["1 < 2\n\nTwo."]]


def test_rdf_feeds_are_read() -> None:
    feed = parse_feed(
        b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><link>https://site.example/</link></channel>
        <item rdf:about="https://site.example/1"><title>T</title><link>https://site.example/1</link>
        <description>D.</description><dc:date>2005-05-10</dc:date></item></rdf:RDF>""",
        URL,
    )
    assert [(item.title, item.date, texts(item)) for item in feed.items] == [("T", dt.date(2005, 5, 10), ["D."])]


def test_content_counts_and_not_the_summary_beside_it() -> None:
    item = only("<description>Short.</description><content:encoded><![CDATA[<p>All of it.</p>]]></content:encoded>")
    assert (texts(item), item.is_summary) == (["All of it."], False)


def test_scripts_styles_and_menus_are_no_text() -> None:
    item = only(
        "<description><![CDATA[<script>alert(1)</script><style>p{}</style><nav>Home</nav><p onclick='x()'>They met.</p>"
        "<img src=x onerror=alert(1)><iframe src='https://x.example'></iframe>]]></description>"
    )
    assert texts(item) == ["They met."]


def test_text_without_tags_keeps_its_paragraphs_and_loses_its_references() -> None:
    assert texts(only("<description>One &amp;amp; two&amp;#8217;s.\n\nThree.</description>")) == [
        "One & two’s.\n\nThree."
    ]


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("Tue, 10 May 2005 00:30:00 +0900", dt.date(2005, 5, 10)),
        ("Mon, 09 May 05 23:30:00 GMT", dt.date(2005, 5, 9)),
        ("2005-05-10", dt.date(2005, 5, 10)),
        ("soon", None),
        ("Tue, 10 May 0005 00:30:00 GMT", None),
    ],
)
def test_the_date_is_the_day_that_is_written(written: str, date: dt.date | None) -> None:
    assert only(f"<title>t</title><pubDate>{written}</pubDate>").date == date


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "mailto:a@b.example"]
)
def test_only_web_addresses_are_links(link: str) -> None:
    assert only(f"<title>t</title><link>{link}</link>").link is None


def test_an_id_that_others_may_have_too_counts_with_its_link() -> None:
    guid = '<guid isPermaLink="false">17</guid>'
    one = only(f"{guid}<link>https://one.example/a</link>")
    other = only(f"{guid}<link>https://other.example/b</link>")
    assert one.key == "17 https://one.example/a"
    assert other.key == "17 https://other.example/b"


def test_an_id_that_names_the_last_change_of_its_page_is_the_page() -> None:
    link = "<link>https://site.example/1</link>"
    assert only(f"{link}<guid>https://site.example/1#2005-05-11T09:00</guid>").key == "https://site.example/1"
    for another in ("https://site.example/1#second", "https://site.example/2#2005-05-11T09:00"):
        assert only(f"{link}<guid>{another}</guid>").key == another


def test_where_a_program_says_that_it_wrote_the_item_is_no_text() -> None:
    signed = "<p>The post <a href='x'>Summit</a> appeared first on <a href='y'>Ministry</a>.</p>"
    assert texts(only(f"<description><![CDATA[<p>They met.</p>{signed}]]></description>")) == ["They met."]
    assert texts(only("<description>The post office opened.</description>")) == ["The post office opened."]


def test_without_an_id_the_link_names_an_item_and_without_both_its_words_do() -> None:
    assert only("<link>https://one.example/a</link><title>t</title>").key == "https://one.example/a"
    keys = [only(f"<title>{title}</title><description>Words.</description>").key for title in "aba"]
    assert keys[0] == keys[2] != keys[1]


def test_an_item_without_anything_is_read() -> None:
    item = only("")
    assert (item.title, item.date, item.link, item.blocks) == ("", None, None, ())


def test_control_characters_of_titles_are_gone() -> None:
    assert only("<title>Two\nlines &amp;#27;[0m&#x7f;</title>").title == "Two lines [0m"


@pytest.mark.parametrize(
    ("declared", "encoding", "charset"),
    [("iso-8859-2", "iso-8859-2", None), ("utf-8", "koi8-r", "koi8-r"), ("utf-16", "utf-16", None)],
)
def test_the_encoding_is_that_of_the_header_else_that_of_the_file(
    declared: str, encoding: str, charset: str | None
) -> None:
    word = "Встреча" if encoding != "iso-8859-2" else "Łódź"
    body = f'<?xml version="1.0" encoding="{declared}"?><rss version="2.0"><channel><item><title>{word}</title></item>'
    assert parse_feed((body + "</channel></rss>").encode(encoding), URL, charset).items[0].title == word


@pytest.mark.parametrize(
    "body",
    [b"", b"   ", b"hello", b"<!DOCTYPE html><html><body><p>rss feed</p></body></html>", b'{"version": "x"}',
     b"\x00\x01", b"<?xml version='1.0'?><opml><head/></opml>"],
)  # fmt: skip
def test_what_is_no_feed_is_told(body: bytes) -> None:
    with pytest.raises(FetchError, match="no RSS or Atom feed"):
        parse_feed(body, URL)


def test_a_feed_that_is_not_well_formed_gives_the_items_it_has() -> None:
    feed = parse_feed(rss("<item><title>A & B</title></item><item><title>C&nbsp;D</title></item>"), URL)
    assert feed.is_damaged
    assert [item.title for item in feed.items] == ["A & B", "C D"]


def test_a_feed_that_breaks_off_gives_the_items_before() -> None:
    feed = parse_feed(rss("<item><title>A</title></item><item><title>B</title>")[:-20], URL)
    assert feed.is_damaged
    assert feed.items[0].title == "A"


BILLION_LAUGHS = "<!DOCTYPE rss [<!ENTITY l0 'lol'>" + "".join(
    f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10)
)
QUADRATIC = f'<!DOCTYPE rss [<!ENTITY a "{"a" * 100_000}">'


@pytest.mark.parametrize(("declarations", "use"), [(BILLION_LAUGHS, "&l9;"), (QUADRATIC, "&a;" * 10_000)])
def test_entities_are_never_expanded(declarations: str, use: str) -> None:
    body = f'<?xml version="1.0"?>{declarations}]><rss version="2.0"><channel><item><title>T</title>'
    body += f"<description>{use}</description></item></channel></rss>"
    began = time.process_time()
    (item,) = parse_feed(body.encode(), URL).items
    assert time.process_time() - began < 10
    assert item.title == "T"
    assert sum(map(len, texts(item))) <= len(use)


def test_an_entity_cannot_name_a_file(tmp_path) -> None:  # type: ignore[no-untyped-def]
    secret = tmp_path / "secret"
    secret.write_text("the password")
    body = (
        f'<!DOCTYPE rss [<!ENTITY f SYSTEM "{secret.as_uri()}">]><rss version="2.0"><channel><item><title>&f;</title>'
    )
    feed = parse_feed((body + "<description>&f; words</description></item></channel></rss>").encode(), URL)
    assert "password" not in str(feed)
    assert len(feed.items) == 1


def test_blank_lines_before_the_root_cost_no_time() -> None:
    began = time.process_time()
    declaration, _, rest = rss("<item/>").partition(b"\n")
    feed = parse_feed(declaration + b"\n" * 200_000 + b"<!DOCTYPE rss" * 1000 + rest, URL)
    assert time.process_time() - began < 10
    assert len(feed.items) == 1


def test_an_item_that_cannot_be_read_is_named_and_the_others_are_read() -> None:
    tag = "<p " + " ".join(f"a{n}=1" for n in range(1001)) + ">"
    feed = parse_feed(
        rss(
            f"<item><title>Bad</title><description><![CDATA[{tag}x]]></description></item><item><title>Good</title></item>"
        ),
        URL,
    )
    assert [item.title for item in feed.items] == ["Good"]
    assert feed.unread[0][0] == "Bad"
    assert "more than 1,000 attributes" in feed.unread[0][1]
