import datetime as dt
import json
import os
import socket
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from fetching.web_site import Site
from filelock import FileLock
from typer.testing import CliRunner

from qa_service.cli import app
from qa_service.errors import FetchError
from qa_service.fetching import Failure, FeedReport, Limits, fetch_feeds, state
from qa_service.fetching.feeds import Feed, parse_feed
from qa_service.loading import load_corpus
from qa_service.types import Document

TEXT = "<p>They met in the Kremlin for an hour.</p><p>They agreed on <b>trade</b>.</p>"
PAGE = (
    "<html><head><title>Summit | Ministry</title></head><body><nav>Home</nav><main><h1>Summit Meeting</h1><p>They met "
    "in the Kremlin for an hour and spoke of everything that there was to speak of.</p></main></body></html>"
)


def item(
    title: str = "Summit", text: str = TEXT, *, guid: str = "", link: str = "", tag: str = "content:encoded"
) -> str:
    guid = guid or f"urn:release:{title}"
    return (
        f"<item><title>{escape(title)}</title><guid isPermaLink='false'>{escape(guid)}</guid>"
        f"<pubDate>Tue, 10 May 2005 09:00:00 +0900</pubDate>{f'<link>{escape(link)}</link>' if link else ''}"
        f"<{tag}>{escape(text)}</{tag}></item>"
    )


def rss(*items: str) -> str:
    return (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>News</title>'
        f"{''.join(items)}</channel></rss>"
    )


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def documents(folder: Path) -> tuple[Document, ...]:
    corpus = load_corpus(folder, max_bytes=1_000_000)
    assert corpus.skipped == ()
    return corpus.documents


def fetch(folder: Path, limits: Limits, *urls: str, follows_links: bool = True) -> FeedReport:
    """Fetch and return the report of the last feed."""
    return fetch_feeds(urls, folder, limits, follows_links=follows_links)[-1]


def test_an_item_becomes_a_document_with_the_same_title_date_address_and_paragraphs(
    site: Site, folder: Path, limits: Limits
) -> None:
    url = site.put("/feed", rss(item("Summit: “Talks” & more", link="https://site.example/1?a=b&c=d")))
    assert fetch(folder, limits, url) == FeedReport(url, new=["2005-05-10-summit-talks-more.md"])
    (document,) = documents(folder)
    assert document.id == "2005-05-10-summit-talks-more.md"
    assert document.title == "Summit: “Talks” & more"
    assert document.date == dt.date(2005, 5, 10)
    assert document.source_url == "https://site.example/1?a=b&c=d"
    assert document.text.split("\n\n") == [
        "Summit: “Talks” & more", "They met in the Kremlin for an hour.", "They agreed on trade.",
    ]  # fmt: skip


def test_an_atom_feed_becomes_documents_too(site: Site, folder: Path, limits: Limits) -> None:
    url = site.put(
        "/feed",
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry><id>urn:1</id><title>Summit</title>'
        f'<published>2005-05-10T00:30:00+09:00</published><content type="html">{escape(TEXT)}</content></entry></feed>',
    )
    assert fetch(folder, limits, url).new == ["2005-05-10-summit.md"]
    assert documents(folder)[0].text.endswith("They agreed on trade.")


@pytest.mark.parametrize(
    ("published", "date"),
    [("22:30:00 +0000", "2005-05-10"), ("22:30:00 GMT", "2005-05-10"), ("22:30:00 +0900", "2005-05-09")],
)
def test_a_moment_in_utc_is_of_the_day_that_the_release_states(
    site: Site, folder: Path, limits: Limits, published: str, date: str
) -> None:
    release = item(text="<p>Tokyo, May 10, 2005 – They met.</p>").replace(
        "10 May 2005 09:00:00 +0900", f"9 May 2005 {published}"
    )
    fetch(folder, limits, site.put("/feed", rss(release)))
    assert files(folder) == [f"{date}-summit.md"]
    assert str(documents(folder)[0].date) == date


def test_what_is_known_is_not_written_again_even_without_help_of_the_server(
    site: Site, folder: Path, limits: Limits
) -> None:
    url = site.put("/feed", rss(item()))
    fetch(folder, limits, url)
    before = (folder / "2005-05-10-summit.md").stat().st_mtime_ns
    assert fetch(folder, limits, url) == FeedReport(url, n_unchanged=1)
    assert (folder / "2005-05-10-summit.md").stat().st_mtime_ns == before


