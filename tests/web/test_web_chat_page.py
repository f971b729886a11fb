"""The chat page as it works without JavaScript: a form, and the thread in the page that answers it."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser
from web_fakes import HOSTILE, INFO, SUMMIT, Asked, FakeEngine, FakeLive
from werkzeug.test import TestResponse

from qa_service.feedback import FeedbackStore
from qa_service.types import Filters, Polarity, Reply, Slice, Turn, Value, ValueKind
from qa_service.web.app import create_app

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def ask(client: FlaskClient, question: str, **fields: object) -> TestResponse:
    return client.post("/ask", data={"question": question, "date_from": "", "date_to": "", **fields}, headers=BROWSER)


def page_of(response: TestResponse, status: int = 200) -> LexborHTMLParser:
    assert response.status_code == status
    assert response.content_type == "text/html; charset=utf-8"
    return LexborHTMLParser(response.get_data(as_text=True))


def texts(page: LexborHTMLParser, selector: str) -> list[str]:
    """Return the text of each element, white space folded."""
    return [" ".join(node.text().split()) for node in page.css(selector)]


def fields_of(page: LexborHTMLParser) -> list[tuple[str, str]]:
    """Return what the page's form would send."""
    return [(node.attributes["name"] or "", node.attributes.get("value") or "") for node in page.css("form input")]


def test_an_empty_page_says_what_the_releases_are(client: FlaskClient) -> None:
    page = page_of(client.get("/", headers=BROWSER))

    assert texts(page, ".welcome > .quiet") == ["3 releases, newest 3 June 2024."]
    assert page.css(".turn") == []
    assert page.css(".starters") == []


def test_starter_questions_are_links_that_ask(live: FakeLive) -> None:
    client = create_app(live, suggest=lambda _engine: ["How long & why?"]).test_client()  # type: ignore[arg-type]

    [link] = page_of(client.get("/", headers=BROWSER)).css(".starters a")

    assert texts(page_of(client.get(link.attributes["href"] or "", headers=BROWSER)), ".question") == [
        "How long & why?"
    ]


def test_an_answer_stands_out_in_its_sentence_with_what_is_around_it(client: FlaskClient) -> None:
    page = page_of(ask(client, "How long?"))

    assert texts(page, ".question") == ["How long?"]
    assert texts(page, ".answer") == ["approximately 30 minutes"]
    assert texts(page, ".likelihood") == ["Very likely right"]
    assert texts(page, ".quote") == [
        "The meeting took place in a reception room of the Kremlin for approximately 30 minutes from 6:40 pm, "
        "Moscow time."
    ]
    assert texts(page, ".quote mark") == ["approximately 30 minutes"]
    assert texts(page, ".around") == ["On May 9, Prime Minister Koizumi held a meeting with President Putin."]
    assert texts(page, ".foot") == ["Asked of 3 releases, newest 3 June 2024. Link to this question · Over time"]


def test_an_answer_that_is_a_whole_sentence_is_not_said_twice(client: FlaskClient) -> None:
    page = page_of(ask(client, "Who opened it?"))

    sentence = "Mayor Céline Roux opened it on 3 June 2024 – in the rain 🌧."
    assert page.css(".answer") == []
    assert texts(page, ".quote") == [sentence]
    assert texts(page, ".quote mark.whole") == [sentence]


def test_a_citation_names_its_release_and_opens_it_at_the_marked_words(client: FlaskClient) -> None:
    page = page_of(ask(client, "How long?"))

    assert texts(page, ".source") == [
        f"[1] {SUMMIT.title} 10 May 2005 · Restated for this project. Original at these words"
    ]
    address = page.css(".chip")[0].attributes["href"] or ""
    assert urlsplit(address).fragment == "p3"
    release = page_of(client.get(address, headers=BROWSER))
    assert texts(release, "mark.quote") == texts(page, ".quote")
    assert texts(release, "mark.words") == ["approximately 30 minutes"]


