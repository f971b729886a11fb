"""axe-core finds no violation on any page, light and dark, with everything unfolded."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from web_browsing import ask
from web_fakes import SUMMIT
from web_operator_fakes import TOKEN

pytestmark = pytest.mark.browser

AXE = Axe()
SCHEMES: list[Literal["light", "dark"]] = ["light", "dark"]
OPERATOR_SERVER = Path(__file__).with_name("web_operator_server.py")
HIGHLIGHTED = f"/documents/{SUMMIT.id}?start=100&end=160&answer_start=110&answer_end=120#p3"


@pytest.fixture(scope="module")
def operator_address() -> Iterator[str]:
    with subprocess.Popen(
        [sys.executable, OPERATOR_SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(OPERATOR_SERVER.parents[1])},
    ) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.terminate()


def check(page: Page) -> None:
    """Assert that axe finds nothing in light on a wide screen and in dark on a phone, all that folds being open."""
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
    for width, scheme in zip((1440, 390), SCHEMES, strict=True):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        found = AXE.run(page)
        assert found.violations_count == 0, f"{page.url}, {scheme}, {width} wide:\n{found.generate_report()}"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        f"/?document_id={SUMMIT.id}&date_from=2024-01-01",
        "/ask?q=How+many+countries&snapshot=000001",
        "/ask?q=Who+opened+it",
        "/ask?q=Who+won",
        "/ask?q=How+long&date_from=2024-01-01",
        "/ask?q=How+long&date_from=never",
        "/documents",
        "/documents?words=nothing",
        "/timeline?q=How+many+countries",
        "/timeline?q=Who+won",
        HIGHLIGHTED,
        "/documents/hostile/%3Cb%3Ex%3C/b%3E%0A'quoted'.html",
        "/nowhere",
        "/docs",
    ],
    ids=lambda path: path[:40],
)
def test_pages(page: Page, address: str, path: str) -> None:
    page.goto(address + path)

    check(page)


def test_a_conversation_with_all_that_can_be_shown(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(address)
    ask(page, "How many countries, in a wide paragraph?")
    expect(page.locator(".answer").first).to_be_visible()
    ask(page, "Who won?")
    expect(page.locator(".nearest-title")).to_be_visible()
    page.get_by_role("button", name="Yes").last.click()
    expect(page.get_by_role("status").last).to_have_text("Thank you.")
    page.get_by_role("link", name="Citation 1").focus()
    expect(page.locator(".tip").first).to_be_visible()
    check(page)


def test_a_release_beside_the_thread(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(address)
    ask(page, "How long did it last?")
    page.get_by_role("link", name="Citation 1").click()
    expect(page.locator("#beside mark.words")).to_be_visible()

    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        found = AXE.run(page)
        assert found.violations_count == 0, found.generate_report()


def test_earlier_questions_and_a_mistake(page: Page, address: str) -> None:
    page.goto(address)
    ask(page, "How long did it last?")
    expect(page.locator(".answer")).to_be_visible()
    page.get_by_role("link", name="Start over").click()
    expect(page.get_by_role("region", name="Asked before")).to_be_visible()
    check(page)
    page.get_by_label("From").fill("2005-02-01")
    page.get_by_label("To", exact=True).fill("2005-01-01")
    ask(page, "How long did it last?")
    expect(page.get_by_role("alert")).to_be_visible()
    check(page)


def test_thanks_for_feedback(page: Page, address: str) -> None:
    page.goto(f"{address}/ask?q=How+long")
    page.evaluate("""() => {
        const form = document.querySelector("form.feedback");
        form.append(Object.assign(document.createElement("input"), { name: "verdict", value: "up" }));
        form.submit(); // as without the page's script
    }""")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    check(page)


def test_the_operator_s_pages(page: Page, operator_address: str) -> None:
    page.goto(f"{operator_address}/operator")
    check(page)
    page.get_by_label("Token").fill(TOKEN)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".builds")).to_be_visible()
    check(page)
    page.locator(".builds a.id").first.click()
    expect(page.locator(".figures").first).to_be_visible()
    check(page)
    page.goto(f"{operator_address}/operator")
    page.get_by_role("button", name="Rebuild").click()
    expect(page.locator(".job-status")).to_be_visible()
    check(page)
