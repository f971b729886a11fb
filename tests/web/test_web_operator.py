"""The operator's page: who may see it, what it says of builds, rebuilding and rolling back."""

import errno
import json
import re
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner
from web_operator_fakes import HOSTILE_NAME, REPLAYED, TOKEN, FollowingLive, SteppingRebuilder, write_builds
from werkzeug.test import TestResponse

from qa_service.config import Settings
from qa_service.errors import SnapshotError
from qa_service.indexing import snapshot
from qa_service.indexing.snapshot import (
    REPLAY,
    REPORT,
    current_id,
    snapshot_folder,
    snapshot_ids,
    writing,
)
from qa_service.web import access, operator
from qa_service.web.app import create_app

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
BEARER = {"Authorization": f"Bearer {TOKEN}"}
OWN = {**BROWSER, "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return write_builds(tmp_path_factory.mktemp("operator"))


@pytest.fixture
def settings(written: Settings, tmp_path: Path) -> Settings:
    shutil.copytree(written.documents.parent, tmp_path / "own")
    return written.model_copy(update={"documents": tmp_path / "own" / "documents", "index": tmp_path / "own" / "index"})


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return client_of(settings, SteppingRebuilder(settings))


@pytest.fixture
def signed_in(client: FlaskClient) -> FlaskClient:
    sign_in(client)
    return client


def client_of(settings: Settings, rebuilder: SteppingRebuilder, token: str | None = TOKEN) -> FlaskClient:
    live = FollowingLive(settings.index)
    return create_app(live, rebuilder=rebuilder, rebuild_token=token).test_client()  # type: ignore[arg-type]


def sign_in(client: FlaskClient, token: str = TOKEN) -> TestResponse:
    return client.post("/operator/session", data={"token": token}, headers=OWN)


def text_of(response: TestResponse) -> str:
    """Return the words of a page, in one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", response.text.partition("<main")[2]).split())


def requests_that_need_access(snapshot_id: str) -> list[Callable[..., TestResponse]]:
    return [
        lambda client, **sent: client.get("/operator", **sent),
        lambda client, **sent: client.get(f"/operator/builds/{snapshot_id}", **sent),
        lambda client, **sent: client.get("/operator/jobs/1", **sent),
        lambda client, **sent: client.post("/operator/rebuild", **sent),
        lambda client, **sent: client.post("/operator/rollback", data={"snapshot": snapshot_id}, **sent),
    ]


# Who may


def test_without_a_session_a_browser_gets_the_form_and_no_name_of_a_release(
    client: FlaskClient, settings: Settings
) -> None:
    before = current_id(settings.index)
    for send in requests_that_need_access(snapshot_ids(settings.index)[1]):
        response = send(client, headers=BROWSER)
        assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert '<input id="token" name="token" type="password"' in response.text
        assert "flood.txt" not in response.text
    assert current_id(settings.index) == before


@pytest.mark.parametrize(("sent", "status"), [({}, 401), ({"Authorization": "Bearer wrong"}, 403)])
def test_a_program_without_the_token_gets_a_problem(
    client: FlaskClient, settings: Settings, sent: dict[str, str], status: int
) -> None:
    before = current_id(settings.index)
    for send in requests_that_need_access(snapshot_ids(settings.index)[1]):
        response = send(client, headers=sent)
        assert (response.status_code, response.content_type) == (status, "application/problem+json")
    assert current_id(settings.index) == before


def test_without_a_token_in_the_settings_all_of_it_is_off(settings: Settings) -> None:
    client = client_of(settings, SteppingRebuilder(settings), token=None)
    off = [*requests_that_need_access("x"), lambda client, **sent: client.post("/operator/session", **sent)]
    for send in off:
        response = send(client, headers=BROWSER)
        assert response.status_code == 403
        assert "Set QA_REBUILD_TOKEN on the server" in response.text


def test_the_token_opens_a_session_whose_cookie_does_not_hold_it(client: FlaskClient) -> None:
    response = sign_in(client)

    assert (response.status_code, response.headers["Location"]) == (303, "/operator")
    cookie, *attributes = response.headers["Set-Cookie"].split("; ")
    assert TOKEN not in cookie
    assert set(attributes) - {a for a in attributes if a.startswith("Expires=")} == {
        "Max-Age=28800", "HttpOnly", "Path=/", "SameSite=Strict",
    }  # fmt: skip
    assert "In service" in client.get("/operator", headers=BROWSER).text


def test_over_https_the_cookie_is_never_sent_without_it(client: FlaskClient) -> None:
    response = client.post("/operator/session", data={"token": TOKEN}, base_url="https://localhost", headers=OWN)
    assert "Secure" in response.headers["Set-Cookie"].split("; ")


def test_https_that_a_proxy_tells_of_counts_only_when_a_setting_says_that_there_is_one(settings: Settings) -> None:
    forwarded = {**OWN, "X-Forwarded-Proto": "https"}

    def cookie(n_proxies: int) -> str:
        app = create_app(
            FollowingLive(settings.index),  # type: ignore[arg-type]
            rebuilder=SteppingRebuilder(settings),
            rebuild_token=TOKEN,
            n_proxies=n_proxies,
        )
        response = app.test_client().post("/operator/session", data={"token": TOKEN}, headers=forwarded)
        return response.headers["Set-Cookie"]

    assert "Secure" not in cookie(0).split("; ")
    assert "Secure" in cookie(1).split("; ")


@pytest.mark.parametrize("token", ["", "wrong", TOKEN + "x", TOKEN[:-1], "tökén 🌧", "\udcff"])
def test_a_wrong_token_gets_the_form_again_and_is_not_repeated(client: FlaskClient, token: str) -> None:
    response = client.post("/operator/session", data={"token": token.encode(errors="surrogateescape")}, headers=OWN)
    assert (response.status_code, "Set-Cookie" in response.headers) == (403, False)
    assert "This is not the server’s token." in response.text
    assert 'name="token"' in response.text
    assert "wrong" not in response.text


def test_a_program_with_a_wrong_token_gets_a_problem(client: FlaskClient) -> None:
    response = client.post("/operator/session", data={"token": "wrong"})
    assert (response.status_code, response.content_type) == (403, "application/problem+json")


def test_a_session_ends_after_eight_hours_and_says_so(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(client)
    signed_in_at = time.time()
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _self: int(signed_in_at + 7.9 * 3600))
    assert client.get("/operator", headers=BROWSER).status_code == 200
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _self: int(signed_in_at + 8.1 * 3600))
    response = client.get("/operator", headers=BROWSER)
    assert response.status_code == 401
    assert "Your session has ended. Sign in again." in response.text


def test_another_token_ends_all_sessions(signed_in: FlaskClient) -> None:
    signed_in.application.config["REBUILD_TOKEN"] = "another-token-of-some-length"
    assert signed_in.get("/operator", headers=BROWSER).status_code == 401


@pytest.mark.parametrize(
    "cookie", ["", "x", "qa_operator", "qa_operator.x.y", "qa_operator.aaaaaa.", ".", "é.é.é", TOKEN]
)
def test_a_cookie_that_was_not_signed_here_is_none(client: FlaskClient, cookie: str) -> None:
    client.set_cookie(access.SESSION, cookie)
    assert client.get("/operator", headers=BROWSER).status_code == 401


def test_signing_out_forgets_the_session(signed_in: FlaskClient) -> None:
    response = signed_in.post("/operator/sign-out", headers=OWN)
    assert (response.status_code, response.headers["Location"]) == (303, "/")
    assert signed_in.get("/operator", headers=BROWSER).status_code == 401


@pytest.mark.parametrize(
    "sent",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost:8001"},
        {"Origin": "null"},
        {"Origin": "http://["},
    ],
)
def test_what_another_sites_page_sends_is_refused(
    signed_in: FlaskClient, settings: Settings, sent: dict[str, str]
) -> None:
    before = current_id(settings.index)
    old = {"snapshot": snapshot_ids(settings.index)[1]}
    for address, form in {"session": {"token": TOKEN}, "sign-out": {}, "rebuild": {}, "rollback": old}.items():
        response = signed_in.post(f"/operator/{address}", data=form, headers={**BROWSER, **sent})
        assert (response.status_code, "Set-Cookie" in response.headers) == (403, False)
        assert "another site" in response.text
    assert current_id(settings.index) == before
    assert signed_in.application.extensions["qa_service.rebuilder"].jobs() == []


@pytest.mark.parametrize(
    "sent", [{"Sec-Fetch-Site": "same-origin", "Origin": "null"}, {"Origin": "http://localhost"}, {}]
)
def test_what_the_page_itself_or_a_program_sends_is_taken(client: FlaskClient, sent: dict[str, str]) -> None:
    assert client.post("/operator/session", data={"token": TOKEN}, headers={**BROWSER, **sent}).status_code == 303


@pytest.mark.parametrize("path", ["/operator", "/operator/builds/none", "/operator/jobs/none"])
def test_nothing_of_it_is_stored_and_its_forms_tell_their_origin(signed_in: FlaskClient, path: str) -> None:
    headers = signed_in.get(path, headers=BROWSER).headers
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "same-origin")
    assert headers["X-Frame-Options"] == "DENY"
    assert "script-src 'self'" in headers["Content-Security-Policy"]


def test_other_pages_link_to_it_only_with_a_session(client: FlaskClient) -> None:
    assert 'href="/operator"' not in client.get("/", headers=BROWSER).text
    sign_in(client)
    assert 'href="/operator"' in client.get("/", headers=BROWSER).text


# What it says


def test_the_page_tells_what_is_in_service_and_what_is_kept(signed_in: FlaskClient, settings: Settings) -> None:
    new, old = snapshot_ids(settings.index)
    page = signed_in.get("/operator", headers=BROWSER)
    words = text_of(page)
    assert "Releases 4" in words
    assert "Newest release 3 June 2024" in words
    assert words.index(f"{new} in service") < words.index(f"{old} ", words.index("Snapshots on disk"))
    assert "2 added, 1 changed, 1 removed, 1 skipped, 2 saved questions answered differently" in words
    assert page.text.count("Roll back to this") == 1
    assert str(settings.index.parent) not in page.text


def test_a_report_tells_all_that_the_build_did(signed_in: FlaskClient, settings: Settings) -> None:
    new, old = snapshot_ids(settings.index)
    words = text_of(signed_in.get(f"/operator/builds/{new}", headers=BROWSER))
    for expected in [
        f"{new} in service",
        f"after {old}",
        "Releases 4",
        "Added 2",
        "Changed 1 flood.txt",
        "Removed 1 withdrawn.txt",
        "Skipped 1 &lt;img src=x onerror=alert(2)&gt;.pdf",
        "Near-duplicates 1",
        "the same text as",
        "Of 12 saved questions. What was &lt;b&gt;worth&lt;/b&gt; 16.7 million yen? Before the supplies flood.txt",
        "Now not answered",
        "Now approximately &lt;i&gt;30&lt;/i&gt; minutes summit.txt",
        "Embedding new passages",
    ]:
        assert expected in words


def test_a_full_build_says_why(signed_in: FlaskClient, settings: Settings) -> None:
    words = text_of(signed_in.get(f"/operator/builds/{snapshot_ids(settings.index)[1]}", headers=BROWSER))
    assert "A full build: nothing was taken over, because there is no earlier snapshot." in words


def test_names_that_are_markup_are_words_and_only_releases_that_exist_are_links(
    signed_in: FlaskClient, settings: Settings
) -> None:
    page = signed_in.get(f"/operator/builds/{current_id(settings.index)}", headers=BROWSER).text
    assert HOSTILE_NAME not in page
    assert (
        '<a href="/documents/%3Cscript%3Ealert%281%29%3C/script%3E.txt">&lt;script&gt;alert(1)&lt;/script&gt;.txt</a>'
        in page
    )
    assert "<img" not in page
    assert 'href="/documents/withdrawn.txt"' not in page
    assert 'href="/documents/flood.txt"' in page


def test_a_long_list_is_folded_and_cut(signed_in: FlaskClient, settings: Settings) -> None:
    name = current_id(settings.index)
    report = snapshot_folder(settings.index, name) / REPORT
    stored = json.loads(report.read_text())
    report.write_text(json.dumps({**stored, "added": [f"{n}.txt" for n in range(2_345)]}))
    page = signed_in.get(f"/operator/builds/{name}", headers=BROWSER)
    assert re.search(r'<details class="list"\s*>\s*<summary><h2>Added <span class="count">2,345</span>', page.text)
    assert page.text.count("<li>") < 2_100
    assert "and 345 more" in page.text
    assert len(signed_in.get(f"/operator/builds/{name}").json["report"]["added"]) == 2_345


@pytest.mark.parametrize(
    "stored", [b"", b"{", b"[]", b'{"snapshot": "x"}', b"\xff\xfe", b'{"n_questions": "many", "changed": []}']
)
@pytest.mark.parametrize("name", [REPORT, REPLAY])
def test_what_another_version_wrote_is_named_and_the_rest_shown(
    signed_in: FlaskClient, settings: Settings, name: str, stored: bytes
) -> None:
    build = current_id(settings.index)
    (snapshot_folder(settings.index, build) / name).write_bytes(stored)
    page = signed_in.get(f"/operator/builds/{build}", headers=BROWSER)
    assert page.status_code == 200
    assert f"{name} of this snapshot can’t be read" in page.text
    assert ("Time by stage" in page.text) == (name == REPLAY)
    assert signed_in.get(f"/operator/builds/{build}").json["unreadable"] == [name]
    assert signed_in.get("/operator", headers=BROWSER).status_code == 200


def test_a_report_that_is_missing_is_said_to_be(signed_in: FlaskClient, settings: Settings) -> None:
    build = current_id(settings.index)
    (snapshot_folder(settings.index, build) / REPORT).unlink()
    page = signed_in.get(f"/operator/builds/{build}", headers=BROWSER)
    assert "This snapshot has no report.json" in page.text
    assert "Its report is missing" in signed_in.get("/operator", headers=BROWSER).text


def test_a_damaged_snapshot_is_marked_and_can_not_be_chosen(signed_in: FlaskClient, settings: Settings) -> None:
    old = snapshot_ids(settings.index)[1]
    signed_in.get("/operator", headers=BROWSER)  # damage that comes later is seen too
    (snapshot_folder(settings.index, old) / "vectors.npy").write_bytes(b"x")
    page = signed_in.get("/operator", headers=BROWSER)
    assert f"{old} damaged" in text_of(page)
    assert "vectors.npy does not match its checksum" in page.text
    assert "Roll back to this" not in page.text
    assert str(settings.index.parent) not in page.text


def test_when_another_one_than_named_is_served_the_page_says_so(signed_in: FlaskClient, settings: Settings) -> None:
    new, old = snapshot_ids(settings.index)
    (snapshot_folder(settings.index, new) / "vectors.npy").write_bytes(b"x")
    page = signed_in.get("/operator", headers=BROWSER)
    assert f"The index names {new}, which can’t be opened" in page.text
    assert f"{old} in service" in text_of(page)
    assert f'name="snapshot" value="{old}"' in page.text


def test_without_any_sound_snapshot_the_page_is_still_there(signed_in: FlaskClient, settings: Settings) -> None:
    for name in snapshot_ids(settings.index):
        (snapshot_folder(settings.index, name) / "manifest.json").write_text("{}")
    page = signed_in.get("/operator", headers=BROWSER)
    assert page.status_code == 200
    assert "There is no sound snapshot to answer from" in page.text
    assert page.text.count("badge-bad") == 2
    assert signed_in.get(f"/operator/builds/{name}", headers=BROWSER).status_code == 200


@pytest.mark.parametrize("name", ["000009-20200101T000000Z", "..", "%2e%2e%2f%2e%2e", "<script>"])
def test_a_snapshot_that_is_not_there_is_404(signed_in: FlaskClient, name: str) -> None:
    response = signed_in.get(f"/operator/builds/{name}", headers=BROWSER)
    assert response.status_code == 404
    assert "<script>" not in response.text


def test_programs_read_builds_as_json(client: FlaskClient, settings: Settings) -> None:
    new, old = snapshot_ids(settings.index)
    found = client.get("/operator", headers={**BEARER, "Accept": "application/json"}).json
    assert found["served"]["version"] == found["current"] == new
    assert [build["snapshot"] for build in found["snapshots"]] == [new, old]
    build = client.get(found["snapshots"][0]["url"], headers=BEARER).json
    assert build["report"]["removed"] == ["withdrawn.txt"]
    assert build["replay"] == REPLAYED
    assert (build["damage"], build["unreadable"], build["documents"]) == (None, [], 4)


def test_what_programs_get_and_are_refused_is_as_described(
    client: FlaskClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from test_web_openapi import check

    new, old = snapshot_ids(settings.index)
    build, rollback = "/operator/builds/{snapshot_id}", "/operator/rollback"

    def roll_back_to(name: object) -> dict[str, object]:
        return check(client.post(rollback, json={"snapshot": name}, headers=BEARER), rollback, "post")

    assert check(client.get("/operator", headers=BEARER), "/operator")["current"] == new
    assert check(client.get(f"/operator/builds/{new}", headers=BEARER), build)["snapshot"] == new
    assert check(client.get("/operator/builds/none", headers=BEARER), build)["status"] == 404
    assert check(client.get("/operator"), "/operator")["status"] == 401
    check(client.get("/operator", headers=BROWSER), "/operator")
    assert check(client.get("/operator", headers={"Authorization": "Bearer x"}), "/operator")["status"] == 403
    assert roll_back_to(old) == {"snapshot": old, "documents": 3, "passages": 6}
    assert [roll_back_to(name)["status"] for name in (7, "none")] == [422, 404]
    check(client.post(rollback, data={"snapshot": new}, headers={**BEARER, **OWN}), rollback, "post")
    with writing(settings.index):
        assert roll_back_to(old)["status"] == 409
    monkeypatch.setattr(operator, "roll_back", lambda *_: (_ for _ in ()).throw(OSError("full")))
    assert roll_back_to(old)["status"] == 503
    for name in (new, old):
        (snapshot_folder(settings.index, name) / "manifest.json").write_text("{}")
    assert check(client.get("/operator", headers=BEARER), "/operator")["served"] is None
    assert check(client.get(f"/operator/builds/{new}", headers=BEARER), build)["documents"] is None


# What it does


def test_a_rebuild_leads_to_its_job_and_that_to_the_report(settings: Settings) -> None:
    go = threading.Event()
    rebuilder = SteppingRebuilder(settings, go.wait)
    client = client_of(settings, rebuilder)
    sign_in(client)
    (settings.documents / "new.txt").write_text("A new release\n\nIt says something that no other one says.\n")

    started = client.post("/operator/rebuild", headers=OWN)

    assert started.status_code == 303
    address = started.headers["Location"]
    rebuilder.is_waiting.wait()
    running = client.get(address, headers=BROWSER).text
    assert "Reading the releases" in running
    assert "1 of 3" in running
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in running
    polled = client.get(address).json
    assert (polled["state"], polled["status"], polled["done"]) == ("running", "Reading the releases", 1)
    assert "Follow the rebuild that is running" in client.get("/operator", headers=BROWSER).text
    second = client.post("/operator/rebuild", headers=OWN)
    assert second.status_code == 409
    assert "A rebuild is running." in text_of(second)

    go.set()
    rebuilder.wait(address.rpartition("/")[2])
    ended = client.get(address, headers=BROWSER).text
    assert "Done: a new snapshot was put in service" in ended
    assert "1 added, 1 skipped." in ended
    assert "refresh" not in ended
    assert f'href="/operator/builds/{current_id(settings.index)}"' in ended
    assert client.get(address).json["report"]["added"] == ["new.txt"]


def test_a_rebuild_with_nothing_to_do_says_so(signed_in: FlaskClient, settings: Settings) -> None:
    address = signed_in.post("/operator/rebuild", headers=OWN).headers["Location"]
    rebuilder: SteppingRebuilder = signed_in.application.extensions["qa_service.rebuilder"]
    rebuilder.wait(address.rpartition("/")[2])
    page = signed_in.get(address, headers=BROWSER).text
    assert "Done: nothing had changed" in page
    assert f'href="/operator/builds/{current_id(settings.index)}"' in page


def test_a_rebuild_that_fails_says_why_and_stays_listed(signed_in: FlaskClient, settings: Settings) -> None:
    shutil.rmtree(settings.documents)
    settings.documents.mkdir()
    address = signed_in.post("/operator/rebuild", headers=OWN).headers["Location"]
    signed_in.application.extensions["qa_service.rebuilder"].wait(address.rpartition("/")[2])
    page = signed_in.get(address, headers=BROWSER).text
    assert "Failed: the index is as it was" in page
    assert "holds no release" in page
    assert "Failed: the index is as it was" in signed_in.get("/operator", headers=BROWSER).text


def test_a_program_rebuilds_and_rolls_back_with_the_token(client: FlaskClient, settings: Settings) -> None:
    started = client.post("/operator/rebuild", headers=BEARER)
    assert (started.status_code, started.headers["Location"]) == (202, f"/operator/jobs/{started.json['job']}")
    client.application.extensions["qa_service.rebuilder"].wait(started.json["job"])
    old = snapshot_ids(settings.index)[1]
    done = client.post("/operator/rollback", json={"snapshot": old}, headers=BEARER)
    assert (done.status_code, done.json) == (200, {"snapshot": old, "documents": 3, "passages": 6})
    assert current_id(settings.index) == old


def test_an_unknown_job_is_404(signed_in: FlaskClient) -> None:
    assert signed_in.get("/operator/jobs/7", headers=BROWSER).status_code == 404


def test_rolling_back_puts_the_chosen_snapshot_in_service(signed_in: FlaskClient, settings: Settings) -> None:
    old = snapshot_ids(settings.index)[1]
    response = signed_in.post("/operator/rollback", data={"snapshot": old}, headers=OWN)
    assert (response.status_code, response.headers["Location"]) == (303, f"/operator?rolled_back={old}")
    assert current_id(settings.index) == old
    page = signed_in.get(response.headers["Location"], headers=BROWSER)
    assert f"Questions are answered from {old} now." in page.text
    assert f"{old} in service" in text_of(page)
    assert "Serve this one" in page.text


def test_a_rollback_that_is_not_true_is_not_told(signed_in: FlaskClient, settings: Settings) -> None:
    old = snapshot_ids(settings.index)[1]
    assert (
        "are answered from"
        not in signed_in.get(f"/operator?rolled_back={old}", headers=BROWSER).text.partition("<h2")[0]
    )


def test_while_a_build_runs_nothing_is_rolled_back(signed_in: FlaskClient, settings: Settings) -> None:
    new, old = snapshot_ids(settings.index)
    with writing(settings.index):
        response = signed_in.post("/operator/rollback", data={"snapshot": old}, headers=OWN)
        refused = signed_in.post("/operator/rebuild", headers=OWN)
    assert (response.status_code, refused.status_code) == (409, 409)
    assert "A build is running, so nothing was rolled back." in text_of(response)
    assert str(settings.index.parent) not in response.text + refused.text
    assert current_id(settings.index) == new


def test_a_damaged_snapshot_is_not_put_in_service(signed_in: FlaskClient, settings: Settings) -> None:
    new, old = snapshot_ids(settings.index)
    (snapshot_folder(settings.index, old) / "vectors.npy").write_bytes(b"x")
    response = signed_in.post("/operator/rollback", data={"snapshot": old}, headers=OWN)
    assert response.status_code == 409
    assert f"Nothing was rolled back: snapshot {old} is damaged: vectors.npy does not match its checksum" in text_of(
        response
    )
    problem = signed_in.post("/operator/rollback", json={"snapshot": old}, headers=BEARER)
    assert (problem.status_code, problem.content_type) == (409, "application/problem+json")
    assert current_id(settings.index) == new


def test_a_snapshot_that_can_not_be_read_now_is_not_said_to_be_gone(
    signed_in: FlaskClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    new, old = snapshot_ids(settings.index)

    def fail(*_: object) -> None:
        raise SnapshotError(f"vectors.npy of snapshot {old} can't be read now (Too many open files): look at /srv.")

    monkeypatch.setattr(operator, "roll_back", fail)
    for sent in ({"data": {"snapshot": old}, "headers": OWN}, {"json": {"snapshot": old}, "headers": BEARER}):
        response = signed_in.post("/operator/rollback", **sent)
        assert (response.status_code, response.headers["Retry-After"]) == (503, "60")
        assert "The rollback failed, because this machine can't read or write the index now;" in response.text.replace(
            "&#39;", "'"
        )
        assert "/srv" not in response.text
    assert current_id(settings.index) == new


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
def test_a_rollback_that_can_not_be_written_is_503_and_names_no_path(
    signed_in: FlaskClient, settings: Settings, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    new, old = snapshot_ids(settings.index)

    def fail(index: Path, _: str) -> None:
        raise OSError(code, "It can't be written", str(index))

    monkeypatch.setattr(snapshot, "point_current", fail)
    response = signed_in.post("/operator/rollback", json={"snapshot": old}, headers=BEARER)
    assert (response.status_code, response.content_type) == (503, "application/problem+json")
    assert str(settings.index.parent) not in response.text
    assert current_id(settings.index) == new


@pytest.mark.parametrize(
    ("form", "status"),
    [({}, 422), ({"snapshot": ""}, 422), ({"snapshot": "x" * 101}, 422), ({"snapshot": "../../x"}, 404)],
)
def test_a_rollback_to_nothing_is_refused(
    signed_in: FlaskClient, settings: Settings, form: dict[str, str], status: int
) -> None:
    before = current_id(settings.index)
    assert signed_in.post("/operator/rollback", data=form, headers=OWN).status_code == status
    assert current_id(settings.index) == before
