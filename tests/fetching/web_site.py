"""A web server on this machine that says what a test wants it to say."""

from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler


@dataclass
class Page:
    """An answer. `send`, if given, writes to the connection itself."""

    body: bytes = b""
    content_type: str = "application/rss+xml"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    send: Callable[[BaseHTTPRequestHandler], None] | None = None


class Site:
    """Pages by path, and what was asked for."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.pages: dict[str, Page] = {}
        self.asked: list[str] = []
        self.answered: list[int] = []
        self.headers: list[dict[str, str]] = []

    def put(self, path: str, body: str | bytes, **fields) -> str:  # type: ignore[no-untyped-def]
        """Serve `body` and return its address."""
        self.pages[path] = Page(body.encode() if isinstance(body, str) else body, **fields)
        return self.address + path


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        self.site.asked.append(self.path)
        self.site.headers.append(dict(self.headers))
        page = self.site.pages.get(self.path, Page(status=404))
        if page.send:
            page.send(self)
            self.close_connection = True
            return
        etag = page.headers.get("ETag")
        if etag and self.headers.get("If-None-Match") == etag:
            page = Page(status=304)
        stamp = page.headers.get("Last-Modified")
        if stamp and self.headers.get("If-Modified-Since") == stamp:
            page = Page(status=304)
        self.site.answered.append(page.status)
        self.send_response(page.status)
        for name, value in page.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", page.content_type)
        self.send_header("Content-Length", str(len(page.body)))
        self.end_headers()
        self.wfile.write(page.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
