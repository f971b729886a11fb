"""How many questions are taken on, and what those get that are one too many."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient
from web_fakes import FakeEngine, FakeLive
from werkzeug.exceptions import ServiceUnavailable, TooManyRequests

from qa_service.indexing.catalog import Catalog
from qa_service.web.app import create_app
from qa_service.web.limits import Limits, Places, RateLimit

ASKED = {"question": "How long?"}
BROWSER = {"Accept": "text/html"}


class HeldEngine(FakeEngine):
    """Begins each question, then waits until the test lets go."""

    def hold(self) -> None:
        self.begun = threading.Semaphore(0)
        self.go_on = threading.Event()

    def ask(self, question: str, **options: Any) -> Any:
        self.begun.release()
        assert self.go_on.wait(30)
        return super().ask(question, **options)


@pytest.fixture
def held(catalog: Catalog) -> Iterator[HeldEngine]:
    engine = HeldEngine(catalog)
    engine.hold()
    yield engine
    engine.go_on.set()


def wait_for(is_so: Callable[[], bool]) -> None:
    deadline = threading.Event()
    for _ in range(3_000):
        if is_so():
            return
        deadline.wait(0.01)
    pytest.fail("it never was so")


def test_beyond_those_that_run_and_wait_a_question_is_refused_at_once(held: HeldEngine) -> None:
    app = create_app(FakeLive(held), limits=Limits(n_running=2, n_waiting=1))
    places = app.extensions["qa_service.admission"].places
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(lambda: app.test_client().post("/ask", json=ASKED)) for _ in range(3)]
        wait_for(lambda: (places.running, places.waiting) == (2, 1))

        refused = app.test_client().post("/ask", json=ASKED)
        page = app.test_client().get("/ask?q=How+long", headers=BROWSER)

        assert (refused.status_code, refused.content_type) == (503, "application/problem+json")
        assert refused.headers["Retry-After"] == "1"
        assert (page.status_code, page.mimetype, page.headers["Retry-After"]) == (503, "text/html", "1")
        assert app.test_client().get("/health").status_code == 200
        held.go_on.set()
        assert [future.result().status_code for future in asked] == [200, 200, 200]
    assert (places.running, places.waiting) == (0, 0)
    assert app.test_client().post("/ask", json=ASKED).status_code == 200


def test_a_question_that_fails_gives_its_place_back(live: FakeLive) -> None:
    client = create_app(live, limits=Limits(n_running=1, n_waiting=0)).test_client()
    statuses = [client.get(f"/ask?q={question}").status_code for question in ("explode", "refuse", "long")]
    live.stop()
    statuses += [client.get("/ask?q=long").status_code for _ in range(2)]
    assert statuses == [500, 422, 200, 503, 503]
    assert client.get("/ask?q=long").headers["Retry-After"] == "5"  # no index, rather than no place


def test_a_place_goes_to_who_has_waited_longest() -> None:
    places, order = Places(1, 3), list[int]()

    def work(number: int) -> None:
        places.take()
        order.append(number)
        places.give_back()

    places.take()
    threads = []
    for number in range(3):
        threads.append(threading.Thread(target=work, args=[number]))
        threads[-1].start()
        wait_for(lambda number=number: places.waiting == number + 1)
    with pytest.raises(ServiceUnavailable):
        places.take()
    places.give_back()
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2]
    assert (places.running, places.waiting) == (0, 0)


def count(limit: RateLimit, addresses: Sequence[str]) -> list[bool]:
    """Return for each question whether it was within the limit."""
    found = []
    for address in addresses:
        try:
            limit.count(address)
            found.append(True)
        except TooManyRequests:
            found.append(False)
    return found


def test_a_client_may_ask_what_a_minute_allows_at_once_and_then_evenly() -> None:
    now = [0.0]
    limit = RateLimit(6, clock=lambda: now[0])
    assert count(limit, ["192.0.2.1"] * 8) == [True] * 6 + [False] * 2
    with pytest.raises(TooManyRequests) as refused:
        limit.count("192.0.2.1")
    assert refused.value.retry_after == 10
    now[0] = 9.9
    assert count(limit, ["192.0.2.1"]) == [False]
    now[0] = 10
    assert count(limit, ["192.0.2.1"] * 2) == [True, False]
    now[0] = 200
    assert count(limit, ["192.0.2.1"] * 7) == [True] * 6 + [False]


def test_clients_are_told_apart_by_address_and_ipv6_by_network() -> None:
    limit = RateLimit(1, clock=lambda: 0.0)
    addresses = ["192.0.2.1", "192.0.2.2", "::ffff:192.0.2.1", "2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", ""]
    assert count(limit, addresses) == [True, True, False, True, False, True, True]


def test_what_counts_as_several_questions_uses_up_as_many_and_never_more_than_a_minute_allows() -> None:
    limit = RateLimit(6, clock=lambda: 0.0)
    limit.count("192.0.2.1", 4)
    with pytest.raises(TooManyRequests) as refused:
        limit.count("192.0.2.1", 4)
    assert refused.value.retry_after == 20
    assert count(limit, ["192.0.2.1"] * 3) == [True, True, False]
    limit.count("192.0.2.2", 10)
    assert count(limit, ["192.0.2.2"]) == [False]


def test_what_is_remembered_of_clients_has_a_bound() -> None:
    now = [0.0]
    limit = RateLimit(60, clock=lambda: now[0])
    for number in range(25_000):
        now[0] += 0.0001
        limit.count(f"10.{number // 65536}.{number // 256 % 256}.{number % 256}")
    assert len(limit._whole_at) <= 10_000


def test_a_question_beyond_the_rate_is_429_with_a_time_to_come_back(live: FakeLive) -> None:
    client: FlaskClient = create_app(live, limits=Limits(per_minute=2)).test_client()
    assert [client.post("/ask", json=ASKED).status_code for _ in range(2)] == [200, 200]
    refused = client.post("/ask", json=ASKED)
    assert (refused.status_code, refused.content_type) == (429, "application/problem+json")
    assert 1 <= int(refused.headers["Retry-After"]) <= 30
    assert json.loads(refused.data)["title"] == "Too Many Requests"
    form = client.post("/ask", data={"question": "How long?"}, headers=BROWSER)
    assert (form.status_code, "Retry-After" in form.headers) == (429, True)
    assert client.get("/documents").status_code == 200
    other = client.post("/ask", json=ASKED, environ_base={"REMOTE_ADDR": "192.0.2.9"})
    assert other.status_code == 200


@pytest.mark.parametrize(("max_releases", "n_questions"), [(1, 1), (5, 1), (6, 2), (20, 4), (50, 10)])
def test_a_timeline_counts_as_a_question_for_every_five_releases(
    live: FakeLive, max_releases: int, n_questions: int
) -> None:
    client: FlaskClient = create_app(live, limits=Limits(per_minute=12)).test_client()
    assert client.post("/timeline", json={**ASKED, "max_releases": max_releases}).status_code == 200
    statuses = [client.post("/ask", json=ASKED).status_code for _ in range(13)]
    assert statuses.count(200) == 12 - n_questions


def test_behind_a_proxy_clients_are_told_apart_by_the_address_that_it_tells(live: FakeLive) -> None:
    def statuses(n_proxies: int, *forwarded: str) -> list[int]:
        client: FlaskClient = create_app(live, limits=Limits(per_minute=1), n_proxies=n_proxies).test_client()
        return [client.post("/ask", json=ASKED, headers={"X-Forwarded-For": each}).status_code for each in forwarded]

    assert statuses(1, "192.0.2.1", "192.0.2.2", "192.0.2.1") == [200, 200, 429]
    assert statuses(1, "192.0.2.1", "203.0.113.9, 192.0.2.1") == [200, 429]  # what a client says before the proxy
    assert statuses(0, "192.0.2.1", "192.0.2.2") == [200, 429]
