"""The page under strain: reloaded, without storage, slow, long, zoomed in, in other scripts, of a changed release."""

import pytest
from playwright.sync_api import Page, expect
from web_browsing import NARROW, ask
from web_fakes import SUMMIT

pytestmark = pytest.mark.browser

ANSWER = "approximately 30 minutes"
NO_STORAGE = """
    for (const name of ["localStorage", "sessionStorage"]) {
      Object.defineProperty(window, name, { get() { throw new DOMException("off", "SecurityError"); } });
    }
"""
IMPATIENT = "AbortSignal.timeout = (wait => _ms => wait(100))(AbortSignal.timeout.bind(AbortSignal));"


def test_follow_ups_of_a_link_survive_a_reload_and_a_way_back(tab: Page, address: str) -> None:
    tab.goto(f"{address}/ask?q=How+long+did+it+last%3F")
    ask(tab, "And why?")
    expect(tab.locator(".interpreted")).to_have_count(1)

    tab.reload()

    expect(tab.locator(".turn .question")).to_have_text(["How long did it last?", "And why?"])
    expect(tab.locator("#latest")).to_have_count(1)
    tab.goto(f"{address}/documents")
    tab.go_back()
    expect(tab.locator(".turn .question")).to_have_text(["How long did it last?", "And why?"])
    ask(tab, "And where?")
    expect(tab.locator(".interpreted").last).to_have_text("And where? (And why?)")


def test_limits_survive_a_reload_and_a_way_back_and_end_with_the_conversation(tab: Page, address: str) -> None:
    tab.get_by_text("Limit the releases").click()
    tab.get_by_label("From").fill("2005-01-01")
    ask(tab, "How long did it last?")
    expect(tab.locator(".answer")).to_have_text(ANSWER)

    for come_back in (tab.reload, lambda: (tab.goto(f"{address}/documents"), tab.go_back())):
        come_back()
        expect(tab.locator("#chips li")).to_have_text(["Remove: From 1 January 2005"])
        expect(tab.locator("[name=date_from]")).to_have_value("2005-01-01")

    tab.get_by_role("link", name="Start over").click()
    expect(tab.locator("#chips li")).to_have_count(0)


def test_another_link_shows_its_own_question_alone(tab: Page, address: str) -> None:
    tab.goto(f"{address}/ask?q=How+long+did+it+last%3F")
    ask(tab, "And why?")
    expect(tab.locator(".interpreted")).to_have_count(1)

    tab.goto(f"{address}/ask?q=How+many+countries%3F")

    expect(tab.locator(".turn .question")).to_have_text(["How many countries?"])


def test_a_browser_that_keeps_nothing_can_ask_and_start_over(tab: Page) -> None:
    tab.add_init_script(NO_STORAGE)
    tab.reload()

    ask(tab, "How long did it last?")

    expect(tab.locator(".answer")).to_have_text(ANSWER)
    tab.get_by_role("link", name="Start over").click()
    expect(tab.locator(".turn")).to_have_count(0)
    expect(tab.get_by_label("Your question")).to_be_focused()


def test_of_hundreds_of_turns_the_last_are_kept(tab: Page) -> None:
    ask(tab, "How long did it last?")
    expect(tab.locator(".answer")).to_have_count(1)
    tab.evaluate("""() => {
      const [turn] = document.querySelectorAll(".turn");
      for (let n = 1; n <= 400; n += 1) {
        const more = turn.cloneNode(true);
        more.querySelector(".question").textContent = `Question ${n} ${"x".repeat(20000)}`;
        turn.parentElement.append(more);
      }
    }""")

    tab.reload()

    expect(tab.locator(".turn")).to_have_count(100)
    expect(tab.locator(".turn .question").last).to_contain_text("Question 400 ")


def test_a_server_that_is_too_slow_is_told_and_what_is_typed_meanwhile_stays(page: Page, address: str) -> None:
    page.add_init_script(IMPATIENT)
    page.goto(address)
    page.route("**/ask", lambda route: None)  # never answered

    page.get_by_label("Your question").fill("How long did it last?")
    page.evaluate("""() => {
      document.getElementById("ask").requestSubmit();
      document.getElementById("question").value = "And why?";
    }""")

    expect(page.get_by_role("alert")).to_have_text("The server took too long. Try again in a moment.")
    expect(page.get_by_label("Your question")).to_have_value("And why?")


