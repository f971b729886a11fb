"""A host's name to the addresses that may be connected to.

What a feed names is anybody's choice, so nothing inside the network may be reached through it. The ranges stand here,
because those that Python's `ipaddress` knows as private differ between its patch releases.
"""

import socket
import threading
from collections.abc import Iterable
from concurrent.futures import Future
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from qa_service.errors import FetchError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(map(ip_network, text.split()))


# An intranet's own, which --allow-private opens.
_PRIVATE: dict[str, tuple[Network, ...]] = {
    "a loopback address": _networks("127.0.0.0/8 ::1/128"),
    "a private address": _networks("10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 fc00::/7"),
}
# No server of releases has one of these. Link-local is among them because clouds hand out credentials there.
_NEVER: dict[str, tuple[Network, ...]] = {
    "a link-local address": _networks("169.254.0.0/16 fe80::/10"),
    "a multicast address": _networks("224.0.0.0/4 ff00::/8"),
    "the unspecified address": _networks("0.0.0.0/32 ::/128"),
    "a reserved address": _networks(
        "0.0.0.0/8 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 240.0.0.0/4 "
        "2001::/23 2001:db8::/32 2002::/16 3fff::/20"
    ),
}
_GLOBAL_V6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")  # where a network has IPv6 only, public IPv4 addresses look like this


def refusal(address: Address, *, allow_private: bool) -> str | None:
    """Return what `address` is, if it may not be connected to.

    References:
        IANA, "IPv4 Special-Purpose Address Registry" and "IPv6 Special-Purpose Address Registry".
    """
    address = _innermost(address)
    ranges = _NEVER if allow_private else _NEVER | _PRIVATE
    for name, networks in ranges.items():
        if any(address in network for network in networks):
            return name
    is_known = address.version == 4 or address in _GLOBAL_V6 or any(address in network for network in _all(_PRIVATE))
    return None if is_known else "a reserved address"


def allowed_addresses(host: str, port: int, *, allow_private: bool, timeout_s: float) -> list[str]:
    """Return the addresses of `host` that may be connected to, in the resolver's order.

    Raises:
        FetchError: It has no address, or none that is allowed.
        TimeoutError: The resolver took too long.
    """
    found = _resolve(host, port, timeout_s)
    refusals = {address: refusal(address, allow_private=allow_private) for address in found}
    allowed = [str(address) for address, reason in refusals.items() if reason is None]
    if not allowed:
        address, reason = next(iter(refusals.items()))
        is_private = refusal(address, allow_private=True) is None
        advice = "allow it with --allow-private if it is your own" if is_private else "it is never fetched from"
        raise FetchError(f"{host} is {reason} ({address}): {advice}")
    return allowed


def _innermost(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address leads to, if it leads to one."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _resolve(host: str, port: int, timeout_s: float) -> list[Address]:
    """Return the addresses of `host`. The resolver has no time limit of its own, so it runs in a thread."""
    future: Future[list[Address]] = Future()

    def run() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            future.set_result([ip_address(row[4][0]) for row in rows])
        except (OSError, UnicodeError, ValueError) as error:
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        return future.result(timeout_s)
    except TimeoutError:
        raise
    except (OSError, UnicodeError, ValueError) as error:
        raise FetchError(f"there is no host {host}: check the address, and the network") from error


def _all(ranges: dict[str, tuple[Network, ...]]) -> Iterable[Network]:
    return (network for networks in ranges.values() for network in networks)
