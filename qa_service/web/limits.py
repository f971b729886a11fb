"""How many questions are taken on: at once, waiting, a minute from one client. The others are told when to come back.

The server's own queue of requests has no end, so it must never be what fills: it gets a thread for each question that
may run or wait, and spare ones that refuse the next question at once and answer everything else.
"""

import ipaddress
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from werkzeug.exceptions import ServiceUnavailable, TooManyRequests

OVERLOAD_RETRY_AFTER_S = 1
"""A place is free sooner: questions take a fraction of a second."""

MAX_BODY_BYTES = 64 * 1024
BODY_TOO_LARGE = f"A body may have up to {MAX_BODY_BYTES:,} bytes."

SPARE_THREADS = 4
MINUTE_S = 60.0
_REMEMBERED_CLIENTS = 10_000
_IPV6_NETWORK_BITS = 64  # what one subscriber gets


@dataclass(frozen=True, slots=True)
class Limits:
    """How many questions are taken on.

    Attributes:
        n_running: At the same time.
        n_waiting: For their turn; any more are refused with 503.
        per_minute: From one client address, refused with 429 beyond; None for as many as they like.
    """

    n_running: int = 4
    n_waiting: int = 16
    per_minute: int | None = None

    @property
    def n_threads(self) -> int:
        """Threads that the server needs so that its own queue stays empty."""
        return self.n_running + self.n_waiting + SPARE_THREADS


class Places:
    """Places to work on a question. One that is given back goes to who has waited longest."""

    def __init__(self, n_running: int, n_waiting: int) -> None:
        self._n_running, self._n_waiting = n_running, n_waiting
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self.running = 0

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return len(self._waiting)

    def take(self) -> None:
        """Return when there is a place; it must be given back.

        Raises:
            ServiceUnavailable: As many wait already as may.
        """
        with self._lock:
            if self.running < self._n_running:
                self.running += 1
                return
            if len(self._waiting) >= self._n_waiting:
                raise ServiceUnavailable(
                    "More questions are asked than can be answered. Try again in a moment.",
                    retry_after=OVERLOAD_RETRY_AFTER_S,
                )
            turn = threading.Event()
            self._waiting.append(turn)
        turn.wait()

    def give_back(self) -> None:
        """Let the next one work."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self.running -= 1


class RateLimit:
    """Questions or the like per minute of one client: as many at once as a minute allows, then evenly.

    References:
        The generic cell rate algorithm, ITU-T I.371: kept per client is only when its allowance is whole again.
    """

    def __init__(
        self,
        per_minute: int,
        *,
        refusal: str = "You ask more questions than one client may. Wait before the next one.",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._interval_s = MINUTE_S / per_minute
        self._refusal = refusal
        self._clock = clock
        self._lock = threading.Lock()
        self._whole_at: dict[str, float] = {}

    def count(self, address: str, n_questions: int = 1) -> None:
        """Count what the client at `address` asks; those of one IPv6 network are one client.

        Args:
            address: Of the client.
            n_questions: As how many it counts; more than a minute allows count as a whole minute's.

        Raises:
            TooManyRequests: It has used up its allowance. What it asked doesn't count.
        """
        client, now = _client(address), self._clock()
        with self._lock:
            whole_at = max(self._whole_at.get(client, now), now) + min(n_questions * self._interval_s, MINUTE_S)
            wait_s = whole_at - now - MINUTE_S
            if wait_s > 1e-6:  # a rounding error is no question too many
                raise TooManyRequests(self._refusal, retry_after=math.ceil(wait_s))
            if client not in self._whole_at and len(self._whole_at) >= _REMEMBERED_CLIENTS:
                self._forget(now)
            self._whole_at[client] = whole_at

    def _forget(self, now: float) -> None:
        self._whole_at = {client: at for client, at in self._whole_at.items() if at > now}
        if len(self._whole_at) >= _REMEMBERED_CLIENTS:  # so many at once: forgetting some is kinder than growing
            self._whole_at.clear()


def _client(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, _IPV6_NETWORK_BITS), strict=False))
