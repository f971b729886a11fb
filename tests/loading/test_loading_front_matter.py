import datetime as dt

import pytest

from qa_service.loading.front_matter import FrontMatter, split_front_matter, web_address


def stated(block: str) -> FrontMatter:
    front_matter, rest = split_front_matter(f"---\n{block}\n---\nBody.")
    assert rest == "Body."
    return front_matter


def test_title_date_address_and_note_are_read() -> None:
    block = "title: Summit\ndate: 2005-05-10\nsource_url: https://www.example.org/a?b=1\nnote: Restated."
    assert stated(block) == FrontMatter("Summit", dt.date(2005, 5, 10), "https://www.example.org/a?b=1", "Restated.")


@pytest.mark.parametrize("key", ["source_url", "source", "url", "URL"])
def test_the_address_has_several_names(key: str) -> None:
    assert stated(f"{key}: http://example.org/x").source_url == "http://example.org/x"


@pytest.mark.parametrize("date", ["2005-05-10", "10 May 2005", "'May 10, 2005'", "2005-05-10 18:40:00", "20050510"])
def test_the_date_has_several_forms(date: str) -> None:
    assert stated(f"date: {date}").date == dt.date(2005, 5, 10)


@pytest.mark.parametrize("date", ["soon", "2005-02-31", "2005", "[2005, 5, 10]", "{y: 2005}", "May", "null"])
def test_a_date_that_is_none_is_ignored(date: str) -> None:
    assert stated(f"date: {date}\ntitle: T") == FrontMatter(title="T")


def test_a_title_that_is_a_number_is_its_digits() -> None:
    assert stated("title: 12").title == "12"


def test_a_title_that_is_a_list_or_empty_is_ignored() -> None:
    assert stated("title: [a, b]").title is None
    assert stated("title:\nnote: ~") == FrontMatter()


def test_a_title_over_several_lines_is_one_line() -> None:
    assert stated("title: >\n  Visit to\n  Russia").title == "Visit to Russia"


def test_a_title_with_a_colon_that_yaml_refuses_is_read_all_the_same() -> None:
    assert stated("title: Summit: the results\ndate: 2005-05-10") == FrontMatter(
        "Summit: the results", dt.date(2005, 5, 10)
    )


def test_other_fields_are_metadata_too() -> None:
    assert stated("layout: post\ntags: [a, b]") == FrontMatter()


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
    ],
)
def test_a_block_that_is_no_mapping_stays_text(text: str) -> None:
    assert split_front_matter(text) == (FrontMatter(), text)


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