def test_other_answers_and_other_releases_are_a_click_away(client: FlaskClient) -> None:
    page = page_of(ask(client, "How many countries?"))

    assert texts(page, "summary")[:3:2] == ["Also stated in 1 other release", "1 other possible answer"]
    assert texts(page, ".refs > .ref a") == ["1", "2", "3"]
    assert texts(page, ".also .quote mark") == ["About 50 countries"]
    assert texts(page, ".others .answer") == ["Red Square"]
    assert texts(page, ".chip .number") == ["[1]", "[2]", "[3]"]


def test_a_refusal_says_why_and_shows_the_nearest_passages_as_no_answer(client: FlaskClient) -> None:
    page = page_of(ask(client, "Who won the match?"))

    assert texts(page, ".card h3") == ["Not in these releases"]
    assert "Nothing in the releases matches this question." in texts(page, ".card p")
    assert texts(page, ".nearest h4") == ["Nearest passages – not an answer"]
    assert len(page.css(".nearest li")) == 5
    assert page.css(".nearest .chip")[2].attributes["href"] == "/documents/2005-05-10-japan-russia.txt#p3"
    assert page.css("mark") == []


def test_a_refusal_because_of_dates_says_so_and_keeps_them_in_the_form(client: FlaskClient) -> None:
    page = page_of(ask(client, "How long?", date_from="2024-01-01"))

    [why] = [line for line in texts(page, ".card p") if line.startswith("No release within")]
    assert why == "No release within the limits you set answers it. Others may: widen them and ask again."
    assert ("date_from", "2024-01-01") in fields_of(page)
    assert texts(page, ".chips button") == ["Remove: From 1 January 2024"]


def test_the_form_carries_the_conversation_and_the_page_shows_it(client: FlaskClient, engine: FakeEngine) -> None:
    first = page_of(ask(client, "How long?"))
    second = page_of(ask(client, "Who won?", **_grouped(first)))

    third = page_of(ask(client, "And the bridge?", **_grouped(second)))

    assert engine.asked[-1] == Asked(
        "And the bridge?", [Turn("How long?", "approximately 30 minutes"), Turn("Who won?", None)], 5, Filters()
    )
    assert texts(third, ".question") == ["How long?", "Who won?", "And the bridge?"]
    assert texts(third, ".turn-earlier .card") == ["approximately 30 minutes", "Not in these releases"]
    assert texts(third, ".interpreted") == ["And the bridge? (Who won?)"]
    assert texts(third, "#latest .question") == ["And the bridge?"]


def test_the_link_to_a_question_asks_it_as_it_was_understood(client: FlaskClient) -> None:
    history = {"history_question": ["How long?"], "history_answer": ["30 minutes"]}
    page = page_of(ask(client, "And the bridge?", date_to="2025-01-01", **history))

    query = urlsplit(page.css(".foot a")[0].attributes["href"] or "").query

    assert parse_qsl(query) == [
        ("q", "And the bridge? (How long?)"),
        ("date_to", "2025-01-01"),
        ("snapshot", INFO.version),
    ]


def test_an_earlier_answer_over_two_lines_comes_back_as_the_release_has_it(
    client: FlaskClient, engine: FakeEngine
) -> None:
    ask(client, "And why?", history_question="When?", history_answer="9:30 am  Arrival\r\n    2:00 pm")

    assert engine.asked[-1].history == [Turn("When?", "9:30 am  Arrival\n    2:00 pm")]


def test_a_question_that_is_too_long_as_it_was_understood_is_linked_as_it_was_typed(live: FakeLive) -> None:
    client = create_app(live, feedback=FeedbackStore(Path())).test_client()  # type: ignore[arg-type]
    page = page_of(ask(client, "And how long?", history_question="x" * 1_990, history_answer=""))

    for link in page.css(".foot a"):
        assert page_of(client.get(link.attributes["href"] or "", headers=BROWSER)).css(".answer")
    assert ("question", "And how long?") in fields_of(page)