@pytest.mark.parametrize("headers", [{"ETag": '"1"'}, {"Last-Modified": "Tue, 10 May 2005 00:00:00 GMT"}])
def test_a_feed_that_has_not_changed_is_not_sent_again(
    site: Site, folder: Path, limits: Limits, headers: dict[str, str]
) -> None:
    url = site.put("/feed", rss(item()), headers=headers)
    fetch(folder, limits, url)
    assert fetch(folder, limits, url) == FeedReport(url, is_modified=False)
    assert site.answered == [200, 304]


def test_a_changed_item_replaces_its_own_file_under_the_same_name(site: Site, folder: Path, limits: Limits) -> None:
    url = site.put("/feed", rss(item(guid="urn:1"), item("Other")))
    fetch(folder, limits, url)
    site.put("/feed", rss(item("Summit, corrected", "<p>They met for two hours.</p>", guid="urn:1"), item("Other")))
    assert fetch(folder, limits, url) == FeedReport(url, changed=["2005-05-10-summit.md"], n_unchanged=1)
    assert files(folder) == ["2005-05-10-other.md", "2005-05-10-summit.md"]
    assert documents(folder)[1].text == "Summit, corrected\n\nThey met for two hours."


def test_a_feed_that_redirects_to_nowhere_does_not_stop_the_others(site: Site, folder: Path, limits: Limits) -> None:
    broken = site.put("/broken", "", status=302, headers={"Location": "http://[oops/feed"})
    sound = site.put("/feed", rss(item()))
    first, second = fetch_feeds([broken, sound], folder, limits)
    assert "is no address" in (first.reason or "")
    assert second.new == ["2005-05-10-summit.md"]


