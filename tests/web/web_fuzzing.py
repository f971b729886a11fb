"""Random requests, well-formed and not, to a running server: everything gets an answer, none of it is a 500.

As a program, `web_fuzzing.py ADDRESS N [SEED]` sends N requests and prints what came back.
"""

import json
import random
import socket
import string
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

TIMEOUT_S = 30.0
METHODS = ["GET"] * 6 + ["POST"] * 6 + ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "BREW", "get"]
PATHS = """
    / /ask /ask /ask /documents /documents/2005-05-10-japan-russia.txt /documents/a/text /feedback /rebuild /rebuild/1
    /health /ready /metrics /openapi.json /docs /operator /operator/session /operator/rollback /static/style.css
    /static/../app.py // /documents// /documents/%00 /ask/ /documents/..%2f..%2fetc%2fpasswd/text /%ff%fe /. *
""".split()
NAMES = """
    q question top_k date_from date_to document_id words offset limit history_question history_answer start end
    answer_start answer_end snapshot verdict quote answer key token history filters document_ids comment remove
""".split()
WORDS = [
    "How long?",
    "countries",
    "bridge",
    "",
    " ",
    "5",
    "-1",
    "1e9",
    "NaN",
    "2005-05-10",
    "2005-02-30",
    "null",
    "true",
    "\x00",
    "\ud800",
    "é",
    "橋",
    "🌧",
    "a" * 2_001,
    "%",
    "%00",
    "'",
    '"',
    "<script>",
    "\r\nX: y",
    "{{7*7}}",
    "../..",
    "9" * 400,
    "\u202e",
    "And where?",
    "2005-05-10-japan-russia.txt",
]
MEDIA = [
    "application/json",
    "application/json; charset=utf-16",
    "application/x-www-form-urlencoded",
    "text/plain",
    "",
    "*/*",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "text/html",
    "text/event-stream",
    "application/problem+json",
    "text/html;q=x",
    ";;;",
    "a" * 300,
    "application/json\t",
    "text/event-stream;q=0.9, text/html;q=0.1",
]
HEADERS = """
    Host Origin X-Request-ID X-Forwarded-For Authorization Cookie Range If-None-Match If-Modified-Since Expect Upgrade
    Content-Encoding Transfer-Encoding Sec-Fetch-Site Accept-Encoding X-HTTP-Method-Override Connection Referer
    Access-Control-Request-Method
""".split()


@dataclass
class Findings:
    """What came back: how many of each status, and each request that was not answered as it should be."""

    statuses: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest_s: float = 0.0


def fuzz(address: str, n_requests: int, seed: int = 0) -> Findings:
    """Send requests that `seed` decides, one after the other."""
    chosen, found = random.Random(seed), Findings()
    parts = urlsplit(address)
    for _ in range(n_requests):
        message = bytes_of_any(chosen) if chosen.random() < 0.15 else request_of_any(chosen)
        began = time.monotonic()
        try:
            answer = exchange(parts.hostname or "", parts.port or 80, message)
        except TimeoutError:
            found.faults.append(f"no answer within {TIMEOUT_S} s: {message[:2_000]!r}")
            continue
        found.slowest_s = max(found.slowest_s, time.monotonic() - began)
        status = answer[9:12].decode("latin-1") if answer.startswith(b"HTTP/1.") else "closed" if not answer else "?"
        found.statuses[status] += 1
        # 501 is what HTTP says of an unknown Transfer-Encoding
        if (
            status == "?"
            or (status.startswith("5") and status not in {"501", "503"})
            or b"Traceback (most recent" in answer
        ):
            found.faults.append(f"{status}: {message[:2_000]!r}")
    return found


def exchange(host: str, port: int, message: bytes) -> bytes:
    """Return all that the server sends for `message` until it closes; we close our half first, so it will."""
    with socket.create_connection((host, port), timeout=TIMEOUT_S) as connection:
        received = bytearray()
        try:
            connection.sendall(message)
            connection.shutdown(socket.SHUT_WR)
            while data := connection.recv(65_536):
                received += data
        except TimeoutError:
            raise
        except OSError:
            pass  # it refused, and closed, before we were done sending, which it may
        return bytes(received)