def test_a_follow_up_can_be_asked_as_typed_and_the_conversation_goes_on(
    client: FlaskClient, engine: FakeEngine
) -> None:
    first = page_of(ask(client, "How long?"))
    second = page_of(ask(client, "And the bridge?", **_grouped(first)))
    [link] = second.css("a[data-again]")
    assert link.attributes["href"] == "/ask?q=And+the+bridge?"

    again = {**_grouped(second), "question": "And the bridge?", "as_typed": "true"}
    third = page_of(client.post("/ask", data=again, headers=BROWSER))

    assert engine.asked[-1] == Asked("And the bridge?", [], 5, Filters())
    assert texts(third, ".interpreted") == []
    assert texts(third, "#latest .question") == ["And the bridge?"]
    carried = [value for name, value in fields_of(third) if name == "history_question"]
    assert carried == ["How long?", "And the bridge?", "And the bridge?"]


def test_dates_that_were_understood_are_a_chip_that_asks_without_them(client: FlaskClient) -> None:
    first = page_of(ask(client, "How long, by the latest release of May 2005?"))
    [link] = first.css(".understood-dates a[data-again]")
    assert texts(first, ".understood-dates .label") == [
        "“latest”, “of May 2005”: releases from then come first, newest first"
    ]

    second = page_of(client.get(link.attributes["href"] or "", headers=BROWSER))

    assert texts(second, "#latest .question") == ["How long, by the latest release of May 2005?"]
    assert texts(second, ".understood-dates") == []
    assert "read_dates=false" in (second.css(".permalink")[0].attributes["href"] or "")


def test_a_refusal_for_the_limits_says_what_they_leave_out(client: FlaskClient) -> None:
    page = page_of(client.get("/ask?q=How+long&date_to=2001-01-01", headers=BROWSER))

    assert texts(page, ".left-out") == [
        f"Without the limits it would be approximately 30 minutes, from {SUMMIT.title} 10 May 2005"
    ]
    assert page.css(".left-out a")[0].attributes["href"] == "/documents/2005-05-10-japan-russia.txt#p2"


def test_a_long_conversation_keeps_its_last_twenty_turns(client: FlaskClient, engine: FakeEngine) -> None:
    history = {"history_question": [f"q{n}" for n in range(30)], "history_answer": ["a"] * 30}

    page = page_of(ask(client, "How long?", **history))

    assert [turn.question for turn in engine.asked[0].history] == [f"q{n}" for n in range(10, 30)]
    carried = [value for name, value in fields_of(page) if name == "history_question"]
    assert carried == [*(f"q{n}" for n in range(11, 30)), "How long?"]


def test_the_form_of_a_wordy_conversation_stays_below_the_limit_of_a_body(client: FlaskClient) -> None:
    page = page_of(ask(client, "long" + "橋" * 1_900))
    for _ in range(5):
        response = ask(client, "long" + "🌧" * 1_990, **_grouped(page))
        page = page_of(response)

    assert len(urlencode(fields_of(page))) + 12 * 2_000 < 64 * 1024


def test_limits_are_chips_that_name_the_release_and_are_sent_again(client: FlaskClient) -> None:
    link = f"/ask?q=How+long%3F&date_to=2024-05-01&document_id=a%22b&document_id={SUMMIT.id}"
    page = page_of(client.get(link, headers=BROWSER))

    assert texts(page, ".chips .label") == ["To 1 May 2024", 'Only a"b', f"Only {SUMMIT.title}"]
    sent = fields_of(page)
    assert ("document_id", 'a"b') in sent
    assert ("document_id", SUMMIT.id) in sent
    assert ("date_to", "2024-05-01") in sent


def test_an_answer_tells_what_it_was_limited_to(client: FlaskClient) -> None:
    free = page_of(ask(client, "How long?"))
    limited = page_of(client.get(f"/ask?q=How+long&date_to=2010-01-01&document_id={SUMMIT.id}", headers=BROWSER))

    assert "Asked of 3 releases, newest 3 June 2024." in texts(free, ".foot p")[0]
    assert (
        f"newest 3 June 2024, limited to: To 1 January 2010; Only {SUMMIT.title}. Link to this question"
        in texts(limited, ".foot p")[0]
    )


