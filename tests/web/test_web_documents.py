"""The list of releases, a release's page, and its text."""

from html import unescape
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser, LexborNode
from web_fakes import BRIDGE, DOCUMENTS, HOSTILE, SUMMIT

from qa_service.serialization import document_url
from qa_service.types import Document

BROWSER = {"Accept": "text/html,*/*;q=0.8"}
ALL = pytest.mark.parametrize("document", DOCUMENTS.values(), ids=lambda document: document.title[:10])


def page_of(client: FlaskClient, url: str) -> LexborHTMLParser:
    response = client.get(url, headers=BROWSER)
    assert response.status_code == 200
    assert response.content_type == "text/html; charset=utf-8"
    return LexborHTMLParser(response.get_data(as_text=True))


def one(page: LexborHTMLParser, selector: str) -> LexborNode:
    [node] = page.css(selector)
    return node


@ALL
def test_the_text_is_served_as_it_is_stored_byte_for_byte(client: FlaskClient, document: Document) -> None:
    response = client.get(f"/documents/{quote(document.id)}/text")

    assert response.content_type == "text/plain; charset=utf-8"
    assert response.data == document.text.encode()


@ALL
def test_a_page_holds_the_text_of_its_release_exactly_once(client: FlaskClient, document: Document) -> None:
    page = page_of(client, document_url(document.id))

    assert one(page, "article.release").text() == document.text


@ALL
def test_an_id_with_every_character_percent_encoded_works(client: FlaskClient, document: Document) -> None:
    encoded = "".join(f"%{byte:02X}" for byte in document.id.encode())

    assert client.get(f"/documents/{encoded}/text").data == document.text.encode()


def test_each_passage_has_its_anchor_where_it_begins(client: FlaskClient) -> None:
    page = page_of(client, document_url(SUMMIT.id))

    anchors = {node.attributes["id"]: node.parent.text() for node in page.css("article.release .anchor")}
    assert list(anchors) == ["p1", "p2", "p3", "p4", "p5"]
    assert anchors["p4"] == "1. Ceremony of the commemoration"


def test_a_page_shows_title_headings_date_note_and_the_way_back(client: FlaskClient) -> None:
    page = page_of(client, document_url(SUMMIT.id))

    assert one(page, "h1").text() == "Visit by Prime Minister Koizumi to Russia\nJapan-Russia Summit Meeting"
    assert one(page, "article h2").text() == "1. Ceremony of the commemoration"
    assert one(page, "time").text() == "10 May 2005"
    assert one(page, "p.note").text() == "Restated for this project."
    assert one(page, ".back a").text() == "Back to the questions"
    assert one(page, "a[rel=external]").attributes["href"] == SUMMIT.source_url


def test_a_title_that_the_text_does_not_begin_with_stands_above_it(client: FlaskClient) -> None:
    page = page_of(client, document_url(HOSTILE.id))

    assert one(page, "header h1").text() == HOSTILE.title
    assert page.css("article h1") == []


def test_offsets_in_the_address_mark_the_quote_and_in_it_the_answer(client: FlaskClient) -> None:
    start = BRIDGE.text.index("Mayor")
    answer = BRIDGE.text.index("3 June 2024")
    end = BRIDGE.text.index("\n\n橋")

    page = page_of(
        client, f"{document_url(BRIDGE.id)}?start={start}&end={end}&answer_start={answer}&answer_end={answer + 11}"
    )

    assert one(page, "mark.quote").text() == "Mayor Céline Roux opened it on 3 June 2024 – in the rain 🌧."
    assert one(page, "mark.quote mark.words").text() == "3 June 2024"


@pytest.mark.parametrize("query", ["start=5&end=99999", "start=x&end=y", "start=9&end=3", "end=7", "start=-5&end=7"])
def test_offsets_that_make_no_sense_are_ignored(client: FlaskClient, query: str) -> None:
    page = page_of(client, f"{document_url(SUMMIT.id)}?{query}")

    assert page.css("mark") == []


def test_markup_in_a_release_stays_text(client: FlaskClient) -> None:
    page = page_of(client, document_url(HOSTILE.id))

    assert [node.attributes.get("src") for node in page.css("script")] == ["/static/release.js"]
    assert page.css("img, style, [onerror], [onmouseover], mark") == []
    assert page.css("a[href^=javascript]") == []
    assert "{{ 7 * 7 }}" in one(page, "article.release").text()
    assert one(page, "p.note").text() == HOSTILE.note


