"""Links into the original, and citations to be copied."""

import datetime as dt
from urllib.parse import unquote

import pytest
from web_fakes import HOSTILE, SUMMIT, cite

from qa_service.types import Answer
from qa_service.web.citing import copies, original_url


@pytest.mark.parametrize(
    ("words", "fragment"),
    [
        ("It cost 5 million.", "#:~:text=It%20cost%205%20million."),
        ("a well-known, big & small #1", "#:~:text=a%20well%2Dknown%2C%20big%20%26%20small%20%231"),
        ("  two\n words ", "#:~:text=two%20words"),
        ("橋 é", "#:~:text=%E6%A9%8B%20%C3%A9"),
        (
            " ".join(map(str, range(20))) + "\nend",
            "#:~:text=0%201%202%203%204%205%206%207,13%2014%2015%2016%2017%2018%2019%20end",
        ),
        ("", ""),
    ],
)
def test_the_original_opens_at_the_words(words: str, fragment: str) -> None:
    assert original_url("https://a.example/x", words) == f"https://a.example/x{fragment}"


def test_a_long_quote_is_named_by_its_ends() -> None:
    words = " ".join(f"word{n}" for n in range(100))

    fragment = (original_url("https://a.example", words) or "").partition("text=")[2]

    assert [len(unquote(part).split()) for part in fragment.split(",")] == [8, 8]


def test_a_fragment_of_the_address_is_kept() -> None:
    assert original_url("https://a.example/#part", "words") == "https://a.example/#part:~:text=words"


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "//a.example",
        "ftp://a.example",
        "https://",
        "http://[bad",
        "https://a.example/a b",
        "https://a.example/\u202e",
        "https://a.example/" + "x" * 3_000,
    ],
)
def test_only_addresses_of_the_web_are_linked(address: str | None) -> None:
    assert original_url(address, "words") is None


def test_text_has_answer_quote_title_date_and_address() -> None:
    citation = cite(1, SUMMIT, "approximately 30 minutes")

    [(name, text), *_] = copies(Answer("approximately 30 minutes", 0.9, 1), citation, "http://here/documents/x")

    assert name == "Text"
    assert text == (
        "approximately 30 minutes\n\n“The meeting took place in a reception room of the Kremlin for approximately 30 "
        "minutes from 6:40 pm, Moscow time.”\nVisit by Prime Minister Koizumi to Russia Japan-Russia Summit Meeting, "
        "10 May 2005\nhttps://releases.example/2005/summit.html"
    )


def test_what_would_be_markup_is_escaped_in_each_form() -> None:
    citation = cite(1, HOSTILE, "{{ 7 * 7 }}")

    forms = dict(copies(Answer("{{ 7 * 7 }}", 0.9, 1), citation, "http://here/a b(c)"))

    assert r"**{{ 7 \* 7 }}**" in forms["Markdown"]
    assert r'"\>\<script\>alert("title")\</script\>](http://here/a%20b%28c%29), undated' in forms["Markdown"]
    assert r"\{\{ 7 * 7 \}\}" in forms["BibTeX"]
    assert r"\& \"tiger\"".replace('\\"', '"') in forms["BibTeX"]
    assert "year" not in forms["BibTeX"]
    assert forms["Text"].endswith("\nhttp://here/a%20b%28c%29")


def test_a_quote_does_not_begin_a_list_in_markdown() -> None:
    document = SUMMIT
    citation = cite(1, document, "1. Ceremony of the commemoration")

    markdown = dict(copies(Answer(citation.quote, 0.9, 1), citation, "http://here"))["Markdown"]

    assert markdown.startswith("> 1\\.\n>\n> [Visit")
    assert citation.date == dt.date(2005, 5, 10)