@pytest.mark.parametrize("earlier", [[], ["How many countries?"]])
def test_a_question_that_was_not_answered_yet_is_there_to_be_asked_after_a_reload(
    page: Page, address: str, earlier: list[str]
) -> None:
    page.goto(address)
    for question in earlier:
        ask(page, question)
        expect(page.locator(".answer").first).to_be_visible()
    page.route("**/ask", lambda route: None, times=1)  # never answered
    ask(page, "How long did it last?")
    expect(page.locator(".waiting")).to_have_count(1)

    page.reload()

    expect(page.locator(".turn .question")).to_have_text(earlier)
    expect(page.get_by_label("Your question")).to_have_value("How long did it last?")
    page.get_by_label("Your question").press("Enter")
    expect(page.locator("#latest .answer")).to_have_text(ANSWER)


def test_a_question_that_would_fill_the_window_makes_room_for_its_answer(tab: Page) -> None:
    tab.set_viewport_size({"width": 375, "height": 700})

    ask(tab, "How long " + "very " * 395 + "long?")

    expect(tab.locator(".said .answer")).to_be_in_viewport(ratio=1)


def test_a_long_address_in_an_answer_does_not_widen_a_timeline(tab: Page, address: str) -> None:
    tab.set_viewport_size({"width": 320, "height": 600})
    tab.goto(f"{address}/timeline?q=How+many+countries?")

    tab.locator(".entries .quote").first.evaluate("quote => quote.append('https://example.org/' + 'a'.repeat(300))")

    assert tab.evaluate("document.documentElement.scrollWidth") == 320


def test_a_year_has_four_digits(tab: Page) -> None:
    tab.get_by_text("Limit the releases").click()
    tab.get_by_label("From").focus()

    tab.keyboard.type("010120245")

    expect(tab.get_by_label("From")).not_to_have_value("20245-01-01")


def test_a_date_typed_in_part_is_told_also_when_the_limits_are_folded(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_text("Limit the releases").click()
    page.get_by_label("From").focus()
    page.keyboard.type("05")
    page.get_by_text("Limit the releases").click()

    ask(page, "How long did it last?")

    expect(page.get_by_label("From")).to_be_focused()
    page.keyboard.press("Backspace")
    page.get_by_label("Your question").press("Enter")
    expect(page.locator(".answer")).to_have_text(ANSWER)


def test_in_a_window_zoomed_in_the_form_does_not_cover_the_answer(tab: Page) -> None:
    tab.set_viewport_size({"width": 320, "height": 256})  # 1280 by 1024 at 400 %

    ask(tab, "How long did it last?")

    expect(tab.locator(".answer")).to_have_count(1)
    tab.locator(".quote mark").scroll_into_view_if_needed()
    expect(tab.locator(".quote mark")).to_be_in_viewport(ratio=1)
    expect(tab.get_by_role("button", name="Ask")).not_to_be_in_viewport()


@pytest.mark.parametrize(("question", "direction"), [("كم استغرق الاجتماع long؟", "rtl"), ("会談は何分 long？", "ltr")])
def test_a_question_is_written_in_the_direction_of_its_script(tab: Page, question: str, direction: str) -> None:
    ask(tab, question)

    expect(tab.locator(".answer")).to_have_text(ANSWER)
    shown = tab.locator(".turn .question")
    expect(shown).to_have_text(question)
    assert shown.evaluate("heading => getComputedStyle(heading).direction") == direction
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_release_that_changed_since_the_answer_says_so_and_marks_nothing(tab: Page) -> None:
    tab.set_viewport_size(NARROW)
    ask(tab, "How long did it last?")
    link = tab.get_by_role("link", name=SUMMIT.title)
    link.evaluate("link => { link.href = link.href.replace(/quote=[0-9a-f]{8}/, 'quote=00000000'); }")

    link.click()

    expect(tab.locator(".notice")).to_contain_text("This release has changed since that answer was given")
    expect(tab.locator("mark, .anchor")).to_have_count(0)


def test_the_empty_page_opens_at_its_beginning_with_the_question_ready(tab: Page) -> None:
    tab.set_viewport_size({"width": 375, "height": 420})
    tab.reload()

    expect(tab.get_by_label("Your question")).to_be_focused()
    assert tab.evaluate("scrollY") == 0
