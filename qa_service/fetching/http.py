"""An http(s) address to the bytes behind it, within limits of size, time and redirects.

On http.client, because a library that resolves names itself could connect to another address than the one that was
checked. Proxies of the environment are not used, for the same reason.
"""

import http.client
import io
import socket
import ssl
import time
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from qa_service.errors import FetchError
from qa_service.fetching.addresses import allowed_addresses
from qa_service.loading.canonical import one_line

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PIECE = 65_536  # bytes read at a time
_GZIP = 16 + zlib.MAX_WBITS
_PORTS = {"http": 80, "https": 443}
_USER_AGENT = "qa-service (feed reader)"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may take.

    Attributes:
        timeout_s: For the whole of it: names, redirects and body.
        max_bytes: Of the body, as sent and unpacked.
        allow_private: Whether loopback and private addresses may be connected to.
    """

    timeout_s: float
    max_bytes: int
    allow_private: bool = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer.

    Attributes:
        url: Where it came from, after redirects.
        body: Unpacked; empty when `is_not_modified`.
        content_type: Without parameters, in lower case; empty if it isn't stated.
        charset: As stated with it.
        etag, last_modified: To be sent with the next request.
    """

    url: str
    body: bytes
    content_type: str
    charset: str | None
    etag: str | None
    last_modified: str | None
    is_not_modified: bool


def get(url: str, limits: Limits, *, etag: str | None = None, last_modified: str | None = None) -> Fetched:
    """Return what is at `url`; only that it hasn't changed, if it is still what `etag` or `last_modified` names.

    Raises:
        FetchError: It can't be had: a wrong or refused address, a status other than 200, a limit, the network, TLS.
    """
    conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    headers = {name: value for name, value in conditions.items() if value}
    deadline = time.monotonic() + limits.timeout_s
    hop = url
    try:
        for _ in range(_MOST_REDIRECTS + 1):
            fetched, location = _get_one(hop, limits, deadline, headers)
            if fetched:
                return fetched
            hop = _joined(hop, location)
        raise FetchError(f"more than {_MOST_REDIRECTS} redirects: check the address in a browser")
    except TimeoutError as error:
        reason = f"no full answer within {limits.timeout_s:g} seconds: try again later, or raise fetch_timeout_s"
        raise FetchError(_told(reason, hop, url)) from error
    except FetchError as error:
        raise FetchError(_told(str(error), hop, url)) from error.__cause__


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise FetchError(
            f"redirected to {one_line(location)}, which is no address: check the address in a browser"
        ) from error


def _told(reason: str, hop: str, url: str) -> str:
    return reason if hop == url else f"redirected to {one_line(hop)}: {reason}"


def _get_one(url: str, limits: Limits, deadline: float, headers: dict[str, str]) -> tuple[Fetched | None, str]:
    """Return the answer, or None and where it redirects to."""
    parts = _split(url)
    try:
        with closing(_connect(parts, limits, deadline)) as connection:
            path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
            query = "?" + quote(parts.query, safe="/?%:@!$&'()*+,;=~") if parts.query else ""
            wanted = {"User-Agent": _USER_AGENT, "Accept": "*/*", "Accept-Encoding": "gzip", "Connection": "close"}
            connection.request("GET", path + query, headers=wanted | headers)
            response = connection.getresponse()
            if response.status in _REDIRECTS and (location := response.getheader("Location")):
                return None, location.encode("latin-1").decode("utf-8", errors="replace")
            is_not_modified = response.status == HTTPStatus.NOT_MODIFIED and bool(headers)
            if response.status != HTTPStatus.OK and not is_not_modified:
                raise FetchError(_unwanted(response.status))
            body = b"" if is_not_modified else _read(response, limits.max_bytes)
            return Fetched(url, body, *_describe(response.headers), is_not_modified), ""
    except ssl.SSLError as error:
        reason = getattr(error, "verify_message", "") or str(error.reason or error)
        raise FetchError(
            f"no secure connection to {parts.hostname} ({reason}): its certificate needs mending"
        ) from error
    except TimeoutError:
        raise
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise FetchError(f"{parts.hostname} gave no usable answer ({reason}): try again later") from error


def _split(url: str) -> SplitResult:
    """Return the parts of an address that may be fetched."""
    try:
        parts = urlsplit(url)
        is_complete = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_complete = False
    if not is_complete or parts.scheme not in _PORTS:
        raise FetchError("not an address that can be fetched: it must begin with http:// or https:// and a host")
    if parts.username is not None:
        raise FetchError("its address holds a user name: only pages that are open to all are fetched")
    return parts


