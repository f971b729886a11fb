"""The same question, release by release: the API, and the page without JavaScript."""

import datetime as dt
import json

import pytest
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser
from web_fakes import HOSTILE, INFO, SUMMIT

from qa_service.types import Answer, Citation, Timeline, TimelineEntry, Value, ValueKind
from qa_service.web.plot import Bar, bars_of

BROWSER = {"Accept": "text/html"}


def page_of(client: FlaskClient, address: str) -> LexborHTMLParser:
    response = client.get(address, headers=BROWSER)
    assert response.status_code == 200
    return LexborHTMLParser(response.get_data(as_text=True))


def texts(page: LexborHTMLParser, selector: str) -> list[str]:
    return [" ".join(node.text().split()) for node in page.css(selector)]


def test_each_release_has_an_entry_by_date_that_knows_since_when_it_holds(client: FlaskClient) -> None:
    reply = client.post("/timeline", json={"question": "How many countries?"})

    assert reply.status_code == 200
    told = reply.json
    assert told
    assert [citation["date"] for citation in told["citations"]] == ["2005-05-10", "2024-06-03"]
    assert [(entry["text"], entry["citation"], entry["unchanged_since"]) for entry in told["entries"]] == [
        ("about 50 countries", 1, None),
        ("About 50 countries", 2, 1),
    ]
    assert told["has_more"] is False
    assert told == {**client.get("/timeline?q=How+many+countries?").json, "took_ms": told["took_ms"]}


def test_fewer_releases_can_be_read_and_the_rest_is_told_of(client: FlaskClient) -> None:
    told = client.post("/timeline", json={"question": "How many countries?", "max_releases": 1}).json
    assert told
    assert (len(told["entries"]), told["has_more"]) == (1, True)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "question"),
        ({"question": "x" * 2_001}, "question"),
        ({"question": "Why?", "max_releases": 51}, "max_releases"),
        ({"question": "Why?", "history": []}, "history"),
        ({"question": "Why?", "filters": {"date_from": "May"}}, "filters.date_from"),
        ({"question": "Why?", "filters": {"document_ids": ["\ud800"]}}, "filters.document_ids.0"),
    ],
)
def test_what_is_not_as_it_should_be_is_named(client: FlaskClient, body: dict[str, object], field: str) -> None:
    response = client.post("/timeline", data=json.dumps(body), content_type="application/json")
    assert response.status_code == 422
    assert [error["field"] for error in (response.json or {})["errors"]] == [field]


def test_a_link_names_its_own_parameters(client: FlaskClient) -> None:
    response = client.get("/timeline?max_releases=many&top_k=3")
    assert response.status_code == 422
    assert {error["field"] for error in (response.json or {})["errors"]} <= {"q", "max_releases", "top_k"}


def test_the_page_lists_the_answers_and_links_to_the_words_in_the_releases(client: FlaskClient) -> None:
    page = page_of(client, "/timeline?q=How+many+countries%3F")

    assert texts(page, ".asked") == ["How many countries?"]
    assert texts(page, ".when") == ["10 May 2005", "3 June 2024"]
    assert texts(page, ".entries .answer") == ["about 50 countries", "About 50 countries"]
    assert texts(page, ".entries mark") == ["about 50 countries", "About 50 countries"]
    assert texts(page, ".unchanged") == ["Unchanged since 10 May 2005 (1)"]
    assert "start=" in (page.css(".entries .source a")[0].attributes["href"] or "")
    assert page.css("script") == []


def test_the_answer_on_the_chat_page_leads_to_it_and_back(client: FlaskClient) -> None:
    chat = page_of(client, "/ask?q=How+many+countries%3F&date_to=2024-12-31")
    [link] = [node for node in chat.css(".foot a") if node.text() == "Over time"]
    assert link.attributes["href"] == "/timeline?q=How+many+countries?&date_to=2024-12-31"

    page = page_of(client, link.attributes["href"] or "")
    [back] = [node for node in page.css("main a") if node.text() == "Ask for one answer"]
    assert back.attributes["href"] == "/ask?q=How+many+countries?&date_to=2024-12-31"


def test_more_releases_are_offered_only_while_more_may_be_read(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "/timeline?q=How+many+countries?&max_releases=1"
    assert "read up to 50" in texts(page_of(client, address), ".over-time > .quiet")[0]

    monkeypatch.setattr("qa_service.web.timeline.MAX_TIMELINE", 1)

    assert (
        "more were found than are read. Ask for one answer" in texts(page_of(client, address), ".over-time > .quiet")[0]
    )


def test_an_address_without_a_question_is_the_chat_page(client: FlaskClient) -> None:
    response = client.get("/timeline", headers=BROWSER)
    assert (response.status_code, response.location) == (303, "/")


def test_nothing_found_is_said(client: FlaskClient) -> None:
    page = page_of(client, "/timeline?q=Unknown%3F")
    assert "No release answers it clearly enough to quote." in page.body.text()


def test_markup_of_releases_and_questions_is_inert(client: FlaskClient) -> None:
    page = page_of(client, "/timeline?q=What+is+the+password+%3Cscript%3Ealert(1)%3C/script%3E")
    assert HOSTILE.title in page.body.text()
    assert page.css("main script, main img, main b") == []


def timeline_of(*values: Value | None) -> Timeline:
    citations, entries = [], []
    for number, value in enumerate(values, 1):
        entries.append(TimelineEntry(Answer(f"answer {number}", 0.8, number, value=value)))
        citations.append(_citation(number))
    return Timeline("How much?", tuple(entries), tuple(citations), INFO)


def _citation(number: int) -> Citation:
    date = dt.date(2005, number, 1)
    return Citation(number, SUMMIT.id, SUMMIT.title, date, None, None, None, 1, "q", 0, 1, 0, 1, "", "")


def yen(amount: int) -> Value:
    return Value(ValueKind.MONEY, f"{amount} JPY")


def test_amounts_of_one_currency_are_bars_and_others_are_not() -> None:
    bars = bars_of(timeline_of(yen(50), Value(ValueKind.MONEY, "9 USD"), yen(100), None, yen(25)))
    assert bars == [
        Bar(dt.date(2005, 1, 1), "answer 1", 0.5),
        Bar(dt.date(2005, 3, 1), "answer 3", 1.0),
        Bar(dt.date(2005, 5, 1), "answer 5", 0.25),
    ]


def test_lengths_of_time_are_compared_whatever_their_units() -> None:
    lengths = [Value(ValueKind.DURATION, written) for written in ("PT90M", "PT1H30M", "PT45M", "P1M/P2M")]
    assert [bar.length for bar in bars_of(timeline_of(*lengths))] == [1.0, 1.0, 0.5]


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (ValueKind.PERCENTAGE, "20/30 %"),
        (ValueKind.MONEY, "10000000/12000000 USD"),
        (ValueKind.NUMBER, "50/60"),
        (ValueKind.DURATION, "PT20M/PT30M"),
    ],
)
def test_a_range_is_no_bar(kind: ValueKind, written: str) -> None:
    assert bars_of(timeline_of(*[Value(kind, written)] * 3)) == []


def test_fewer_than_three_alike_are_no_plot() -> None:
    assert bars_of(timeline_of(yen(1), yen(2), Value(ValueKind.DATE, "2005-05-10"))) == []


def test_nothing_but_zeros_is_a_plot_without_lengths() -> None:
    assert [bar.length for bar in bars_of(timeline_of(yen(0), yen(0), yen(0)))] == [0.0, 0.0, 0.0]


def test_a_form_is_refused(client: FlaskClient) -> None:
    assert client.post("/timeline", data={"question": "How many countries?"}).status_code == 415
