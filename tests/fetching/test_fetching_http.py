import datetime as dt
import gzip
import socket
import ssl
import threading
import time
import tracemalloc
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from fetching.web_site import Handler, Page, Site

from qa_service.errors import FetchError
from qa_service.fetching.http import Limits, get


def test_an_answer_has_its_body_type_and_marks(site: Site, limits: Limits) -> None:
    url = site.put(
        "/feed", "words", content_type="Text/XML; charset=koi8-r", headers={"ETag": '"1"', "Last-Modified": "then"}
    )
    fetched = get(url, limits)
    assert (fetched.url, fetched.body, fetched.content_type, fetched.charset) == (url, b"words", "text/xml", "koi8-r")
    assert (fetched.etag, fetched.last_modified, fetched.is_not_modified) == ('"1"', "then", False)


def test_an_answer_that_has_not_changed_is_not_sent_again(site: Site, limits: Limits) -> None:
    url = site.put("/feed", "words", headers={"ETag": '"1"'})
    assert get(url, limits, etag='"0"').body == b"words"
    fetched = get(url, limits, etag='"1"')
    assert (fetched.is_not_modified, fetched.body) == (True, b"")
    assert site.answered == [200, 304]


def test_a_304_that_was_not_asked_for_is_an_error(site: Site, limits: Limits) -> None:
    with pytest.raises(FetchError, match="304 Not Modified"):
        get(site.put("/feed", "", status=304), limits)


def test_letters_of_any_alphabet_are_encoded_in_the_request(site: Site, limits: Limits) -> None:
    site.put("/%E6%97%A5?q=%C3%A9%20x", "words")
    assert get(site.address + "/日?q=é x", limits).body == b"words"


@pytest.mark.parametrize(
    ("status", "said"), [(404, "404 Not Found: check"), (503, "503 Service Unavailable: try again")]
)
def test_a_status_other_than_200_is_told(site: Site, limits: Limits, status: int, said: str) -> None:
    with pytest.raises(FetchError, match=said):
        get(site.put("/feed", "", status=status), limits)


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://127.0.0.1/", "//127.0.0.1/", "127.0.0.1", "http://", "http://[::1", "http://a:99999/",
     "javascript:alert(1)", "", "http:///feed"],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(url: str, limits: Limits) -> None:
    with pytest.raises(FetchError, match="must begin with http"):
        get(url, limits)


def test_a_name_and_password_are_never_sent(site: Site, limits: Limits) -> None:
    with pytest.raises(FetchError, match="holds a user name"):
        get(site.address.replace("http://", "http://me:secret@"), limits)
    assert site.asked == []


def test_this_machine_is_refused_unless_it_is_allowed(site: Site) -> None:
    with pytest.raises(FetchError, match=r"127\.0\.0\.1 is a loopback address"):
        get(site.put("/feed", "words"), Limits(timeout_s=60, max_bytes=1000))
    assert site.asked == []


def test_a_redirect_is_followed_and_relative_to_where_it_stands(site: Site, limits: Limits) -> None:
    site.put("/a/old", "", status=301, headers={"Location": "new"})
    site.put("/a/new", "words")
    assert get(site.address + "/a/old", limits).url == site.address + "/a/new"


def test_five_redirects_are_followed_and_a_sixth_is_not(site: Site, limits: Limits) -> None:
    for n in range(6):
        site.put(f"/{n}", "", status=302, headers={"Location": f"/{n + 1}"})
    site.put("/6", "words")
    assert get(site.address + "/1", limits).body == b"words"
    with pytest.raises(FetchError, match="more than 5 redirects"):
        get(site.address + "/0", limits)


def test_a_redirect_to_what_is_no_address_is_refused(site: Site, limits: Limits) -> None:
    url = site.put("/a", "", status=302, headers={"Location": "http://[oops/feed"})
    with pytest.raises(FetchError, match=r"redirected to http://\[oops/feed, which is no address"):
        get(url, limits)