def test_whatever_a_feed_leads_to_does_not_stop_the_others(
    site: Site, folder: Path, limits: Limits, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def overflow(body: bytes, url: str, charset: str | None) -> Feed:
        if url.endswith("/broken"):
            raise RecursionError("too deep")
        return parse_feed(body, url, charset)

    monkeypatch.setattr("qa_service.fetching.newsroom.parse_feed", overflow)
    broken, sound = site.put("/broken", rss(item())), site.put("/feed", rss(item()))
    first, second = fetch_feeds([broken, sound], folder, limits)
    assert first == FeedReport(broken, reason="it could not be taken in (RecursionError): tell the site's keepers")
    assert second.new == ["2005-05-10-summit.md"]
    assert broken in caplog.text


def test_a_feed_whose_file_cannot_be_looked_at_does_not_stop_the_others(
    site: Site, folder: Path, limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = site.put("/broken", rss(item()))
    fetch(folder, limits, broken)
    exists = Path.exists

    def failing(path: Path) -> bool:
        if path.name == "2005-05-10-summit.md":
            raise OSError(5, "Input/output error")
        return exists(path)

    monkeypatch.setattr("qa_service.fetching.newsroom.Path.exists", failing)
    first, second = fetch_feeds([broken, site.put("/feed", rss(item("Other")))], folder, limits)
    assert "can't be read or written (Input/output error): check their permissions" in (first.reason or "")
    assert second.new == ["2005-05-10-other.md"]


def test_an_item_that_left_the_feed_stays(site: Site, folder: Path, limits: Limits) -> None:
    url = site.put("/feed", rss(item("Old")))
    fetch(folder, limits, url)
    site.put("/feed", rss(item("New")))
    assert fetch(folder, limits, url).new == ["2005-05-10-new.md"]
    assert files(folder) == ["2005-05-10-new.md", "2005-05-10-old.md"]


def test_a_file_that_a_person_deleted_stays_away_even_when_the_item_changes(
    site: Site, folder: Path, limits: Limits
) -> None:
    url = site.put("/feed", rss(item()))
    fetch(folder, limits, url)
    (folder / "2005-05-10-summit.md").unlink()
    site.put("/feed", rss(item(text="<p>They met for two hours.</p>")))
    assert fetch(folder, limits, url) == FeedReport(url, n_deleted=1)
    assert files(folder) == []


def test_a_file_that_a_person_edited_is_kept_and_said_so_once(site: Site, folder: Path, limits: Limits) -> None:
    url = site.put("/feed", rss(item()))
    fetch(folder, limits, url)
    (folder / "2005-05-10-summit.md").write_text("mine")
    site.put("/feed", rss(item(text="<p>They met for two hours.</p>")))
    report = fetch(folder, limits, url)
    assert [failure.reason for failure in report.failed] == [
        "it has changed, but 2005-05-10-summit.md was edited here: it is kept as it is"
    ]
    assert (folder / "2005-05-10-summit.md").read_text() == "mine"
    assert fetch(folder, limits, url) == FeedReport(url, n_unchanged=1)


def test_a_file_of_somebody_else_is_never_overwritten(site: Site, folder: Path, limits: Limits) -> None:
    folder.mkdir()
    (folder / "2005-05-10-summit.md").write_text("theirs")
    url = site.put("/feed", rss(item(guid="urn:1"), item(guid="urn:2")))
    assert fetch(folder, limits, url).new == ["2005-05-10-summit-2.md", "2005-05-10-summit-3.md"]
    assert (folder / "2005-05-10-summit.md").read_text() == "theirs"


def test_an_item_of_two_feeds_is_one_file_that_its_first_feed_keeps(site: Site, folder: Path, limits: Limits) -> None:
    first = site.put("/first", rss(item()))
    second = site.put("/second", rss(item(text="<p>They met.</p>"), item("Other")))
    for _ in range(2):
        fetch(folder, limits, first, second)
    assert files(folder) == ["2005-05-10-other.md", "2005-05-10-summit.md"]
    assert "They agreed on trade." in documents(folder)[1].text
    assert fetch(folder, limits, second) == FeedReport(second, n_unchanged=2)


def test_two_items_with_one_id_are_told(site: Site, folder: Path, limits: Limits) -> None:
    url = site.put("/feed", rss(item("A", guid="urn:1"), item("B", guid="urn:1"), item("A", guid="urn:1")))
    report = fetch(folder, limits, url)
    assert report.new == ["2005-05-10-a.md"]
    assert report.failed == [Failure("B", "it has the id of another item in this feed: tell the site's keepers")]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../etc/passwd", "2005-05-10-etc-passwd.md"),
        ("/etc/passwd", "2005-05-10-etc-passwd.md"),
        ("one\ntwo", "2005-05-10-one-two.md"),
        ("🎉", "2005-05-10-release.md"),
        ("a" * 300, f"2005-05-10-{'a' * 120}.md"),
        (".feeds.json", "2005-05-10-feeds-json.md"),
    ],
)
def test_a_title_never_becomes_a_path(site: Site, folder: Path, limits: Limits, title: str, name: str) -> None:
    url = site.put("/feed", rss(item(title, guid="../../../" + title)))
    assert fetch(folder, limits, url).new == [name]
    assert files(folder) == [name]
    assert sorted(path.name for path in folder.parent.iterdir()) == ["documents"]
    assert documents(folder)[0].title == " ".join(title.split())


def test_an_item_without_date_title_and_link_is_a_document(site: Site, folder: Path, limits: Limits) -> None:
    url = site.put("/feed", rss(f"<item><content:encoded>{escape(TEXT)}</content:encoded></item>"))
    assert fetch(folder, limits, url).new == ["undated-they-met-in-the-kremlin-for-an-hour-they-agreed-on-trade.md"]
    (document,) = documents(folder)
    assert (document.date, document.source_url) == (None, None)
    assert document.text == "They met in the Kremlin for an hour.\n\nThey agreed on trade."
    assert fetch(folder, limits, url) == FeedReport(url, n_unchanged=1)


def test_an_item_without_words_is_told(site: Site, folder: Path, limits: Limits) -> None:
    url = site.put("/feed", rss("<item><title>Empty</title></item>", item()))
    report = fetch(folder, limits, url)
    assert report.failed == [Failure("Empty", "it holds no text: tell the site's keepers")]
    assert report.new == ["2005-05-10-summit.md"]


def test_markup_of_an_item_never_reaches_the_document(site: Site, folder: Path, limits: Limits) -> None:
    url = site.put("/feed", rss(item(text="<script>alert(1)</script><p>1 &lt;b&gt; 2</p><p onclick=x>---</p>")))
    fetch(folder, limits, url)
    assert documents(folder)[0].text == "Summit\n\n1 <b> 2\n\n---"