def _connect(parts: SplitResult, limits: Limits, deadline: float) -> http.client.HTTPConnection:
    """Return a connection to an address that was checked."""
    host = _ascii(parts.hostname or "")
    port = parts.port or _PORTS[parts.scheme]
    found = allowed_addresses(host, port, allow_private=limits.allow_private, timeout_s=_left(deadline))
    channel = _open(found, port, deadline)
    try:
        if parts.scheme == "https":
            channel.settimeout(_left(deadline))
            context = ssl.create_default_context()
            channel = context.wrap_socket(channel, server_hostname=host)
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(host, port, context=context)
        else:
            connection = http.client.HTTPConnection(host, port)
        channel.settimeout(_left(deadline))
    except BaseException:
        channel.close()
        raise
    connection.auto_open = 0  # it would resolve the name once more
    connection.sock = channel
    connection.response_class = partial(_TimedResponse, deadline=deadline)  # type: ignore[assignment]
    return connection


def _ascii(host: str) -> str:
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise FetchError(f"there is no host {one_line(host)}: check the address") from error


def _open(addresses: list[str], port: int, deadline: float) -> socket.socket:
    """Return a connection to the first of `addresses` that takes one, each with its share of the time."""
    for n_left in range(len(addresses), 0, -1):
        try:
            return socket.create_connection((addresses[-n_left], port), timeout=_left(deadline) / n_left)
        except OSError:
            if n_left == 1:
                raise
    raise AssertionError("no address was given")


def _left(deadline: float) -> float:
    """Return the seconds up to `deadline`, above 0."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


class _TimedResponse(http.client.HTTPResponse):
    """A response that gives every read what is left of the whole time, where sockets would begin anew each time."""

    def __init__(self, sock: socket.socket, *args: Any, deadline: float, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp: io.BufferedReader = io.BufferedReader(_TimedReader(self.fp.detach(), sock, deadline))


class _TimedReader(io.RawIOBase):
    def __init__(self, raw: io.RawIOBase, sock: socket.socket, deadline: float) -> None:
        self._raw, self._sock, self._deadline = raw, sock, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int | None:
        self._sock.settimeout(_left(self._deadline))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


def _read(response: http.client.HTTPResponse, max_bytes: int) -> bytes:
    """Return the body, unpacked; no more of it is held than the limit."""
    too_large = FetchError(f"larger than the limit of {max_bytes:,} bytes: raise fetch_max_mb if it should be fetched")
    packing = (response.getheader("Content-Encoding") or "identity").strip().lower()
    if packing not in {"identity", "gzip", "x-gzip"}:
        raise FetchError("packed in a way that wasn't asked for: tell the site's keepers")
    if (response.length or 0) > max_bytes:
        raise too_large
    body = bytearray()
    pieces = _pieces(response, max_bytes, too_large)
    for piece in pieces if packing == "identity" else _unpacked(pieces, max_bytes):
        body += piece
        if len(body) > max_bytes:
            raise too_large
    return bytes(body)


def _pieces(response: http.client.HTTPResponse, max_bytes: int, too_large: FetchError) -> Iterator[bytes]:
    n_read = 0
    while piece := response.read(_PIECE):
        n_read += len(piece)
        if n_read > max_bytes:
            raise too_large
        yield piece
    if response.length:  # what is missing; http.client says nothing of it
        raise http.client.IncompleteRead(b"", response.length)


def _unpacked(pieces: Iterator[bytes], max_bytes: int) -> Iterator[bytes]:
    """Yield what gzip packed, in pieces of at most one byte more than the limit."""
    unpacker = zlib.decompressobj(_GZIP)
    try:
        for piece in pieces:
            rest = piece
            while rest:
                if unpacker.eof:  # a file may be several, one after the other
                    unpacker = zlib.decompressobj(_GZIP)
                yield unpacker.decompress(rest, max_bytes + 1)
                rest = unpacker.unconsumed_tail or unpacker.unused_data
    except zlib.error as error:
        raise FetchError("its packing (gzip) is damaged: try again later") from error
    if not unpacker.eof:
        raise FetchError("its packing (gzip) is damaged: try again later")


def _describe(headers: Message) -> tuple[str, str | None, str | None, str | None]:
    """Return content type, charset, ETag and Last-Modified."""
    content_type = headers.get_content_type() if "Content-Type" in headers else ""
    charset = headers.get_param("charset")
    return content_type, charset if isinstance(charset, str) else None, headers["ETag"], headers["Last-Modified"]


def _unwanted(status: int) -> str:
    try:
        answer = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        answer = str(status)
    is_final = status in {400, 401, 403, 404, 410} or status < 400
    return f"the answer was {answer}: {'check the address' if is_final else 'try again later'}"