def test_a_redirect_to_itself_ends(site: Site, limits: Limits) -> None:
    with pytest.raises(FetchError, match="more than 5 redirects"):
        get(site.put("/loop", "", status=302, headers={"Location": "/loop"}), limits)
    assert len(site.asked) == 6


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://:80/"])
def test_a_redirect_to_another_scheme_is_refused(site: Site, limits: Limits, target: str) -> None:
    with pytest.raises(FetchError, match=r"redirected to .*: not an address that can be fetched"):
        get(site.put("/feed", "", status=302, headers={"Location": target}), limits)


def test_the_address_of_every_hop_is_checked(site: Site, limits: Limits) -> None:
    target = "http://169.254.169.254/latest/meta-data/"
    with pytest.raises(FetchError, match=r"redirected to http://169\.254.*: .* is a link-local address"):
        get(site.put("/feed", "", status=302, headers={"Location": target}), limits)


def test_a_public_host_that_redirects_inside_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first hop is let through as if 127.0.0.1 were public; the second is checked as it is."""
    from qa_service.fetching import addresses, http

    def first_hop_only(host: str, port: int, **options: object) -> list[str]:
        monkeypatch.setattr(http, "allowed_addresses", addresses.allowed_addresses)
        return ["127.0.0.1"]

    monkeypatch.setattr(http, "allowed_addresses", first_hop_only)
    site.put("/inside", "secret")
    url = site.put("/feed", "", status=302, headers={"Location": site.address + "/inside"})
    with pytest.raises(FetchError, match="is a loopback address"):
        get(url, Limits(timeout_s=60, max_bytes=1000))
    assert site.asked == ["/feed"]


def test_a_name_is_resolved_once_and_the_checked_address_connected_to(
    site: Site, limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that gives a second answer after the check would be rebinding."""
    asked: list[str] = []
    original = socket.getaddrinfo

    def resolve(host: str, port: int, *arguments: object, **options: object):  # type: ignore[no-untyped-def]
        asked.append(host)
        return original("127.0.0.1" if host == "ministry.example" else host, port, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    site.put("/feed", "words")
    assert get(site.address.replace("127.0.0.1", "ministry.example") + "/feed", limits).body == b"words"
    assert asked == ["ministry.example", "127.0.0.1"]  # the second is the address itself, on connecting
    assert site.headers[0]["Host"].startswith("ministry.example:")


def test_a_host_of_any_alphabet_is_asked_for_by_its_registered_name(
    limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def resolve(host: str, *_: object, **__: object) -> None:
        asked.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    for host in ("bücher.example", "１２７.0.0.1"):
        with pytest.raises(FetchError, match="there is no host"):
            get(f"http://{host}/", limits)
    assert asked == ["xn--bcher-kva.example", "127.0.0.1"]


def test_an_answer_in_chunks_is_put_together_and_one_that_breaks_off_is_told(site: Site, limits: Limits) -> None:
    start = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nwor\r\n2\r\nds\r\n"
    site.pages["/whole"] = Page(send=lambda handler: handler.wfile.write(start + b"0\r\n\r\n"))
    site.pages["/half"] = Page(send=lambda handler: handler.wfile.write(start))
    assert get(site.address + "/whole", limits).body == b"words"
    with pytest.raises(FetchError, match="no usable answer"):
        get(site.address + "/half", limits)


def test_an_announced_size_above_the_limit_is_refused(site: Site, limits: Limits) -> None:
    with pytest.raises(FetchError, match=r"larger than the limit of 100,000 bytes: raise fetch_max_mb"):
        get(site.put("/feed", b"x" * 100_001), limits)
    assert len(get(site.put("/feed", b"x" * 100_000), limits).body) == 100_000


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
    try:
        while True:
            handler.wfile.write(b"x" * 10_000)
    except OSError:
        pass


def test_an_endless_answer_is_cut_off_at_the_limit(site: Site, limits: Limits) -> None:
    site.pages["/feed"] = Page(send=endless)
    with pytest.raises(FetchError, match="larger than the limit"):
        get(site.address + "/feed", limits)


def test_packed_answers_are_unpacked(site: Site, limits: Limits) -> None:
    packed = gzip.compress(b"words ") + gzip.compress(b"and more")
    url = site.put("/feed", packed, headers={"Content-Encoding": "gzip"})
    assert get(url, limits).body == b"words and more"
    assert site.headers[0]["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize("n_layers", [1, 3])
def test_a_packed_answer_that_grows_beyond_the_limit_is_refused(site: Site, limits: Limits, n_layers: int) -> None:
    bomb = gzip.compress(bytes(20_000_000)) * n_layers
    assert len(bomb) < limits.max_bytes
    url = site.put("/feed", bomb, headers={"Content-Encoding": "gzip"})
    tracemalloc.start()
    with pytest.raises(FetchError, match="larger than the limit"):
        get(url, limits)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000  # it is never unpacked as a whole


@pytest.mark.parametrize("body", [b"no gzip", gzip.compress(b"words")[:-9], b""])
def test_damaged_packing_is_told(site: Site, limits: Limits, body: bytes) -> None:
    with pytest.raises(FetchError, match="gzip"):
        get(site.put("/feed", body, headers={"Content-Encoding": "gzip"}), limits)


def test_packing_that_was_not_asked_for_is_told(site: Site, limits: Limits) -> None:
    with pytest.raises(FetchError, match="wasn't asked for"):
        get(site.put("/feed", b"x", headers={"Content-Encoding": "br"}), limits)


def drip(start: bytes):  # type: ignore[no-untyped-def]
    def send(handler: BaseHTTPRequestHandler) -> None:
        try:
            handler.wfile.write(start)
            for _ in range(200):
                handler.wfile.write(b"x")
                time.sleep(0.05)
        except OSError:
            pass

    return send


@pytest.mark.parametrize(
    "start",
    [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Long: ", b""],
    ids=["body", "head", "first"],
)
def test_a_server_that_drips_is_given_up_when_the_whole_time_is_over(site: Site, start: bytes) -> None:
    site.pages["/feed"] = Page(send=drip(start))
    with pytest.raises(FetchError, match=r"no full answer within 0\.3 seconds"):
        get(site.address + "/feed", Limits(timeout_s=0.3, max_bytes=100_000, allow_private=True))


def test_an_answer_that_breaks_off_is_no_answer(site: Site, limits: Limits) -> None:
    site.pages["/feed"] = Page(send=lambda h: h.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<rss>"))
    with pytest.raises(FetchError, match="no usable answer"):
        get(site.address + "/feed", limits)


def test_what_is_not_http_is_told(site: Site, limits: Limits) -> None:
    site.pages["/feed"] = Page(send=lambda h: h.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n"))
    with pytest.raises(FetchError, match="no usable answer"):
        get(site.address + "/feed", limits)


def test_a_port_that_nobody_listens_on_is_told(limits: Limits) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(FetchError, match="Connection refused"):
            get(f"http://127.0.0.1:{unused.getsockname()[1]}/", limits)


def test_a_secure_address_on_a_plain_port_is_told(site: Site, limits: Limits) -> None:
    with pytest.raises(FetchError, match=r"no secure connection to 127\.0\.0\.1"):
        get(site.address.replace("http:", "https:") + "/feed", limits)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for localhost that nobody has signed, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "localhost.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(secret + signed.public_bytes(Encoding.PEM))
    return path


def test_a_certificate_must_be_trusted_and_name_the_host(
    certificate: Path, limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Bound(Handler):
        pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = HTTPServer(("127.0.0.1", 0), Bound)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    Bound.site = Site(server.server_port)
    Bound.site.put("/feed", "words")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        url = f"https://localhost:{server.server_port}/feed"
        with pytest.raises(FetchError, match=r"no secure connection to localhost \(self-signed certificate\)"):
            get(url, limits)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert get(url, limits).body == b"words"
        with pytest.raises(FetchError, match=r"no secure connection to 127\.0\.0\.1 \(IP address mismatch"):
            get(url.replace("localhost", "127.0.0.1"), limits)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
