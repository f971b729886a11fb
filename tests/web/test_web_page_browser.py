"""Citations, limits, copies, history and feedback of the chat page in a real Chromium."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from web_browsing import NARROW, ask
from web_fakes import BRIDGE, HOSTILE, INFO, SUMMIT

from qa_service.serialization import document_url

pytestmark = pytest.mark.browser

ANSWER = "approximately 30 minutes"
WIDE = {"width": 1440, "height": 900}


@pytest.fixture
def wide_tab(tab: Page) -> Iterator[Page]:
    tab.set_viewport_size(WIDE)  # type: ignore[arg-type]
    return tab


# Citations


def test_a_citation_opens_the_release_beside_the_thread_at_its_words(wide_tab: Page) -> None:
    wide_tab.set_viewport_size({"width": 1440, "height": 420})
    ask(wide_tab, "How long did it last?")

    wide_tab.get_by_role("link", name=SUMMIT.title).click()

    beside = wide_tab.get_by_role("complementary", name="Release")
    expect(beside.locator("mark.words")).to_have_text(ANSWER)
    expect(beside.locator("mark.words")).to_be_in_viewport(ratio=1)
    expect(wide_tab.get_by_role("link", name=SUMMIT.title)).to_be_in_viewport()
    expect(beside).to_be_focused()
    assert urlsplit(wide_tab.url).path == "/"


def test_another_citation_takes_the_place_of_the_first_and_closing_gives_the_focus_back(wide_tab: Page) -> None:
    ask(wide_tab, "How many countries?")
    wide_tab.get_by_role("link", name="Citation 1").click()
    beside = wide_tab.get_by_role("complementary", name="Release")
    expect(beside.locator("mark.words")).to_have_text("about 50 countries")

    wide_tab.get_by_role("link", name="Citation 2").click()

    expect(beside.locator("mark.words")).to_have_text("About 50 countries")
    expect(beside.get_by_role("heading", level=1)).to_have_text(BRIDGE.title)
    beside.get_by_role("button", name="Close").click()
    expect(beside).to_have_count(0)
    expect(wide_tab.get_by_role("link", name="Citation 2")).to_be_focused()


def test_back_closes_the_release_beside_the_thread_and_closing_it_leaves_nothing_to_go_back_to(wide_tab: Page) -> None:
    wide_tab.goto(wide_tab.url + "documents")
    wide_tab.get_by_role("link", name="Ask", exact=True).click()
    ask(wide_tab, "How many countries?")
    beside = wide_tab.get_by_role("complementary", name="Release")
    for number in (1, 2):
        wide_tab.get_by_role("link", name=f"Citation {number}").click()
    expect(beside).to_be_visible()

    wide_tab.go_back()

    expect(beside).to_have_count(0)
    expect(wide_tab.locator(".answer").first).to_be_visible()
    expect(wide_tab.get_by_role("link", name="Citation 2")).to_be_focused()
    wide_tab.get_by_role("link", name="Citation 1").click()
    beside.get_by_role("button", name="Close").click()
    expect(beside).to_have_count(0)
    wide_tab.go_back()
    expect(wide_tab).to_have_url(re.compile("/documents$"))


def test_after_a_reload_back_leaves_the_page_whose_release_was_open(wide_tab: Page) -> None:
    wide_tab.goto(wide_tab.url + "documents")
    wide_tab.get_by_role("link", name="Ask", exact=True).click()
    ask(wide_tab, "How many countries?")
    wide_tab.get_by_role("link", name="Citation 1").click()
    expect(wide_tab.locator("#beside mark.words")).to_be_visible()

    wide_tab.reload()

    expect(wide_tab.locator("#beside")).to_be_hidden()
    wide_tab.evaluate("""() => new Promise(done => {
        if (history.state === null) done();
        addEventListener("popstate", done);
    })""")
    wide_tab.go_back()
    expect(wide_tab).to_have_url(re.compile("/documents$"))


def test_a_citation_clicked_as_soon_as_the_release_was_closed_opens_and_back_closes_it(wide_tab: Page) -> None:
    ask(wide_tab, "How many countries?")
    wide_tab.get_by_role("link", name="Citation 1").click()
    beside = wide_tab.locator("#beside")
    expect(beside.locator("mark.words")).to_have_text("about 50 countries")

    wide_tab.evaluate("""() => {
        const gone = new Promise(done => addEventListener("popstate", () => setTimeout(done), { once: true }));
        document.querySelector("#beside button").click();
        document.querySelectorAll(".refs a")[1].click();
        return gone;
    }""")

    expect(beside.locator("mark.words")).to_have_text("About 50 countries")
    wide_tab.go_back()
    expect(beside).to_be_hidden()
    expect(wide_tab.locator(".answer").first).to_be_visible()


def test_printing_leaves_the_release_open_beside_the_thread(wide_tab: Page) -> None:
    ask(wide_tab, "How many countries?")
    wide_tab.get_by_role("link", name="Citation 1").click()
    expect(wide_tab.locator("#beside mark.words")).to_be_visible()

    wide_tab.pdf(format="A4")

    expect(wide_tab.locator("#beside mark.words")).to_be_visible()


def test_the_nearest_passages_of_a_refusal_open_beside_the_thread_too(wide_tab: Page) -> None:
    ask(wide_tab, "Who won the match?")

    wide_tab.locator(".nearest a").last.click()

    expect(wide_tab.locator("#beside .release")).to_contain_text("Leaders of about 50 countries")


def test_a_release_that_can_not_be_had_is_told_beside_the_thread(page: Page, address: str) -> None:
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    page.goto(address)
    ask(page, "How long did it last?")
    page.route("**/documents/**", lambda route: route.abort())

    page.get_by_role("link", name="Citation 1").click()

    expect(page.locator("#beside")).to_contain_text("The server could not be reached.")
    expect(page.locator("#beside").get_by_role("link", name="Open as a page")).to_be_visible()


def test_markup_of_a_release_is_inert_beside_the_thread(wide_tab: Page) -> None:
    ask(wide_tab, "What is the password?")

    wide_tab.get_by_role("link", name="Citation 1").hover()
    wide_tab.get_by_role("link", name="Citation 1").click()

    expect(wide_tab.locator("#beside mark.words")).to_have_text("<img src=x onerror=alert(2)>")
    assert wide_tab.locator("#beside .release").evaluate("article => article.textContent") == HOSTILE.text
    assert wide_tab.locator("main img, aside img, aside script, aside b, aside style").count() == 0


def test_pointing_at_a_number_or_focusing_it_shows_its_quote(wide_tab: Page) -> None:
    ask(wide_tab, "How many countries?")
    number, tip = wide_tab.get_by_role("link", name="Citation 2"), wide_tab.locator(".tip").nth(1)
    expect(tip).to_be_hidden()

    number.hover()
    expect(tip).to_contain_text("About 50 countries sent flowers.")
    expect(tip).to_contain_text("New bridge over the Saône, 3 June 2024")
    tip.hover()
    expect(tip).to_be_visible()
    wide_tab.mouse.move(2, 2)
    expect(tip).to_be_hidden()

    number.focus()
    expect(tip).to_be_visible()
    expect(number).to_have_accessible_description(re.compile("About 50 countries sent flowers"))
    wide_tab.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    expect(number).to_be_focused()


@pytest.mark.parametrize("width", [320, 900, 1440])
def test_a_quote_that_is_shown_stays_inside_the_window(tab: Page, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 700})
    ask(tab, "How many countries?")

    tab.get_by_role("link", name="Citation 2").focus()

    box = tab.locator(".tip").nth(1).bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


def test_the_original_is_linked_at_the_quote_only_where_it_is_on_the_web(tab: Page) -> None:
    ask(tab, "How long did it last?")
    original = tab.get_by_role("link", name="Original at these words")
    expect(original).to_have_attribute(
        "href", re.compile(r"^https://releases\.example/2005/summit\.html#:~:text=The%20meeting%20took%20place%20in")
    )

    ask(tab, "What is the password?")

    expect(tab.locator(".turn")).to_have_count(2)
    expect(tab.locator("#latest").get_by_role("link", name="Original at these words")).to_have_count(0)


def test_a_text_fragment_as_written_here_finds_its_words_in_chromium(tab: Page, address: str) -> None:
    from qa_service.web.citing import original_url

    words = "The bridge cost 12.5 million euros. Mayor Céline Roux opened it on 3 June 2024 – in the rain 🌧."
    tab.set_viewport_size({"width": 320, "height": 120})

    tab.goto(original_url(address + document_url(BRIDGE.id), words) or "")

    expect(tab.get_by_text("The bridge cost")).to_be_in_viewport()
    assert tab.evaluate("scrollY") > 0


# Limits


def test_dates_become_chips_that_take_them_off_again(tab: Page) -> None:
    tab.get_by_text("Limit the releases").click()
    tab.get_by_label("From").fill("2024-01-01")
    tab.get_by_label("To", exact=True).fill("2024-12-31")
    chips = tab.get_by_role("list", name="Limits that are set").get_by_role("button")
    expect(chips).to_have_text(["Remove: From 1 January 2024", "Remove: To 31 December 2024"])
    ask(tab, "How long did it last?")
    expect(tab.locator(".card")).to_contain_text("No release within the limits you set answers it.")

    chips.first.click()

    expect(chips).to_have_text(["Remove: To 31 December 2024"])
    expect(tab.get_by_label("From")).to_have_value("")
    ask(tab, "How long did it last?")
    expect(tab.locator(".answer")).to_have_text(ANSWER)


def test_a_release_beside_the_thread_can_be_made_the_only_one_asked(wide_tab: Page) -> None:
    ask(wide_tab, "How many countries?")
    wide_tab.get_by_role("link", name="Citation 2").click()

    wide_tab.get_by_role("link", name="Ask only this release").click()

    chip = wide_tab.get_by_role("button", name=f"Remove: Only {BRIDGE.title}")
    expect(chip).to_be_visible()
    ask(wide_tab, "How many countries?")
    expect(wide_tab.locator("#latest .source").first).to_contain_text(BRIDGE.title)
    chip.click()
    expect(wide_tab.locator("#chips li")).to_have_count(0)


def test_releases_ticked_in_the_list_are_the_only_ones_asked(tab: Page, address: str) -> None:
    tab.goto(f"{address}/documents")
    expect(tab.get_by_role("button", name="Ask only those ticked")).to_be_hidden()
    tab.get_by_label(f"Tick {SUMMIT.title}").check()

    tab.get_by_role("button", name="Ask only those ticked").click()

    expect(tab.locator("#chips .label")).to_have_text([f"Only {SUMMIT.title}"])
    ask(tab, "What did the bridge cost?")
    expect(tab.locator(".card")).to_contain_text("No release within the limits you set answers it.")


def test_limits_that_an_address_names_win_over_those_kept_and_the_conversation_stays(tab: Page, address: str) -> None:
    tab.get_by_text("Limit the releases").click()
    tab.get_by_label("To", exact=True).fill("2025-12-31")
    ask(tab, "How long did it last?")
    expect(tab.locator(".answer")).to_have_text(ANSWER)

    tab.goto(f"{address}/?document_id={SUMMIT.id}&date_from=2005-01-01")

    expect(tab.locator("#chips .label")).to_have_text(["From 1 January 2005", f"Only {SUMMIT.title}"])
    expect(tab.get_by_label("To", exact=True)).to_have_value("")
    expect(tab.locator(".turn .question")).to_have_text(["How long did it last?"])
    tab.get_by_role("button", name="Remove: From").click()
    tab.reload()
    expect(tab.locator("#chips .label")).to_have_text([f"Only {SUMMIT.title}"])
    tab.goto(address)
    expect(tab.locator("#chips .label")).to_have_text([f"Only {SUMMIT.title}"])


def test_without_javascript_a_chip_takes_its_limit_off_and_keeps_the_conversation(
    plain_tab: Page, address: str
) -> None:
    plain_tab.goto(f"{address}/?document_id={SUMMIT.id}&date_to=2024-01-01")
    ask(plain_tab, "How long did it last?")
    expect(plain_tab.locator("#chips .label")).to_have_text(["To 1 January 2024", f"Only {SUMMIT.title}"])

    plain_tab.get_by_role("button", name="Remove: To").click()

    expect(plain_tab.locator("#chips .label")).to_have_text([f"Only {SUMMIT.title}"])
    expect(plain_tab.locator(".turn .question")).to_have_text(["How long did it last?"])
    plain_tab.get_by_label("Your question").fill("And why?")
    plain_tab.keyboard.press("Enter")  # asks: no chip is the form's first button
    expect(plain_tab.locator(".interpreted")).to_have_text("And why? (How long did it last?)")


# Links, history, copies


def test_a_link_replays_question_and_limits_and_names_the_snapshot(tab: Page) -> None:
    tab.get_by_text("Limit the releases").click()
    tab.get_by_label("To", exact=True).fill("2024-12-31")
    ask(tab, "How long did it last?")
    link = tab.get_by_role("link", name="Link to this question").get_attribute("href") or ""
    assert parse_qs(urlsplit(link).query) == {
        "q": ["How long did it last?"],
        "date_to": ["2024-12-31"],
        "snapshot": [INFO.version],
    }

    tab.get_by_role("link", name="Link to this question").click()

    expect(tab.locator(".answer")).to_have_text(ANSWER)
    expect(tab.locator("#chips .label")).to_have_text(["To 31 December 2024"])
    expect(tab.locator(".notice")).to_have_count(0)
    tab.goto(tab.url.replace(INFO.version, "000001-20200101T000000Z"))
    expect(tab.locator(".notice")).to_contain_text("This link was made when snapshot 000001-20200101T000000Z answered.")


def test_a_link_to_an_own_question_leaves_the_conversation_as_it_was(tab: Page, address: str) -> None:
    ask(tab, "How long did it last?")
    expect(tab.locator(".answer")).to_have_text(ANSWER)
    ask(tab, "And why?")
    tab.locator("#latest").get_by_role("link", name="Link to this question").click()
    expect(tab.locator(".turn .question")).to_have_text(["And why? (How long did it last?)"])

    tab.goto(address)

    expect(tab.locator(".turn .question")).to_have_text(["How long did it last?", "And why?"])


def test_from_a_question_of_a_link_a_release_leads_back_to_it(tab: Page, address: str) -> None:
    tab.set_viewport_size(NARROW)
    tab.goto(f"{address}/ask?q=How+long+did+it+last%3F")
    tab.get_by_role("link", name=SUMMIT.title).click()

    tab.get_by_role("link", name="Back to the questions").click()

    expect(tab.locator(".answer")).to_have_text(ANSWER)
    tab.get_by_role("link", name="Start over").click()
    expect(tab.locator(".turn")).to_have_count(0)


def test_a_question_asked_again_of_another_snapshot_is_listed_once(tab: Page, address: str) -> None:
    ask(tab, "How long did it last?")
    expect(tab.locator(".answer")).to_have_text(ANSWER)
    tab.evaluate(
        """old => localStorage.setItem("past", localStorage.getItem("past").replaceAll(old, "000001-old"))""",
        INFO.version,
    )

    ask(tab, "How long did it last?")

    expect(tab.locator(".answer")).to_have_count(2)
    addresses = tab.evaluate("JSON.parse(localStorage.getItem('past')).map(entry => entry.address)")
    assert [parse_qs(urlsplit(one).query)["snapshot"] for one in addresses] == [[INFO.version]]


def test_questions_are_kept_in_the_browser_until_they_are_cleared(tab: Page, address: str) -> None:
    expect(tab.get_by_role("heading", name="Asked before")).to_be_hidden()
    ask(tab, "How long did it last?")
    expect(tab.locator(".answer")).to_have_count(1)
    ask(tab, "Who won?")
    expect(tab.get_by_role("heading", name="Not in these releases")).to_be_visible()
    tab.get_by_role("link", name="Start over").click()

    past = tab.get_by_role("region", name="Asked before")
    expect(past.get_by_role("listitem")).to_have_text(
        ["Who won?Not in these releases", f"How long did it last?{ANSWER}"]
    )
    past.get_by_role("link", name="How long did it last?").click()
    expect(tab.locator("html.js .answer")).to_have_text(ANSWER)

    tab.goto(address)
    tab.get_by_role("link", name="Start over").click()
    expect(past.get_by_role("listitem")).to_have_count(2)
    past.get_by_role("button", name="Clear").click()
    expect(past).to_be_hidden()
    tab.reload()
    expect(past).to_be_hidden()


def test_an_answer_is_copied_with_its_source(tab: Page, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(tab, "What did the bridge cost?")
    tab.get_by_text("Copy with its source").click()

    tab.get_by_role("button", name="Copy as Markdown").click()

    expect(tab.get_by_role("button", name="Copied as Markdown")).to_be_visible()
    copied = tab.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("**12.5 million euros**\n\n> The bridge cost 12.5 million euros.\n>\n> [New bridge over")


def test_a_paragraph_that_is_shown_in_part_unfolds_in_place(tab: Page) -> None:
    ask(tab, "How long is the wide paragraph?")
    expect(tab.locator(".glance")).to_be_visible()

    tab.get_by_text("Show the whole paragraph").click()

    expect(tab.locator(".paragraph > p")).to_contain_text(re.compile(r"^Before\..*After\.$", re.DOTALL))
    expect(tab.locator(".paragraph mark")).to_have_text(ANSWER)
    expect(tab.locator(".glance")).to_be_hidden()
    tab.get_by_text("Show less").click()
    expect(tab.locator(".glance")).to_be_visible()


# Feedback


def test_a_thumb_is_sent_at_once_and_a_comment_can_follow(tab: Page) -> None:
    ask(tab, "How long did it last?")

    with tab.expect_response("**/feedback") as first:
        tab.get_by_role("button", name="No").click()
    expect(tab.get_by_role("status")).to_have_text("Thank you.")
    expect(tab.get_by_role("button", name="No")).to_have_attribute("aria-pressed", "true")
    tab.get_by_text("Add a comment").click()
    tab.get_by_label("What should be known about it?").fill("It was 40 minutes.")
    with tab.expect_response("**/feedback") as second:
        tab.get_by_role("button", name="Send the comment").click()

    expect(tab.get_by_role("status")).to_have_text("Thank you for the comment.")
    sent = parse_qs(second.value.request.post_data or "")
    assert (first.value.status, second.value.status) == (201, 201)
    assert first.value.json() == second.value.json()
    assert (sent["verdict"], sent["comment"]) == (["down"], ["It was 40 minutes."])


def test_feedback_that_can_not_be_sent_is_told(page: Page, address: str) -> None:
    page.goto(address)
    ask(page, "How long did it last?")
    page.route("**/feedback", lambda route: route.abort())

    page.get_by_role("button", name="Yes").click()

    expect(page.get_by_role("status")).to_have_text("This could not be sent. Try again in a moment.")


def test_feedback_on_words_that_are_gone_by_now_is_told_in_words(page: Page, address: str) -> None:
    page.goto(address)
    ask(page, "How long did it last?")
    page.locator("[name=quote]").evaluate("field => { field.value = 'What a former snapshot held.'; }")

    page.get_by_role("button", name="Yes").click()

    expect(page.get_by_role("status")).to_have_text("The release has changed since, so this was not kept.")


def test_without_javascript_feedback_is_a_form(plain_tab: Page) -> None:
    ask(plain_tab, "How long did it last?")
    plain_tab.get_by_text("Add a comment").click()
    plain_tab.get_by_label("What should be known about it?").fill("Fine.")
    expect(plain_tab.get_by_role("button", name="Send the comment")).to_be_hidden()

    plain_tab.get_by_role("button", name="Yes").click()

    expect(plain_tab.get_by_role("heading", name="Thank you")).to_be_visible()


# Keyboard, print


def test_everything_is_reached_by_keyboard_alone(wide_tab: Page) -> None:
    keys = wide_tab.keyboard
    expect(wide_tab.get_by_label("Your question")).to_be_focused()
    keys.type("How long did it last?")
    keys.press("Enter")
    expect(wide_tab.locator(".answer")).to_have_text(ANSWER)
    citation = wide_tab.get_by_role("link", name="Citation 1")
    passed = []
    for _ in range(20):
        keys.press("Shift+Tab")
        passed.append(wide_tab.evaluate("document.activeElement.textContent.trim().slice(0, 20)"))
        if citation.evaluate("link => link === document.activeElement"):
            break
    expect(citation).to_be_focused()
    assert {"Yes", "No", "Add a comment", "Link to this questio", "Copy with its source"} <= set(passed)

    keys.press("Enter")
    expect(wide_tab.locator("#beside mark.words")).to_be_in_viewport(ratio=1)
    keys.press("Tab")
    expect(wide_tab.get_by_role("link", name="Open as a page")).to_be_focused()
    keys.press("Escape")

    expect(wide_tab.locator("#beside")).to_be_hidden()
    expect(citation).to_be_focused()


def test_print_has_the_answers_and_their_sources_and_nothing_to_press(wide_tab: Page) -> None:
    ask(wide_tab, "How long did it last?")
    expect(wide_tab.locator(".answer")).to_be_visible()
    wide_tab.emulate_media(media="print")

    expect(wide_tab.locator(".answer")).to_be_visible()
    expect(wide_tab.locator(".source")).to_be_visible()
    expect(wide_tab.get_by_role("button")).to_have_count(0)
    expect(wide_tab.get_by_role("textbox")).to_have_count(0)


def test_on_a_narrow_screen_a_citation_is_a_page(tab: Page) -> None:
    tab.set_viewport_size(NARROW)
    ask(tab, "How long did it last?")

    tab.get_by_role("link", name="Citation 1").click()

    expect(tab).to_have_url(re.compile(r"/documents/2005-05-10-japan-russia\.txt\?start="))
    expect(tab.locator("mark.words")).to_be_in_viewport(ratio=1)
