"""Takes the README's picture from a server that runs: `python docs/screenshot.py [ADDRESS] [FILE]`.

A question is asked and its citation opened, as a visitor would, in the Chromium that the tests use.
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
QUESTION = "Who made a statement on the cyclone disaster in Bangladesh?"
MAX_BYTES = 200_000


def take(address: str, file: Path) -> None:
    """Write the picture of the page at `address` into `file`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM if CHROMIUM.exists() else None, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 700}, color_scheme="light")
        page.goto(address)
        page.get_by_label("Your question").fill(QUESTION)
        page.keyboard.press("Enter")
        page.locator(".said").first.wait_for()
        page.get_by_role("link", name="Citation 1").first.click()
        page.locator("#beside mark.words").wait_for()
        page.mouse.move(0, 0)
        page.get_by_label("Your question").focus()
        page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
        page.screenshot(path=file, animations="disabled")
        browser.close()


if __name__ == "__main__":
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).with_name("chat-page.png")
    take(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000", target)
    if target.stat().st_size > MAX_BYTES:
        sys.exit(f"{target} has {target.stat().st_size:,} bytes: {MAX_BYTES:,} are allowed. Make the window smaller.")
