"""What the browser tests do on a page, again and again."""

from playwright.sync_api import Page, ViewportSize

NARROW: ViewportSize = {"width": 900, "height": 700}
"""Too narrow for a release beside the thread."""


def ask(tab: Page, question: str) -> None:
    tab.get_by_label("Your question").fill(question)
    tab.get_by_role("button", name="Ask").click()
