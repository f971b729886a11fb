import datetime as dt

import pytest

from qa_service.loading.extracted import Extracted
from qa_service.loading.front_matter import split_front_matter
from qa_service.web_address import web_address


def stated(block: str) -> Extracted:
    front_matter, rest = split_front_matter(f"---\n{block}\n---\nBody.")
    assert rest == "Body."
    return front_matter


def test_title_date_address_and_note_are_read() -> None:
    block = "title: Summit\ndate: 2005-05-10\nsource_url: https://www.example.org/a?b=1\nnote: Restated."
    assert stated(block) == Extracted(
        title="Summit", date=dt.date(2005, 5, 10), source_url="https://www.example.org/a?b=1", note="Restated."
    )


@pytest.mark.parametrize("key", ["source_url", "source", "url", "URL"])
def test_the_address_has_several_names(key: str) -> None:
    assert stated(f"{key}: http://example.org/x").source_url == "http://example.org/x"


@pytest.mark.parametrize("date", ["2005-05-10", "10 May 2005", "'May 10, 2005'", "2005-05-10 18:40:00", "20050510"])
def test_the_date_has_several_forms(date: str) -> None:
    assert stated(f"date: {date}").date == dt.date(2005, 5, 10)


@pytest.mark.parametrize("date", ["soon", "2005-02-31", "2005", "[2005, 5, 10]", "{y: 2005}", "May", "null"])
def test_a_date_that_is_none_is_ignored(date: str) -> None:
    assert stated(f"date: {date}\ntitle: T") == Extracted(title="T")


def test_a_title_that_is_a_number_is_its_digits() -> None:
    assert stated("title: 12").title == "12"


def test_a_title_that_is_a_list_or_empty_is_ignored() -> None:
    assert stated("title: [a, b]").title is None
    assert stated("title:\nnote: ~") == Extracted()


def test_a_title_over_several_lines_is_one_line() -> None:
    assert stated("title: >\n  Visit to\n  Russia").title == "Visit to Russia"


def test_a_title_with_a_colon_that_yaml_refuses_is_read_all_the_same() -> None:
    assert stated("title: Summit: the results\ndate: 2005-05-10") == Extracted(
        title="Summit: the results", date=dt.date(2005, 5, 10)
    )


@pytest.mark.parametrize(
    "block",
    [
        "Title: Ferry Fares: What Changes\nDATE: 9 August 2008\nSource_URL: https://example.org/ferry",
        "title: 'Ferry Fares: What Changes'\ndate: \"2008-08-09\"\nurl: https://example.org/ferry\nby: Press: Office",
        "# Sent: now\n\ntitle: Ferry Fares: What Changes\ndate: 2008-08-09 # today\nurl: https://example.org/ferry",
        "tags:\n- a: b: c\ntitle: Ferry Fares:\n  What Changes\ndate: 2008-08-09\nurl: >\n  https://example.org/ferry",
        "title: Ferry Fares: Old\ntitle: Ferry Fares: What Changes\ndate: 2008-08-09\nurl: https://example.org/ferry",
    ],
)
def test_what_yaml_refuses_gives_the_same_fields(block: str) -> None:
    assert stated(block) == Extracted(
        title="Ferry Fares: What Changes", date=dt.date(2008, 8, 9), source_url="https://example.org/ferry"
    )


def test_a_quotation_in_a_title_keeps_its_marks() -> None:
    assert stated('title: "We Win," Says Brink\nsubtitle: a').title == '"We Win," Says Brink'


@pytest.mark.parametrize("before", ["\n", "\n \n\t\n", "\ufeff", "\ufeff\n", "\n\ufeff"])
def test_blank_lines_and_a_byte_order_mark_may_stand_before_it(before: str) -> None:
    assert split_front_matter(f"{before}---\ntitle: T\n---\nBody.") == (Extracted(title="T"), "Body.")


def test_other_fields_are_metadata_too() -> None:
    assert stated("layout: post\ntags: [a, b]") == Extracted()
    assert stated("title: T\nauthor: A\nFOR RELEASE: now") == Extracted(title="T")
    assert stated("{}") == Extracted()


@pytest.mark.parametrize(
    "text",
    [
        "---\nJust a rule.\n---\nBody.",
        "---\n- a\n- list\n---\nBody.",
        "---\n---\nBody.",
        "---\ntitle: never closed\n\nBody.",
        "Title\n---\ntitle: not at the top\n---\n",
        "--- title: a\n---\nBody.",
        "---\n" + "[" * 2000 + "\n---\nBody.",
        "---\nFOR IMMEDIATE RELEASE: May 5, 2005\nContact: Jane Holloway, press officer, 555-0142\n---\nBody.",
        '---\nSTATEMENT BY THE MINISTER: "We will rebuild the bridge"\n---\nBody.',
        "---\nPRESS RELEASE\nDate: May 5, 2005\nContact: Jane Holloway: 555-0142\n---\nBody.",
        "---\nMill: Sold: at last\nHarvest: Done\n---\nBody.",
        "\n\n---\nJust a rule.\n---\nBody.",
        " ---\ntitle: indented\n---\nBody.",
    ],
)
def test_a_block_that_is_no_mapping_or_has_no_known_field_stays_text(text: str) -> None:
    assert split_front_matter(text) == (Extracted(), text)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "/relative/path",
        "https://",
        "ftp://example.org/",
        "https://example.org/a b",
        "http://[bad",
        "https://example.org/" + "x" * 3000,
    ],
)
def test_only_an_address_of_the_web_may_become_a_link(address: str) -> None:
    assert web_address(address) is None