def test_the_page_behind_a_summary_is_the_release(site: Site, folder: Path, limits: Limits) -> None:
    link = site.put("/1", PAGE, content_type="text/html")
    url = site.put("/feed", rss(item(text="They met.", link=link, tag="description")))
    assert fetch(folder, limits, url).new == ["2005-05-10-summit.md"]
    (document,) = documents(folder)
    assert (document.title, document.source_url) == ("Summit", link)
    assert document.text == (
        "Summit Meeting\n\nThey met in the Kremlin for an hour and spoke of everything that there was to speak of."
    )
    fetch(folder, limits, url)
    assert site.asked == ["/feed", "/1", "/feed"]


def test_the_charset_that_the_server_states_for_a_page_counts(site: Site, folder: Path, limits: Limits) -> None:
    page = "<main><p>Встреча состоялась в Кремле и продолжалась около часа.</p></main>".encode("koi8-r")
    link = site.put("/1", page, content_type="text/html; charset=koi8-r")
    url = site.put("/feed", rss(item(text="Встреча.", link=link, tag="description")))
    fetch(folder, limits, url)
    assert documents(folder)[0].text == "Summit\n\nВстреча состоялась в Кремле и продолжалась около часа."


def test_pages_are_left_alone_when_that_is_asked_for_or_the_feed_has_the_content(
    site: Site, folder: Path, limits: Limits
) -> None:
    link = site.put("/1", PAGE, content_type="text/html")
    summary = site.put("/summary", rss(item("A", "They met.", link=link, tag="description")))
    content = site.put("/content", rss(item("B", "They met.", link=link)))
    fetch(folder, limits, summary, content, follows_links=False)
    fetch(folder, limits, content)
    assert "/1" not in site.asked
    assert [document.text for document in documents(folder)] == ["A\n\nThey met.", "B\n\nThey met."]


def test_pages_of_other_hosts_are_left_alone(site: Site, folder: Path, limits: Limits) -> None:
    site.put("/1", PAGE, content_type="text/html")
    link = site.address.replace("127.0.0.1", "localhost") + "/1"
    url = site.put("/feed", rss(item(text="They met.", link=link, tag="description")))
    assert fetch(folder, limits, url).new == ["2005-05-10-summit.md"]
    assert site.asked == ["/feed"]
    stated = site.put("/stated", rss(f"<link>{site.address.replace('127.0.0.1', 'localhost')}</link>", item(
        "Other", "They met.", link=link, tag="description")))  # fmt: skip
    fetch(folder, limits, stated)
    assert site.asked == ["/feed", "/stated", "/1"]


def test_a_host_with_and_without_www_is_one(
    site: Site, folder: Path, limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, *rest, **options: resolve("127.0.0.1", *rest, **options))
    site.put("/1", PAGE, content_type="text/html")
    link = site.address.replace("127.0.0.1", "ministry.example") + "/1"
    site.put("/feed", rss(item(text="They met.", link=link, tag="description")))
    fetch(folder, limits, site.address.replace("127.0.0.1", "www.ministry.example") + "/feed")
    assert documents(folder)[0].text.startswith("Summit Meeting\n\n")


@pytest.mark.parametrize(
    ("body", "content_type"), [(b"%PDF-1.7 " + b"x" * 500, "application/pdf"), (b"<main>x</main>", "text/html")]
)
def test_the_feeds_own_words_are_kept_where_the_page_has_none_or_fewer(
    site: Site, folder: Path, limits: Limits, body: bytes, content_type: str
) -> None:
    link = site.put("/1", body, content_type=content_type)
    url = site.put("/feed", rss(item(text="They met.", link=link, tag="description")))
    report = fetch(folder, limits, url)
    assert (report.new, report.failed) == (["2005-05-10-summit.md"], [])
    assert documents(folder)[0].text == "Summit\n\nThey met."


def test_a_missing_page_is_told_and_tried_again_while_the_summary_stands_in(
    site: Site, folder: Path, limits: Limits
) -> None:
    link = site.address + "/1"
    feed = rss(item(text="They met.", link=link, tag="description"))
    url = site.put("/feed", feed, headers={"ETag": '"1"'})
    reason = "its page is missing: the answer was 404 Not Found: check the address; its feed's own words stand in"
    assert fetch(folder, limits, url) == FeedReport(
        url, new=["2005-05-10-summit.md"], failed=[Failure("Summit", reason)]
    )
    assert documents(folder)[0].text == "Summit\n\nThey met."
    assert fetch(folder, limits, url) == FeedReport(url, n_unchanged=1, failed=[Failure("Summit", reason)])
    site.put("/1", PAGE, content_type="text/html")
    assert fetch(folder, limits, url) == FeedReport(url, changed=["2005-05-10-summit.md"])
    assert documents(folder)[0].text.startswith("Summit Meeting\n\n")
    assert fetch(folder, limits, url) == FeedReport(url, is_modified=False)


