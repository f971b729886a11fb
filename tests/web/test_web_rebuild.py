import datetime as dt
import errno

import pytest
from flask.testing import FlaskClient
from web_fakes import FakeLive

from qa_service.errors import BusyError
from qa_service.jobs import Job
from qa_service.web.app import create_app

TOKEN = "a-token-of-some-length"
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}
JOB = Job("20260102T120000Z-1", "running", dt.datetime(2026, 1, 2, 12, tzinfo=dt.UTC), stage="loading", done=2, total=3)


class FakeRebuilder:
    is_busy = False
    fault: Exception | None = None

    def start(self) -> Job:
        if self.fault:
            raise self.fault
        if self.is_busy:
            raise BusyError("another build of /srv/index/ is running")
        return JOB

    def job(self, job_id: str) -> Job | None:
        return JOB if job_id == JOB.id else None


@pytest.fixture
def rebuilder() -> FakeRebuilder:
    return FakeRebuilder()


@pytest.fixture
def client(live: FakeLive, rebuilder: FakeRebuilder) -> FlaskClient:
    return create_app(live, rebuilder=rebuilder, rebuild_token=TOKEN).test_client()  # type: ignore[arg-type]


def test_a_rebuild_is_a_job_with_an_address(client: FlaskClient) -> None:
    started = client.post("/rebuild", headers=AUTHORIZED)
    assert (started.status_code, started.headers["Location"]) == (202, f"/rebuild/{JOB.id}")
    found = client.get(started.headers["Location"], headers=AUTHORIZED).json
    assert (found["job"], found["state"], found["stage"], found["done"], found["total"]) == (
        JOB.id, "running", "loading", 2, 3,
    )  # fmt: skip
    assert (found["report"], found["error"], found["ended_at"]) == (None, None, None)


def test_a_second_rebuild_is_a_conflict_that_names_no_path(client: FlaskClient, rebuilder: FakeRebuilder) -> None:
    rebuilder.is_busy = True
    response = client.post("/rebuild", headers=AUTHORIZED)
    assert (response.status_code, response.content_type) == (409, "application/problem+json")
    assert "/srv" not in response.text


@pytest.mark.parametrize(
    "fault",
    [
        OSError(errno.ENOSPC, "No space left on device", "/srv/index/jobs/1"),
        OSError(errno.EROFS, "Read-only file system", "/srv/index/jobs/1"),
        RuntimeError("can't start new thread"),
    ],
)
@pytest.mark.parametrize("path", ["/rebuild", "/operator/rebuild"])
def test_a_rebuild_that_the_machine_can_not_begin_is_503_with_what_to_do_and_no_path(
    client: FlaskClient, rebuilder: FakeRebuilder, path: str, fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    rebuilder.fault = fault
    response = client.post(path, headers=AUTHORIZED)
    assert (response.status_code, response.content_type) == (503, "application/problem+json")
    assert response.json["detail"] == (
        "No rebuild was begun, because this machine can't begin one now. Look at its disk, its memory and who may "
        "write to the index folder, then ask again. The server's log says more."
    )
    assert response.headers["Retry-After"] == "60"
    assert str(fault) in caplog.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Basic YTpi"}, 401),
        ({"Authorization": "Bearer"}, 401),
        ({"Authorization": "Bearer wrong"}, 403),
        ({"Authorization": f"Bearer {TOKEN}x"}, 403),
        ({"Authorization": "Bearer t\u00f6ken"}, 403),
    ],
)
def test_who_does_not_know_the_token_is_refused(client: FlaskClient, headers: dict[str, str], status: int) -> None:
    for response in (client.post("/rebuild", headers=headers), client.get(f"/rebuild/{JOB.id}", headers=headers)):
        assert (response.status_code, response.content_type) == (status, "application/problem+json")
        assert ("WWW-Authenticate" in response.headers) == (status == 401)


@pytest.mark.parametrize("token", ["c2VjcmV0LXRva2Vu=bg==", "key=value, key=value", "a token of some words"])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_a_token_of_any_characters_is_known(live: FakeLive, rebuilder: FakeRebuilder, token: str, scheme: str) -> None:
    client = create_app(live, rebuilder=rebuilder, rebuild_token=token).test_client()  # type: ignore[arg-type]
    assert client.post("/rebuild", headers={"Authorization": f"{scheme} {token}"}).status_code == 202
    assert client.post("/rebuild", headers={"Authorization": f"{scheme} {token}x"}).status_code == 403


@pytest.mark.parametrize("token", [None, ""])
def test_without_a_token_the_endpoint_is_off_and_says_so(
    live: FakeLive, rebuilder: FakeRebuilder, token: str | None
) -> None:
    client = create_app(live, rebuilder=rebuilder, rebuild_token=token).test_client()  # type: ignore[arg-type]
    response = client.post("/rebuild", headers={"Authorization": "Bearer "})
    assert response.status_code == 403
    assert "QA_REBUILD_TOKEN" in response.json["detail"]


def test_an_unknown_job_and_another_method_are_refused(client: FlaskClient) -> None:
    assert client.get("/rebuild/7", headers=AUTHORIZED).status_code == 404
    assert client.put("/rebuild", headers=AUTHORIZED).status_code == 405