@pytest.mark.parametrize(
    "path",
    [
        "/documents/none.txt",
        "/documents/../../etc/passwd",
        "/documents/..%2F..%2Fetc%2Fpasswd",
        "/documents/%2e%2e/%2e%2e/etc/passwd",
        "/documents/..%5C..%5Cetc%5Cpasswd",
        "/documents/%252e%252e%252fetc",
        "/documents//etc/passwd",
        "/documents/%2Fetc%2Fpasswd",
        "/documents///",
        "/documents/",
        "/documents/%00",
        "/documents/%FF%FE",
        "/documents/a%0Ab.txt",
        "/documents/text",
        "/documents/none.txt/text",
        "/documents/..%2f..%2fetc%2fpasswd/text",
        "/documents/' OR 1=1 --",
        "/documents/2005-05-10-japan-russia.txt/",
        "/documents/2005-05-10-JAPAN-russia.txt",
        "/documents/./2005-05-10-japan-russia.txt",
        "/documents/x/../2005-05-10-japan-russia.txt",
        "/documents/🌧",
        "/documents/" + "a" * 5_000,
        "/static/../app.py",
        "/static/%2e%2e/app.py",
    ],
)
def test_an_id_that_no_release_has_is_404(client: FlaskClient, path: str) -> None:
    response = client.get(path)

    assert response.status_code == 404
    assert response.content_type == "application/problem+json"


def test_the_list_is_newest_first_with_undated_releases_last(client: FlaskClient) -> None:
    listing = client.get("/documents").get_json()

    assert [document["document_id"] for document in listing["documents"]] == [BRIDGE.id, SUMMIT.id, HOSTILE.id]
    assert listing["documents"][1] == {
        "document_id": SUMMIT.id,
        "title": SUMMIT.title,
        "date": "2005-05-10",
        "source_url": SUMMIT.source_url,
        "note": SUMMIT.note,
        "url": "/documents/2005-05-10-japan-russia.txt",
    }
    assert (listing["total"], listing["offset"], listing["limit"]) == (3, 0, 50)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("words=BRIDGE+new", [BRIDGE]),
        ("words=SAO%CC%82NE", [BRIDGE]),
        ("words=%00", []),
        ("words=100%25", []),
        ("date_from=2005-05-10&date_to=2005-05-10", [SUMMIT]),
        ("date_from=2024-06-04&date_to=", []),
        ("offset=1&limit=1", [SUMMIT]),
        ("offset=1000000000", []),
    ],
)
def test_the_list_is_narrowed_by_words_dates_and_place(client: FlaskClient, query: str, found: list[Document]) -> None:
    listing = client.get(f"/documents?{query}").get_json()

    assert [document["document_id"] for document in listing["documents"]] == [document.id for document in found]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("limit=51", ["limit"]),
        ("limit=0", ["limit"]),
        ("limit=ten", ["limit"]),
        ("offset=-1", ["offset"]),
        ("offset=99999999999999999999", ["offset"]),
        ("date_from=yesterday", ["date_from"]),
        ("date_from=2006-01-01&date_to=2005-01-01", ["date_to"]),
        ("words=" + "a+" * 101, ["words"]),
        ("words=a&words=b", ["words"]),
        ("word=a", ["word"]),
    ],
)
def test_a_wrong_parameter_of_the_list_is_422_and_named(client: FlaskClient, query: str, named: list[str]) -> None:
    response = client.get(f"/documents?{query}")

    assert response.status_code == 422
    assert [error["field"] for error in response.get_json()["errors"]] == named


def test_the_list_as_a_page_links_each_release_and_pages_with_its_filters(client: FlaskClient) -> None:
    page = page_of(client, "/documents?words=e&limit=1&offset=1")

    [link] = page.css(".releases a")
    assert link.text() == SUMMIT.title
    assert link.attributes["href"] == "/documents/2005-05-10-japan-russia.txt"
    pages = {node.text(): unescape(node.attributes["href"] or "") for node in page.css(".pages a")}
    assert pages == {
        "Newer": "/documents?words=e&limit=1&offset=0",
        "Older": "/documents?words=e&limit=1&offset=2",
    }


def test_every_link_of_the_list_opens_its_release(client: FlaskClient) -> None:
    links = [node.attributes["href"] for node in page_of(client, "/documents").css(".releases a")]

    assert [one(page_of(client, link), "article.release").text() for link in links if link] == [
        BRIDGE.text, SUMMIT.text, HOSTILE.text,
    ]  # fmt: skip