def test_a_missing_page_of_an_item_without_words_is_told_and_tried_again(
    site: Site, folder: Path, limits: Limits
) -> None:
    url = site.put("/feed", rss(item(text="", link=site.address + "/1", tag="description")), headers={"ETag": '"1"'})
    assert fetch(folder, limits, url).failed[0].reason.startswith("its page is missing")
    assert files(folder) == []
    site.put("/1", PAGE, content_type="text/html")
    assert fetch(folder, limits, url).new == ["2005-05-10-summit.md"]


def test_a_broken_feed_stops_no_other(site: Site, folder: Path, limits: Limits) -> None:
    good = site.put("/good", rss(item()))
    page = site.put("/page", PAGE, content_type="text/html")
    urls = [site.address + "/gone", page, "file:///etc/passwd", "http://169.254.169.254/feed", good]
    reports = fetch_feeds(urls, folder, limits)
    assert [report.reason for report in reports] == [
        "the answer was 404 Not Found: check the address",
        "no RSS or Atom feed: look for the feed's address on the site's page",
        "not an address that can be fetched: it must begin with http:// or https:// and a host",
        "169.254.169.254 is a link-local address (169.254.169.254): it is never fetched from",
        None,
    ]
    assert reports[-1].new == ["2005-05-10-summit.md"]


def test_a_damaged_feed_is_told_and_read_in_full_next_time(site: Site, folder: Path, limits: Limits) -> None:
    url = site.put("/feed", rss(item("A"), item("B"))[:-60], headers={"ETag": '"1"'})
    report = fetch(folder, limits, url)
    assert "2005-05-10-a.md" in report.new
    assert [failure.item for failure in report.failed] == ["(the feed)", "B"]  # B is cut off before its words end
    site.put("/feed", rss(item("A"), item("B")), headers={"ETag": '"1"'})
    assert fetch(folder, limits, url).failed == []
    assert [document.title for document in documents(folder)] == ["A", "B"]
    assert documents(folder)[1].text.endswith("They agreed on trade.")


def test_a_feed_that_is_an_archive_is_taken_up_to_a_limit_and_that_is_told(
    site: Site, folder: Path, limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa_service.fetching.newsroom._MOST_ITEMS", 2)
    url = site.put("/feed", rss(item("A"), item("B"), item("C")))
    report = fetch(folder, limits, url)
    assert (len(report.new), report.failed[0].reason) == (2, "it has 3 items: only the first 2 were taken")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 2}', '{"items": {"a": {"file": "../x"}}}', "\x00"])
def test_a_damaged_state_file_is_an_error_and_left_as_it_is(
    site: Site, folder: Path, limits: Limits, content: str
) -> None:
    folder.mkdir()
    (folder / state.STATE_FILE).write_text(content)
    with pytest.raises(FetchError, match=r"\.feeds\.json is damaged .*: restore it, or remove it"):
        fetch(folder, limits, site.put("/feed", rss(item())))
    assert (folder / state.STATE_FILE).read_text() == content
    assert files(folder) == []


@pytest.mark.parametrize("file", ["../x.md", "/etc/passwd", ".hidden", "a/b.md", "..", "a\\b", ""])
def test_a_state_file_cannot_name_a_file_elsewhere(folder: Path, file: str) -> None:
    folder.mkdir()
    known = {"file": file, "file_sha256": "", "digest": "", "feed": ""}
    (folder / state.STATE_FILE).write_text(json.dumps({"items": {"a": known}}))
    with pytest.raises(FetchError, match="is damaged"):
        state.load_state(folder)


