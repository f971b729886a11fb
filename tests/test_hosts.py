import pytest

from qa_service.hosts import host_names


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:8000", "localhost.", "qa.localhost:8000", "127.0.0.1:8000", "[::1]:8000", "192.168.1.5"],
)
@pytest.mark.parametrize("allowed", [None, "", "qa.example.org"])
def test_this_machine_is_always_answered_to(host: str, allowed: str | None) -> None:
    assert host_names("127.0.0.1", allowed).allow(host)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1@evil.example",
        "localhost/",
        "local host",
        "[evil.example]",
        "",
    ],
)
@pytest.mark.parametrize("bound", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_a_server_for_this_machine_answers_to_no_other_name(bound: str, host: str) -> None:
    assert not host_names(bound, None).allow(host)


@pytest.mark.parametrize("bound", ["0.0.0.0", "::", "192.168.1.5", "qa.example.org"])
def test_a_server_for_a_network_answers_to_any_name_until_names_are_set(bound: str) -> None:
    assert host_names(bound, None).allow("whatever.example")
    assert not host_names(bound, "qa.example.org").allow("whatever.example")


def test_names_that_are_set_are_answered_to() -> None:
    names = host_names("127.0.0.1", "qa.example.org, .Press.Example")

    assert names.allow("QA.example.org:443")
    assert names.allow("archive.press.example")
    assert not names.allow("press.example")
    assert not names.allow("sub.qa.example.org")
    assert not names.allow("evilpress.example")


@pytest.mark.parametrize("allowed", ["qa.example.org:8000", "qa.example.org.", "localhost, qa.example.org:"])
def test_a_port_or_dot_behind_a_name_that_is_set_does_not_count(allowed: str) -> None:
    assert host_names("127.0.0.1", allowed).allow("qa.example.org:443")


def test_a_star_is_any_name() -> None:
    assert host_names("127.0.0.1", "*").allow("evil.example")
