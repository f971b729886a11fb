"""Fixtures of the web tests: the application over stand-ins, and that application on a real server for Chromium."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, expect
from web_fakes import FakeEngine, FakeLive, write_fake_catalog

from qa_service.indexing.catalog import Catalog
from qa_service.web.app import create_app

CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FAKE_SERVER = Path(__file__).with_name("web_fake_server.py")


@pytest.fixture(scope="session")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return write_fake_catalog(tmp_path_factory.mktemp("catalog"))


@pytest.fixture
def engine(catalog: Catalog) -> FakeEngine:
    return FakeEngine(catalog)


@pytest.fixture
def live(engine: FakeEngine) -> FakeLive:
    return FakeLive(engine)


@pytest.fixture
def app(live: FakeLive) -> Flask:
    return create_app(live)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Where the application over stand-ins is served by `serve`, in a process of its own."""
    with subprocess.Popen(
        [sys.executable, FAKE_SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.terminate()


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Replaces pytest-playwright's: the system's Chromium, which sends no request of its own."""
    if not CHROMIUM.exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no Chromium at {CHROMIUM}")
    expect.set_options(timeout=20_000)  # a machine may be busy with other tests
    return {"executable_path": CHROMIUM, "args": CHROMIUM_FLAGS}


@pytest.fixture
def tab(page: Page, address: str) -> Iterator[Page]:
    """A page that, when the test is over, has logged no error and asked no other host."""
    faults: list[str] = []

    def note_console(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            faults.append(message.text)

    def note_request(request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(address).netloc:
            faults.append(request.url)

    page.on("console", note_console)
    page.on("request", note_request)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: faults.append(dialog.message))
    page.goto(address)
    yield page
    assert faults == []


@pytest.fixture
def plain_tab(new_context: Callable[..., BrowserContext], address: str) -> Page:
    """A page in a browser that runs no JavaScript."""
    tab = new_context(java_script_enabled=False).new_page()
    tab.goto(address)
    return tab