def request_of_any(chosen: random.Random) -> bytes:
    """Return a well-formed request with any method, address, headers and body."""
    method, path = chosen.choice(METHODS), chosen.choice(PATHS)
    if chosen.random() < 0.6:
        fields = [f"{chosen.choice(NAMES)}={quoted(chosen)}" for _ in range(chosen.randint(0, 4))]
        path += "?" + "&".join(fields)
    body = body_of_any(chosen) if method not in {"GET", "HEAD"} or chosen.random() < 0.1 else b""
    headers = [("Host", "localhost"), ("Connection", "close")]
    headers += [("Accept", chosen.choice(MEDIA))] if chosen.random() < 0.7 else []
    headers += [("Content-Type", chosen.choice(MEDIA[:3] if chosen.random() < 0.7 else MEDIA))] if body else []
    headers += [(chosen.choice(HEADERS), chosen.choice(MEDIA + HEADERS + ["null", "chunked", "bytes=0-1", "1"]))] * (
        chosen.random() < 0.25
    )
    headers += [("Content-Length", str(len(body)))] if body or method == "POST" else []
    head = f"{method} {path} HTTP/1.{chosen.choice('0111')}\r\n" + "".join(f"{name}: {v}\r\n" for name, v in headers)
    return head.encode("utf-8", "surrogatepass") + b"\r\n" + body


def body_of_any(chosen: random.Random) -> bytes:
    """Return JSON with known and unknown fields, a form, or bytes."""
    kind = chosen.random()
    if kind < 0.7:
        text = json.dumps(json_of_any(chosen, 3), ensure_ascii=chosen.random() < 0.5)
        return text.encode("utf-8", "surrogatepass")[: chosen.choice([None, None, None, len(text) // 2])]
    if kind < 0.85:
        return "&".join(f"{chosen.choice(NAMES)}={quoted(chosen)}" for _ in range(chosen.randint(1, 6))).encode(
            "utf-8", "surrogatepass"
        )
    return chosen.randbytes(chosen.choice([1, 10, 200, 70_000]))


def json_of_any(chosen: random.Random, depth: int) -> object:
    """Return any JSON value, an object with fields of requests more often than not."""
    kind = chosen.random()
    if depth and kind < 0.55:
        own = {chosen.choice(NAMES): json_of_any(chosen, depth - 1) for _ in range(chosen.randint(0, 4))}
        return own | ({"question": chosen.choice(WORDS)} if chosen.random() < 0.8 else {})
    if depth and kind < 0.65:
        return [json_of_any(chosen, depth - 1) for _ in range(chosen.randint(0, 3))]
    return chosen.choice([*WORDS, 0, 5, -1, 10**30, 1.5, float("nan"), True, None])


def bytes_of_any(chosen: random.Random) -> bytes:
    """Return a request that was damaged: cut, with bytes changed, or nothing but noise."""
    message = bytearray(request_of_any(chosen))
    kind = chosen.random()
    if kind < 0.4:
        for _ in range(chosen.randint(1, 8)):
            message[chosen.randrange(min(len(message), 300))] = chosen.randrange(256)
    elif kind < 0.7:
        del message[chosen.randrange(len(message)) :]
    elif kind < 0.9:
        at = chosen.randrange(min(len(message), 200))
        message[at:at] = chosen.choice([b"\r\n", b"\x00", b" ", b"\r\n\r\n", b"Content-Length: 5\r\n", b"\xff" * 100])
    else:
        message = bytearray(chosen.randbytes(chosen.randint(1, 500)))
    return bytes(message)


def quoted(chosen: random.Random) -> str:
    """Return a value of a query, mostly escaped as it should be."""
    word = chosen.choice(WORDS) if chosen.random() < 0.8 else "".join(chosen.choices(string.printable, k=8))
    if chosen.random() < 0.9:
        return quote(word.encode("utf-8", "surrogatepass"))
    return "".join(letter for letter in word if letter > " ")


if __name__ == "__main__":
    came_back = fuzz(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0)
    sys.stdout.write(f"{dict(came_back.statuses)}\nslowest {came_back.slowest_s:.2f} s\n")
    sys.stdout.write("".join(f"{fault}\n" for fault in came_back.faults))
    sys.exit(1 if came_back.faults else 0)