@pytest.mark.parametrize(
    ("removed", "left"),
    [
        ("date_from:2024-01-01", ["To 1 May 2024", "Only a:b", f"Only {SUMMIT.title}"]),
        ("document_id:a:b", ["From 1 January 2024", "To 1 May 2024", f"Only {SUMMIT.title}"]),
        ("nothing", ["From 1 January 2024", "To 1 May 2024", "Only a:b", f"Only {SUMMIT.title}"]),
    ],
)
def test_a_chip_takes_its_limit_off_and_nothing_else(client: FlaskClient, removed: str, left: list[str]) -> None:
    limits = {"date_from": "2024-01-01", "date_to": "2024-05-01", "document_id": ["a:b", SUMMIT.id]}
    history = {"history_question": "How long?", "history_answer": "30 minutes"}

    page = page_of(ask(client, "half a quest", remove=removed, **limits, **history))

    assert texts(page, ".chips .label") == left
    assert texts(page, ".question") == ["How long?"]
    assert dict(fields_of(page))["question"] == "half a quest"


def test_the_empty_page_takes_limits_from_its_address(client: FlaskClient) -> None:
    page = page_of(client.get(f"/?document_id={SUMMIT.id}&date_from=2005-01-01&utm=x", headers=BROWSER))

    assert texts(page, ".chips .label") == ["From 1 January 2005", f"Only {SUMMIT.title}"]
    page_of(client.get("/?date_from=yesterday", headers=BROWSER), 422)


def test_a_link_says_when_another_snapshot_answers_now(client: FlaskClient) -> None:
    same = page_of(client.get(f"/ask?q=How+long&snapshot={INFO.version}", headers=BROWSER))
    other = page_of(client.get("/ask?q=How+long&snapshot=20230101T000000-xyz", headers=BROWSER))
    nonsense = page_of(client.get("/ask?q=How+long&snapshot=<b>", headers=BROWSER))

    assert same.css(".notice") == nonsense.css(".notice") == []
    assert texts(other, ".notice") == [
        "This link was made when snapshot 20230101T000000-xyz answered. The one in service now is "
        f"{INFO.version}, so the answer may be another."
    ]


def test_the_whole_paragraph_unfolds_where_not_all_of_it_is_shown(client: FlaskClient, engine: FakeEngine) -> None:
    short = page_of(ask(client, "How long?"))
    engine.paragraph_around = ("Before. " * 30, " After." * 30)

    long = page_of(ask(client, "How long?"))

    assert short.css(".paragraph") == []
    [paragraph] = texts(long, ".paragraph > p")
    assert paragraph.startswith("Before. Before.")
    assert paragraph.endswith("After. After.")
    assert texts(long, ".paragraph mark") == ["approximately 30 minutes"]


def test_an_answer_can_be_copied_with_its_source_in_three_forms(client: FlaskClient) -> None:
    page = page_of(ask(client, "What did the bridge cost?"))

    assert texts(page, ".copy .form strong") == ["Text", "Markdown", "BibTeX"]
    text, markdown, bibtex = (node.text() for node in page.css(".copy pre"))
    address = page.css(".chip")[0].attributes["href"]
    assert text == (
        "12.5 million euros\n\n“The bridge cost 12.5 million euros.”\n"
        f"New bridge over the Saône, 3 June 2024\nhttp://localhost{address}"
    )
    assert markdown.startswith("**12.5 million euros**\n\n> The bridge cost 12.5 million euros.\n>\n> [New bridge")
    assert bibtex.startswith("@misc{ber-br-cke-50,\n  title = {{New bridge over the Saône}},\n  year = {2024},")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"question": "  "}, "Question: String should have at least 1 character."),
        (
            {"question": "x", "date_from": "2005-02-01", "date_to": "2005-01-01"},
            "To: Should not be before the start date.",
        ),
        ({"question": "refuse"}, "Question: the question can't be read: write it in words."),
    ],
)
def test_a_mistake_is_shown_in_the_thread_and_loses_nothing(
    client: FlaskClient, fields: dict[str, str], says: str
) -> None:
    history = {"history_question": "How long?", "history_answer": "30 minutes"}

    page = page_of(client.post("/ask", data={**fields, **history}, headers=BROWSER), 422)

    assert texts(page, ".turn-failed .failure") == [says]
    assert texts(page, ".turn-earlier .question") == ["How long?"]
    sent = dict(fields_of(page))
    assert sent == {"date_from": "", "date_to": "", **fields, **history}


