"""The page in a real Chromium, with and without JavaScript."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from web_browsing import NARROW, ask
from web_fakes import HOSTILE, SUMMIT

pytestmark = pytest.mark.browser

ANSWER = "approximately 30 minutes"


def test_enter_asks_and_the_answer_comes_without_leaving_the_page(tab: Page) -> None:
    tab.evaluate("window.stayed = true")

    tab.get_by_label("Your question").fill("How long did it last?")
    tab.keyboard.press("Enter")

    expect(tab.locator(".answer")).to_have_text(ANSWER)
    expect(tab.locator(".quote mark")).to_have_text(ANSWER)
    expect(tab.get_by_label("Your question")).to_be_focused()
    expect(tab.get_by_label("Your question")).to_have_value("")
    assert tab.evaluate("window.stayed") is True


def test_a_second_question_is_added_and_carries_the_first(tab: Page) -> None:
    ask(tab, "How long did it last?")
    expect(tab.locator(".answer")).to_have_count(1)

    ask(tab, "And why?")

    expect(tab.locator(".turn .question")).to_have_text(["How long did it last?", "And why?"])
    expect(tab.locator(".interpreted")).to_have_text("And why? (How long did it last?)")
    expect(tab.locator("#latest")).to_have_count(1)


def test_a_follow_up_is_asked_as_typed_in_the_same_thread_and_enter_still_asks_what_is_typed(tab: Page) -> None:
    ask(tab, "How long did it last?")
    expect(tab.locator(".answer")).to_have_count(1)
    ask(tab, "And why?")
    tab.get_by_label("Your question").fill("Half typed")

    tab.get_by_role("link", name="Ask it as typed").click()

    expect(tab.locator(".turn .question")).to_have_text(["How long did it last?", "And why?", "And why?"])
    expect(tab.locator("#latest .interpreted")).to_have_count(0)
    expect(tab.get_by_label("Your question")).to_have_value("Half typed")
    tab.get_by_label("Your question").press("Enter")
    expect(tab.locator("#latest .question")).to_have_text("Half typed")


def test_an_older_question_is_asked_again_alone_as_its_link_says_whatever_was_asked_since(tab: Page) -> None:
    tab.get_by_text("Limit the releases").click()
    tab.get_by_label("To", exact=True).fill("2005-12-31")
    ask(tab, "How long did it last?")
    expect(tab.locator(".answer")).to_have_count(1)
    ask(tab, "And the latest?")
    expect(tab.locator("#latest .interpreted")).to_have_text("And the latest? (How long did it last?)")
    tab.get_by_label("To", exact=True).fill("")
    ask(tab, "What did the bridge cost?")
    expect(tab.locator("#latest .question")).to_have_text("What did the bridge cost?")

    tab.get_by_role("link", name="Ask without").click()

    expect(tab.locator("#latest .question")).to_have_text("And the latest? (How long did it last?)")
    expect(tab.locator("#latest .interpreted")).to_have_count(0)
    expect(tab.locator("#latest .understood-dates")).to_have_count(0)
    expect(tab.locator("#latest .foot")).to_contain_text("limited to: To 31 December 2005")
    expect(tab.locator("#chips li")).to_have_count(0)
    expect(tab.locator(".turn")).to_have_count(4)
    tab.get_by_role("link", name="Ask it as typed").click()
    expect(tab.locator(".turn")).to_have_count(5)
    expect(tab.locator("#latest .question")).to_have_text("And the latest?")
    expect(tab.locator("#latest .interpreted")).to_have_count(0)


def test_a_citation_opens_the_release_at_the_marked_words(tab: Page) -> None:
    tab.set_viewport_size(NARROW)
    ask(tab, "How long did it last?")

    tab.get_by_role("link", name=SUMMIT.title).click()

    expect(tab.locator("mark.words")).to_have_text(ANSWER)
    expect(tab.locator("mark.quote")).to_contain_text("The meeting took place in a reception room")
    assert urlsplit(tab.url).fragment == "p3"
    expect(tab.locator("mark.words")).to_be_in_viewport(ratio=1)


def test_words_far_below_the_beginning_of_their_passage_are_brought_into_view(tab: Page, address: str) -> None:
    at = SUMMIT.text.index(ANSWER)
    tab.set_viewport_size({"width": 320, "height": 180})

    tab.goto(f"{address}/documents/{SUMMIT.id}?start={at}&end={at + 40}&answer_start={at}&answer_end={at + 24}#p3")

    expect(tab.locator("mark.words")).to_be_in_viewport(ratio=1)


def test_back_from_a_release_the_conversation_is_still_there(tab: Page) -> None:
    tab.set_viewport_size(NARROW)
    ask(tab, "How long did it last?")
    tab.get_by_role("link", name=SUMMIT.title).click()

    tab.get_by_role("link", name="Back to the questions").click()

    expect(tab.locator(".answer")).to_have_text(ANSWER)
    ask(tab, "And why?")
    expect(tab.locator(".interpreted")).to_have_text("And why? (How long did it last?)")


def test_starting_over_forgets_a_conversation_that_was_kept(tab: Page) -> None:
    tab.set_viewport_size(NARROW)
    ask(tab, "How long did it last?")
    tab.get_by_role("link", name=SUMMIT.title).click()
    tab.get_by_role("link", name="Back to the questions").click()
    expect(tab.locator(".answer")).to_have_count(1)

    tab.get_by_role("link", name="Start over").click()

    expect(tab.get_by_text("Try one of these")).to_be_visible()
    expect(tab.locator(".turn")).to_have_count(0)
    tab.reload()
    expect(tab.locator(".turn")).to_have_count(0)


def test_a_refusal_is_told_from_an_answer(tab: Page) -> None:
    ask(tab, "Who won the match?")

    expect(tab.get_by_role("heading", name="Not in these releases")).to_be_visible()
    expect(tab.get_by_role("heading", name="Nearest passages – not an answer")).to_be_visible()
    expect(tab.locator("mark")).to_have_count(0)


def test_while_an_answer_is_awaited_nothing_is_asked_twice(tab: Page) -> None:
    tab.route("**/ask", lambda route: None)  # never answered

    ask(tab, "How long did it last?")

    expect(tab.get_by_role("button", name="Ask")).to_be_disabled()
    expect(tab.locator(".waiting")).to_have_text("Looking through the releases …")
    tab.get_by_label("Your question").fill("Again?")
    tab.keyboard.press("Enter")
    expect(tab.locator(".turn")).to_have_count(1)


def test_a_server_that_is_away_is_told_in_the_thread_and_the_question_kept(page: Page, address: str) -> None:
    page.goto(address)
    page.route("**/ask", lambda route: route.abort())

    ask(page, "How long did it last?")

    expect(page.get_by_role("alert")).to_have_text("The server could not be reached. Try again in a moment.")
    expect(page.get_by_label("Your question")).to_have_value("How long did it last?")
    page.unroute("**/ask")
    page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_have_text(ANSWER)


def test_a_mistake_is_told_in_the_thread_and_the_conversation_goes_on(page: Page, address: str) -> None:
    page.goto(address)
    ask(page, "How long did it last?")
    expect(page.locator(".answer")).to_have_count(1)
    page.get_by_text("Limit the releases").click()
    page.get_by_label("From").fill("2005-02-01")
    page.get_by_label("To", exact=True).fill("2005-01-01")

    ask(page, "And why?")

    expect(page.locator(".failure")).to_have_text("To: Should not be before the start date.")
    page.get_by_label("From").fill("")
    page.get_by_label("To", exact=True).fill("")
    page.get_by_role("button", name="Ask").click()
    expect(page.locator(".interpreted")).to_have_text("And why? (How long did it last?)")


def test_answers_are_announced_and_every_control_has_a_name(tab: Page) -> None:
    ask(tab, "How many countries?")
    expect(tab.locator(".answer").first).to_be_visible()

    expect(tab.get_by_role("log", name="Questions and answers")).to_have_attribute("aria-live", "polite")
    unnamed = tab.locator("input:not([type=hidden]), button, a, summary").evaluate_all(
        "all => all.filter(e => !(e.labels?.length || e.textContent.trim())).map(e => e.outerHTML)"
    )
    assert unnamed == []


def test_markup_in_a_release_runs_nowhere(tab: Page, address: str) -> None:
    tab.set_viewport_size(NARROW)
    ask(tab, "What is the password?")
    expect(tab.locator(".quote mark")).to_have_text("<img src=x onerror=alert(2)>")

    tab.get_by_role("link", name=HOSTILE.title).click()

    expect(tab.locator("mark.words")).to_have_text("<img src=x onerror=alert(2)>")
    assert tab.locator("article.release").evaluate("article => article.textContent") == HOSTILE.text
    tab.get_by_role("link", name="Back to the questions").click()
    expect(tab.locator(".quote mark")).to_have_text("<img src=x onerror=alert(2)>")
    tab.goto(f"{address}/documents")
    expect(tab.get_by_text(HOSTILE.title)).to_be_visible()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/ask?q=How+many+countries",
        "/ask?q=" + "x" * 300,
        "/documents",
        "/documents/2005-05-10-japan-russia.txt",
        "/timeline?q=How+many+countries",
    ],
    ids=lambda path: path[:30],
)
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_is_wider_than_its_window(tab: Page, address: str, path: str, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 700})

    tab.goto(address + path)

    assert tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [360, 1280])
def test_bars_and_their_words_fit_side_by_side(tab: Page, address: str, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 700})

    tab.goto(address + "/timeline?q=How+many+countries+ever")

    expect(tab.locator(".bars rect")).to_have_count(6)
    tab.evaluate("""for (const [i, text] of document.querySelectorAll(".bars text").entries())
        text.textContent = i % 2 ? "approximately $4,000,00…" : "30 September 2024";""")
    boxes = [each.bounding_box() for each in tab.locator(".bars text, .bars rect").all()]
    drawing = tab.locator(".bars").bounding_box()
    assert drawing
    assert drawing["width"] > 300
    assert all(
        box and drawing["x"] - 1 <= box["x"] and box["x"] + box["width"] <= drawing["x"] + drawing["width"] + 1
        for box in boxes
    )
    dates, labels, bars = boxes[::3], boxes[1::3], boxes[2::3]
    for date, label, bar in zip(dates, labels, bars, strict=True):
        assert date
        assert label
        assert bar
        assert date["x"] + date["width"] < label["x"]
        assert date["y"] + date["height"] <= bar["y"] + 1
        assert date["height"] >= 12
    longest = bars[-1]
    assert longest
    assert longest["width"] == pytest.approx(drawing["width"], abs=1)


def test_without_javascript_asking_answering_and_citing_work_alike(plain_tab: Page) -> None:
    ask(plain_tab, "How long did it last?")
    expect(plain_tab.locator(".answer")).to_have_text(ANSWER)
    ask(plain_tab, "And why?")
    expect(plain_tab.locator(".interpreted")).to_have_text("And why? (How long did it last?)")
    expect(plain_tab.locator(".turn .question")).to_have_text(["How long did it last?", "And why?"])

    plain_tab.get_by_role("link", name=SUMMIT.title).click()

    expect(plain_tab.locator("mark.words")).to_have_text(ANSWER)
    expect(plain_tab.locator("mark.words")).to_be_in_viewport(ratio=1)


def test_without_javascript_a_refusal_and_a_mistake_are_told_alike(plain_tab: Page) -> None:
    ask(plain_tab, "Who won the match?")
    expect(plain_tab.get_by_role("heading", name="Not in these releases")).to_be_visible()
    plain_tab.get_by_text("Limit the releases").click()
    plain_tab.get_by_label("From").fill("2005-02-01")
    plain_tab.get_by_label("To", exact=True).fill("2005-01-01")

    ask(plain_tab, "How long?")

    expect(plain_tab.get_by_role("alert")).to_contain_text("To: Should not be before the start date.")
    expect(plain_tab.get_by_label("Your question")).to_have_value("How long?")
