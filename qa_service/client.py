"""A client of the HTTP interface, on the standard library alone: importing it loads neither models nor a web server.

client = Client("http://127.0.0.1:8000")
reply = client.ask("How long did they meet?")
"""

import datetime as dt
import http.client
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from qa_service.errors import QaServiceError
from qa_service.wire import (
    Answer,
    Citation,
    Entry,
    Index,
    Passage,
    Reply,
    Timeline,
    dated,
    from_json,
    index_from_json,
    reply_from_json,
    timeline_from_json,
)

__all__ = [
    "Answer",
    "Citation",
    "Client",
    "DocumentSummary",
    "Entry",
    "FieldError",
    "Filters",
    "Index",
    "Job",
    "Passage",
    "ProblemError",
    "Reply",
    "Timeline",
    "Turn",
    "UnreachableError",
]

_PAGE_SIZE = 50

_Value = TypeVar("_Value")


class UnreachableError(QaServiceError):
    """There was no reply, or none of this service: the address, the network or a proxy is to be looked at."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of a request."""

    field: str
    message: str


class ProblemError(QaServiceError):
    """The server refused, and said why.

    Attributes:
        status, title, detail: Of the problem; `detail` says what to do.
        errors: What is wrong with each field, when the status is 422.
        retry_after_s: When to ask again, for 429 and 503; None when the server doesn't say.
    """

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        errors: Sequence[FieldError] = (),
        *,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(f"{status} {title}: {detail}")
        self.status = status
        self.title = title
        self.detail = detail
        self.errors = tuple(errors)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of the conversation and the answer it got, None when it was refused."""

    question: str
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """Which releases may answer."""

    date_from: dt.date | None = None
    date_to: dt.date | None = None
    document_ids: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """A release in the list of releases. `url` is the path of its page on the server."""

    document_id: str
    title: str
    date: dt.date | None
    source_url: str | None
    note: str | None
    url: str


@dataclass(frozen=True, slots=True)
class Job:
    """A rebuild of the index that was asked for, and how far it is.

    Attributes:
        stage, done, total: The stage it is in, and how much of that is done.
        error: Why it failed.
        report: What the build did, once it succeeded, as the server's JSON.
    """

    job: str
    state: Literal["running", "succeeded", "failed"]
    stage: str
    done: int
    total: int
    started_at: dt.datetime
    ended_at: dt.datetime | None
    error: str | None
    report: Mapping[str, Any] | None


class Client:
    """Asks one server. Safe to use from several threads; each call is a connection of its own."""

    def __init__(self, base_url: str, token: str | None = None, timeout: float = 30.0) -> None:
        """Prepare; nothing is sent yet.

        Args:
            base_url: Such as `http://127.0.0.1:8000`; a path in front of the service's own is kept.
            token: What `rebuild` and `job` are asked with; sent with no other request. A line end, as a file has it,
                is left out.
            timeout: Seconds that the server may be silent.

        Raises:
            ValueError: `base_url` is not an http or https address.
        """
        if urlsplit(base_url).scheme not in {"http", "https"} or not urlsplit(base_url).netloc:
            raise ValueError(f"base_url is {base_url!r}: give an address that begins with http:// or https://")
        self._base = base_url.rstrip("/")
        self._token = token and token.strip()
        self._timeout = timeout
        self._opener = build_opener(_NoRedirect)

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        top_k: int = 5,
    ) -> Reply:
        """Return the reply to a question; a refusal is a reply too.

        Args:
            question: 1 to 2,000 characters.
            history: Earlier turns, oldest first.
            filters: None allows every release.
            top_k: How many passages the reply holds, 1 to 50.

        Raises:
            ProblemError: The server refused the request.
            UnreachableError: There was no reply.
        """
        body: dict[str, object] = {"question": question, "top_k": top_k}
        if history:
            body["history"] = [{"question": turn.question, "answer": turn.answer} for turn in history]
        if filters:
            body["filters"] = _filters_as_json(filters)
        return self._read(reply_from_json, self._send("POST", "/ask", body))

    def timeline(self, question: str, filters: Filters | None = None, max_releases: int = 20) -> Timeline:
        """Return what each release answers, by date; of at most `max_releases`, 1 to 50. Raises as `ask` does."""
        body: dict[str, object] = {"question": question, "max_releases": max_releases}
        if filters:
            body["filters"] = _filters_as_json(filters)
        return self._read(timeline_from_json, self._send("POST", "/timeline", body))

    def documents(
        self, words: str = "", date_from: dt.date | None = None, date_to: dt.date | None = None
    ) -> Iterator[DocumentSummary]:
        """Yield the releases whose title holds each of `words`, newest first; pages are fetched as they are needed."""
        asked = {"words": words, "date_from": date_from or "", "date_to": date_to or "", "limit": _PAGE_SIZE}
        offset, total = 0, 1
        while offset < total:
            query = urlencode({**asked, "offset": offset})
            page, total = self._read(_page_from_json, self._send("GET", f"/documents?{query}"))
            yield from page
            offset += _PAGE_SIZE

    def release_text(self, document_id: str) -> str:
        """Return the stored text of a release, which the offsets of citations count into."""
        return self._send("GET", f"/documents/{quote(document_id, safe='/')}/text", accept="text/plain").decode()

    def index(self) -> Index:
        """Return which snapshot is in service, and what it holds."""
        return self._read(lambda stored: index_from_json(stored["index"]), self._send("GET", "/ready"))

    def rebuild(self) -> Job:
        """Ask for a rebuild of the index and return its job at once; needs the token."""
        return self._read(_job_from_json, self._send("POST", "/rebuild", with_token=True))

    def job(self, job_id: str) -> Job:
        """Return how far a rebuild is, or how it ended; needs the token."""
        return self._read(_job_from_json, self._send("GET", f"/rebuild/{quote(job_id, safe='')}", with_token=True))

    def _send(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        accept: str = "application/json",
        with_token: bool = False,
    ) -> bytes:
        headers = {"Accept": f"{accept}, application/problem+json"}
        request = Request(self._base + path, method=method, headers=headers)  # noqa: S310 - the scheme was checked
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        if with_token and self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        try:
            with self._opener.open(request, timeout=self._timeout) as response:
                content: bytes = response.read()
                return content
        except HTTPError as error:
            with error:
                raise _problem(error) from None
        except (OSError, http.client.HTTPException) as error:
            raise UnreachableError(
                f"{self._base} gave no reply: {error}. Is the server running, and is the address right?"
            ) from error

    def _read(self, parse: Callable[[Any], _Value], content: bytes) -> _Value:
        try:
            return parse(json.loads(content))
        except (KeyError, TypeError, ValueError) as error:
            raise UnreachableError(
                f"what {self._base} replied is not of this service. Is the address that of a qa-service?"
            ) from error


class _NoRedirect(HTTPRedirectHandler):
    """The service redirects no program, and a token must not follow a redirect to another host."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _problem(error: HTTPError) -> ProblemError:
    seconds = error.headers.get("Retry-After", "")
    retry_after_s = int(seconds) if seconds.isdecimal() else None
    try:
        problem = json.loads(error.read())
        return ProblemError(
            error.code,
            problem["title"],
            problem["detail"],
            [FieldError(fault["field"], fault["message"]) for fault in problem.get("errors", [])],
            retry_after_s=retry_after_s,
        )
    except (OSError, http.client.HTTPException, KeyError, TypeError, ValueError, AttributeError):
        # a proxy's own page, for instance
        return ProblemError(error.code, error.reason, "The server did not say why.", retry_after_s=retry_after_s)


def _filters_as_json(filters: Filters) -> dict[str, object]:
    given: dict[str, object] = {}
    if filters.date_from:
        given["date_from"] = filters.date_from.isoformat()
    if filters.date_to:
        given["date_to"] = filters.date_to.isoformat()
    if filters.document_ids is not None:
        given["document_ids"] = list(filters.document_ids)
    return given


def _page_from_json(stored: Mapping[str, Any]) -> tuple[list[DocumentSummary], int]:
    return [from_json(DocumentSummary, dated(each, "date")) for each in stored["documents"]], stored["total"]


def _job_from_json(stored: Mapping[str, Any]) -> Job:
    times = {name: stored[name] and dt.datetime.fromisoformat(stored[name]) for name in ("started_at", "ended_at")}
    return from_json(Job, {**stored, **times})