def test_a_run_that_is_killed_leaves_no_half_file_and_the_next_one_no_second_copy(
    site: Site, folder: Path, limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = site.put("/feed", rss(item("A"), item("B")))
    n_written = 0

    def killed_in_the_second(descriptor: int) -> None:
        nonlocal n_written
        n_written += 1
        if n_written >= 2:  # power gone: nothing after it is written, the state neither
            raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", killed_in_the_second)
    with pytest.raises(KeyboardInterrupt):
        fetch(folder, limits, url)
    assert files(folder) == ["2005-05-10-a.md"]
    assert documents(folder)[0].text.endswith("They agreed on trade.")
    assert not (folder / state.STATE_FILE).exists()
    monkeypatch.undo()
    fetch(folder, limits, url)
    assert files(folder) == ["2005-05-10-a.md", "2005-05-10-b.md"]
    assert fetch(folder, limits, url) == FeedReport(url, n_unchanged=2)


def test_an_interrupted_run_remembers_what_it_wrote(site: Site, folder: Path, limits: Limits) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    link = site.address + "/1"
    url = site.put(
        "/feed", rss(item("A"), item("B", "They met.", link=link, tag="description")), headers={"ETag": '"1"'}
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("qa_service.fetching.newsroom._page", interrupt)
        site.put("/1", PAGE, content_type="text/html")
        with pytest.raises(KeyboardInterrupt):
            fetch(folder, limits, url)
    assert fetch(folder, limits, url) == FeedReport(url, new=["2005-05-10-b.md"], n_unchanged=1)


def test_a_full_disk_fails_the_item_and_not_its_neighbours(
    site: Site, folder: Path, limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = site.put("/feed", rss(item("A"), item("B")), headers={"ETag": '"1"'})
    write = state.write_atomically

    def full(path: Path, data: bytes) -> None:
        if path.name == "2005-05-10-a.md":
            raise OSError(28, "No space left on device")
        write(path, data)

    monkeypatch.setattr("qa_service.fetching.newsroom.write_atomically", full)
    report = fetch(folder, limits, url)
    assert report.new == ["2005-05-10-b.md"]
    assert report.failed == [
        Failure("A", "its file can't be written (No space left on device): make room, or check permissions")
    ]
    monkeypatch.undo()
    assert fetch(folder, limits, url).new == ["2005-05-10-a.md"]


def test_a_release_is_visible_only_when_all_of_it_is_on_the_disk(
    site: Site, folder: Path, limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    visible: list[list[str]] = []
    monkeypatch.setattr(os, "fsync", lambda _: visible.append(files(folder)))
    fetch(folder, limits, site.put("/feed", rss(item("A"), item("B"))))
    a, b = "2005-05-10-a.md", "2005-05-10-b.md"
    assert visible == [[], [a], [a, b]]  # before A, before B, before the state file


def test_two_runs_never_write_at_the_same_time(site: Site, folder: Path, limits: Limits) -> None:
    folder.mkdir()
    with FileLock(folder / ".feeds.lock"), pytest.raises(FetchError, match="another fetch writes into"):
        fetch(folder, limits, site.put("/feed", rss(item())))


def test_a_folder_that_is_none_is_told(site: Site, tmp_path: Path, limits: Limits) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FetchError, match="can't be written to"):
        fetch(tmp_path / "file" / "documents", limits, site.put("/feed", rss(item())))


def run(*arguments: str):  # type: ignore[no-untyped-def]
    return CliRunner().invoke(app, ["fetch", *arguments])


def test_the_command_reports_and_fails_when_a_feed_does(
    site: Site, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    good, gone = site.put("/good", rss(item())), site.address + "/gone"
    result = run(good, gone, "--documents", str(folder), "--allow-private")
    assert result.exit_code == 1
    assert result.stdout == (
        f"{good}: 1 new, 0 changed, 0 unchanged\n  new       2005-05-10-summit.md\n"
        f"{gone}: failed: the answer was 404 Not Found: check the address\n"
    )
    result = run(good, "--documents", str(folder), "--allow-private", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "feeds": [
            {"url": good, "is_modified": True, "new": [], "changed": [], "n_unchanged": 1, "n_deleted": 0, "failed": [],
             "reason": None}
        ]
    }  # fmt: skip


def test_the_command_refuses_this_machine_unless_the_settings_allow_it(
    site: Site, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    url = site.put("/feed", rss(item()))
    result = run(url, "--documents", str(folder))
    assert (result.exit_code, site.asked) == (1, [])
    assert "allow it with --allow-private" in result.stdout
    monkeypatch.setenv("QA_ALLOW_PRIVATE_ADDRESSES", "true")
    assert run(url, "--documents", str(folder)).exit_code == 0
    monkeypatch.setenv("QA_FETCH_MAX_MB", "0.0001")
    assert "larger than the limit of 100 bytes" in run(url, "--documents", str(folder)).stdout
