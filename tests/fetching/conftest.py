"""A web site to fetch from, and a folder to fetch into."""

import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from fetching.web_site import Handler, Site

from qa_service.fetching import Limits


@pytest.fixture
def site() -> Iterator[Site]:
    class Bound(Handler):
        pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Bound)
    Bound.site = Site(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield Bound.site
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def limits() -> Limits:
    return Limits(timeout_s=60, max_bytes=100_000, allow_private=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "documents"
