"""The operator's page in a real Chromium, with and without JavaScript. One server: each test leaves it as it may."""

import itertools
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, BrowserType, Page, expect
from web_operator_fakes import TOKEN

pytestmark = pytest.mark.browser

SERVER = Path(__file__).with_name("web_operator_server.py")


class OperatorServer:
    """Where the page is served; `go_on` lets the rebuild that waits take in one more release and end."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout
        self._process = process
        self._numbers = itertools.count(1)
        self.address = process.stdout.readline().strip()

    def go_on(self) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{next(self._numbers)}\n")
        self._process.stdin.flush()


@pytest.fixture(scope="module")
def server() -> Iterator[OperatorServer]:
    with subprocess.Popen(
        [sys.executable, SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(SERVER.parents[1])},
    ) as process:
        yield OperatorServer(process)
        process.terminate()


@pytest.fixture
def tab(page: Page, server: OperatorServer) -> Iterator[Page]:
    """A page that has signed in and, when the test is over, has run no foreign script and broken no rule of the CSP."""
    sign_in(page, server)
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: faults.append(dialog.message))
    yield page
    assert faults == []


@pytest.fixture
def plain_tab(new_context: Callable[..., BrowserContext], server: OperatorServer) -> Page:
    """A page that has signed in, in a browser that runs no JavaScript."""
    tab = new_context(java_script_enabled=False).new_page()
    sign_in(tab, server)
    return tab


def sign_in(page: Page, server: OperatorServer, token: str = TOKEN) -> None:
    page.goto(f"{server.address}/operator")
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Sign in").click()


def served(page: Page) -> str:
    return page.locator(".builds .served a.id").inner_text()


def rebuild(page: Page, server: OperatorServer) -> None:
    """Rebuild to the end; the page shows the outcome then."""
    page.get_by_role("button", name="Rebuild").click()
    expect(page.get_by_role("status")).to_have_text("Reading the releases")
    server.go_on()
    expect(page.get_by_role("status")).to_have_text("Done: a new snapshot was put in service")


def test_a_wrong_token_is_told_and_the_right_one_signs_in_and_out(page: Page, server: OperatorServer) -> None:
    sign_in(page, server, "not the token of this server")
    expect(page.get_by_role("alert")).to_have_text("This is not the server’s token.")
    expect(page.get_by_label("Token")).to_be_focused()

    page.get_by_label("Token").fill(TOKEN)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="In service")).to_be_visible()
    assert page.evaluate("document.cookie") == ""

    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{server.address}/operator")
    expect(page.get_by_label("Token")).to_be_visible()


def test_over_plain_http_to_another_machine_its_own_forms_work_and_those_of_others_do_not(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any], server: OperatorServer
) -> None:
    """Only to localhost and over https does a browser send Sec-Fetch-Site; here the Origin must tell."""
    flags = [*browser_type_launch_args["args"], "--host-resolver-rules=MAP *.test 127.0.0.1"]
    with browser_type.launch(**{**browser_type_launch_args, "args": flags}) as browser:
        page = browser.new_page()
        address = server.address.replace("127.0.0.1", "releases.test")
        page.goto(f"{address}/operator")
        page.get_by_label("Token").fill(TOKEN)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="In service")).to_be_visible()

        page.goto("about:blank")
        page.set_content(f'<form method="post" action="{address}/operator/sign-out"><button>Win</button></form>')
        page.get_by_role("button").click()
        expect(page.get_by_text("This was sent by another site's page")).to_be_visible()


def test_a_rebuild_is_followed_live_to_its_report(tab: Page, server: OperatorServer) -> None:
    tab.get_by_role("button", name="Rebuild").click()
    expect(tab.get_by_role("status")).to_have_text("Reading the releases")
    expect(tab.locator("#count")).to_have_text("1 of 3")
    expect(tab.get_by_role("progressbar")).to_have_attribute("value", "1")
    tab.evaluate("window.stayed = true")

    server.go_on()

    expect(tab.get_by_role("status")).to_have_text("Done: a new snapshot was put in service")
    expect(tab.get_by_role("progressbar")).to_have_count(0)
    expect(tab.locator("#outcome")).to_contain_text("1 added, 1 skipped.")
    assert tab.evaluate("window.stayed") is True
    tab.get_by_role("link", name="Open the build report").click()
    expect(tab.get_by_role("heading", name="Build report")).to_be_visible()
    expect(tab.get_by_role("link", name=re.compile(r"more-\d+\.txt"))).to_be_visible()
    expect(tab.get_by_role("meter").first).to_be_visible()


def test_a_server_that_is_away_for_a_moment_is_asked_again(page: Page, server: OperatorServer) -> None:
    sign_in(page, server)
    page.get_by_role("button", name="Rebuild").click()
    expect(page.get_by_role("status")).to_have_text("Reading the releases")
    page.route("**/operator/jobs/*", lambda route: route.abort())
    expect(page.get_by_role("status")).to_have_text("The server can’t be reached. Trying again …")
    page.unroute("**/operator/jobs/*")
    expect(page.get_by_role("status")).to_have_text("Reading the releases")
    server.go_on()
    expect(page.get_by_role("status")).to_have_text("Done: a new snapshot was put in service")


def test_rolling_back_asks_once_more_and_then_serves_the_older_one(tab: Page) -> None:
    before = served(tab)
    older = tab.locator(".builds > li").nth(1)
    name = older.locator("a.id").inner_text()
    assert name != before

    older.get_by_text("Roll back to this").click()
    older.get_by_role("button", name="Yes, answer from").click()

    expect(tab.get_by_role("status")).to_have_text(f"Questions are answered from {name} now.")
    assert served(tab) == name
    newest = tab.locator(".builds > li").nth(0)
    newest.get_by_text("Serve this one").click()
    newest.get_by_role("button", name="Yes, answer from").click()
    expect(tab.locator(".builds .served a.id")).to_have_text(before)


def test_without_javascript_the_job_page_reloads_itself_and_all_else_works_alike(
    plain_tab: Page, server: OperatorServer
) -> None:
    rebuild(plain_tab, server)
    plain_tab.get_by_role("link", name="Open the build report").click()
    expect(plain_tab.get_by_role("heading", name="Build report")).to_be_visible()

    plain_tab.get_by_role("link", name="Operator").first.click()
    older = plain_tab.locator(".builds > li").nth(1)
    name = older.locator("a.id").inner_text()
    older.get_by_text("Roll back to this").click()
    older.get_by_role("button", name="Yes, answer from").click()
    expect(plain_tab.get_by_role("status")).to_have_text(f"Questions are answered from {name} now.")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_is_wider_than_its_window(tab: Page, server: OperatorServer, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 700})
    tab.goto(f"{server.address}/operator")
    builds = tab.locator(".builds a.id").evaluate_all("links => links.map(link => link.href)")
    for path in [f"{server.address}/operator", *builds]:
        tab.goto(path)
        tab.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_every_control_has_a_name(tab: Page) -> None:
    unnamed = tab.locator("input:not([type=hidden]), button, a, summary").evaluate_all(
        "all => all.filter(e => !(e.labels?.length || e.textContent.trim())).map(e => e.outerHTML)"
    )
    assert unnamed == []
