import socket
import time
from ipaddress import ip_address

import pytest

from qa_service.errors import FetchError
from qa_service.fetching.addresses import allowed_addresses, refusal

INSIDE = {
    "127.0.0.1": "a loopback address",
    "127.255.255.254": "a loopback address",
    "::1": "a loopback address",
    "::ffff:127.0.0.1": "a loopback address",
    "64:ff9b::7f00:1": "a loopback address",
    "10.0.0.1": "a private address",
    "172.16.0.1": "a private address",
    "172.31.255.255": "a private address",
    "192.168.1.1": "a private address",
    "100.64.0.1": "a private address",
    "fc00::1": "a private address",
    "fd12:3456:789a::1": "a private address",
    "::ffff:10.0.0.1": "a private address",
    "64:ff9b::c0a8:101": "a private address",
}
NOWHERE = {
    "0.0.0.0": "the unspecified address",
    "::": "the unspecified address",
    "::ffff:0.0.0.0": "the unspecified address",
    "169.254.169.254": "a link-local address",
    "::ffff:169.254.169.254": "a link-local address",
    "64:ff9b::a9fe:a9fe": "a link-local address",
    "fe80::1": "a link-local address",
    "fe80::1%eth0": "a link-local address",
    "224.0.0.1": "a multicast address",
    "239.255.255.255": "a multicast address",
    "ff02::1": "a multicast address",
    "0.1.2.3": "a reserved address",
    "192.0.0.8": "a reserved address",
    "192.0.2.1": "a reserved address",
    "198.18.0.1": "a reserved address",
    "198.51.100.7": "a reserved address",
    "203.0.113.9": "a reserved address",
    "240.0.0.1": "a reserved address",
    "255.255.255.255": "a reserved address",
    "::127.0.0.1": "a reserved address",
    "64:ff9b:1::7f00:1": "a reserved address",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2": "a reserved address",
    "2001:db8::1": "a reserved address",
    "2002:7f00:1::1": "a reserved address",
    "3fff::1": "a reserved address",
    "4000::1": "a reserved address",
    "100::1": "a reserved address",
    "fec0::1": "a reserved address",
}
OUTSIDE = [
    "8.8.8.8", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "169.253.0.1", "223.255.255.255",
    "192.0.1.1", "2606:4700::1111", "2a00:1450:4001::200e", "::ffff:8.8.8.8", "64:ff9b::808:808",
]  # fmt: skip


@pytest.mark.parametrize(("address", "reason"), INSIDE.items())
def test_an_address_of_this_network_is_refused_unless_it_is_allowed(address: str, reason: str) -> None:
    assert refusal(ip_address(address), allow_private=False) == reason
    assert refusal(ip_address(address), allow_private=True) is None


@pytest.mark.parametrize(("address", "reason"), NOWHERE.items())
def test_an_address_of_no_server_is_always_refused(address: str, reason: str) -> None:
    assert refusal(ip_address(address), allow_private=False) == reason
    assert refusal(ip_address(address), allow_private=True) == reason


@pytest.mark.parametrize("address", OUTSIDE)
def test_a_public_address_is_allowed(address: str) -> None:
    assert refusal(ip_address(address), allow_private=False) is None


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0x7f000001", "017700000001", "0x7f.1", "127.1", "0177.0.0.1", "::1", "localhost"],
)
def test_every_way_to_write_this_machine_is_refused(host: str) -> None:
    with pytest.raises(FetchError, match=r"is a loopback address .*: allow it with --allow-private"):
        allowed_addresses(host, 80, allow_private=False, timeout_s=60)


@pytest.mark.parametrize("host", ["169.254.169.254", "2852039166", "0xa9fea9fe", "0"])
def test_link_local_and_unspecified_addresses_are_refused_even_where_private_ones_are_allowed(host: str) -> None:
    with pytest.raises(FetchError, match="it is never fetched from"):
        allowed_addresses(host, 80, allow_private=True, timeout_s=60)


def test_only_the_allowed_addresses_of_a_host_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("10.0.0.1", "8.8.8.8", "8.8.4.4")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)
    assert allowed_addresses("two.example", 80, allow_private=False, timeout_s=60) == ["8.8.8.8", "8.8.4.4"]


def test_a_host_that_there_is_not_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(FetchError, match=r"there is no host gone\.example"):
        allowed_addresses("gone.example", 80, allow_private=False, timeout_s=60)


def test_a_resolver_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(5) or [])
    with pytest.raises(TimeoutError):
        allowed_addresses("slow.example", 80, allow_private=False, timeout_s=0.05)