def test_without_a_snapshot_the_thread_and_the_question_are_kept(client: FlaskClient, live: FakeLive) -> None:
    live.stop()

    limits = {"date_from": "2005-02-30", "document_id": SUMMIT.id}
    response = ask(client, "How long?", history_question="Before?", history_answer="yes", **limits)

    page = page_of(response, 422)
    assert texts(page, "#chips .label") == ["From 2005-02-30", f"Only {SUMMIT.id}"]

    response = ask(client, "How long?", history_question="Before?", history_answer="yes", document_id=SUMMIT.id)

    page = page_of(response, 503)
    assert response.headers["Retry-After"] == "5"
    assert texts(page, "#chips .label") == [f"Only {SUMMIT.id}"]
    assert texts(page, ".turn .question") == ["Before?", "How long?"]
    assert dict(fields_of(page))["question"] == "How long?"


def test_an_unforeseen_error_keeps_the_thread_too(client: FlaskClient) -> None:
    page = page_of(ask(client, "explode"), 500)

    assert texts(page, ".failure") == ["Something went wrong here. The server's log says what."]


def test_a_form_that_is_too_large_gets_a_page_of_its_own(client: FlaskClient) -> None:
    page = page_of(ask(client, "x" * 70_000), 413)

    assert texts(page, "main p") == ["A body may have up to 65,536 bytes.", "Back to the questions · All releases"]


def test_halves_of_turns_are_refused(client: FlaskClient) -> None:
    page = page_of(ask(client, "How long?", history_question=["a", "b"], history_answer=["c"]), 422)

    assert texts(page, ".failure") == ["history_answer: Each history_question needs one, empty when it was refused."]


def test_an_ask_page_opened_without_a_question_is_the_empty_chat(client: FlaskClient) -> None:
    response = client.get("/ask", headers=BROWSER)

    assert (response.status_code, response.headers["Location"]) == (303, "/")


def test_markup_in_releases_and_questions_stays_text(client: FlaskClient) -> None:
    question = '"><script>alert("password")</script>'
    page = page_of(ask(client, question, history_question="<b>q</b>", history_answer="<i>a</i>"))

    assert texts(page, ".question") == ["<b>q</b>", question]
    assert texts(page, ".quote mark") == ["<img src=x onerror=alert(2)>"]
    assert texts(page, ".source cite") == [HOSTILE.title]
    assert [node.attributes.get("src") for node in page.css("script")] == ["/static/chat.js"]
    assert page.css("main img, main b, main i, [onerror], [onmouseover], style") == []


def _grouped(page: LexborHTMLParser) -> dict[str, list[str]]:
    """Return the page's hidden history as form fields."""
    names = ("history_question", "history_answer")
    return {name: [value for given, value in fields_of(page) if given == name] for name in names}


def test_what_travels_with_an_answer_is_shown_beside_it(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = FakeEngine.ask

    def ask_with_details(self: FakeEngine, *args: Any, **kwargs: Any) -> Reply:
        reply = ask(self, *args, **kwargs)
        details = replace(
            reply.answers[0],
            value=Value(ValueKind.MONEY, "16700000 JPY", "about"),
            items=(Slice("tea", 0, 3), Slice("<b>", 4, 7)),
            polarity=Polarity.NO,
            speaker=Slice("Senator Dorgan", 0, 14),
        )
        return replace(reply, answers=(details,))

    monkeypatch.setattr(FakeEngine, "ask", ask_with_details)

    page = client.get("/ask?q=How+long+did+it+last%3F", headers={"Accept": "text/html"}).get_data(as_text=True)

    for shown in [
        "about 16,700,000 JPY",
        "2 items found",
        '<li dir="auto">&lt;b&gt;</li>',
        "The release denies this",
        "— Senator Dorgan",
    ]:
        assert shown in page
