"""Replies as POST /ask gives them, as dataclasses. The client returns them, MCP publishes their form.

The standard library is enough here. Members that a newer server adds are left out; a missing one is an error.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeVar

_Form = TypeVar("_Form")

Reason = Literal["no_match", "low_confidence", "outside_filters"]
Polarity = Literal["yes", "no"]


@dataclass(frozen=True, slots=True)
class Value:
    """An answer's words, normalised.

    Attributes:
        kind: date, time, duration, money, percentage, quantity, number, person or place.
        value: ISO 8601 for dates, times and durations; amount and ISO 4217 code for money.
        bound: The words' own reserve, such as "about" or "at least".
    """

    kind: str
    value: str
    bound: str | None


@dataclass(frozen=True, slots=True)
class Item:
    """One of several things that a question asks for: `text[start:end]` of the cited release."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who says an answer's words, as the cited release has the name: `text[start:end]`."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Words cut from a release.

    Attributes:
        confidence: Chance that it is right, 0 to 1.
        citation: Id of the citation that holds it.
        also_in: Ids of other citations that say the same.
        value: None when it is not certain what the words come to.
        items: Of a list question; empty when it isn't one.
        polarity: Whether the cited sentence affirms or denies what a yes/no question asks; None unless it is plain.
        speaker: None when nobody is named or it may be one of several.
    """

    text: str
    confidence: float
    citation: int
    also_in: tuple[int, ...]
    value: Value | None = None
    items: tuple[Item, ...] = ()
    polarity: Polarity | None = None
    speaker: Speaker | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """Where an answer stands. Offsets are half-open and count Unicode code points of the release's stored text.

    Attributes:
        quote: The sentence that holds the answer, `text[start:end]`; the answer's words are
            `text[answer_start:answer_end]`.
        before, after: What stands around the quote in its passage.
        url: Path of the release's page on the server, at the passage.
    """

    id: int
    document_id: str
    title: str
    date: dt.date | None
    section: str | None
    source_url: str | None
    quote: str
    start: int
    end: int
    answer_start: int
    answer_end: int
    before: str
    after: str
    url: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that was found: near the question, but no answer."""

    document_id: str
    title: str
    date: dt.date | None
    section: str | None
    text: str
    start: int
    end: int
    score: float
    url: str


@dataclass(frozen=True, slots=True)
class Index:
    """Which snapshot answered, and what it holds. `newest` is the latest date of a release in it."""

    version: str
    built_at: dt.datetime
    documents: int
    passages: int
    newest: dt.date | None


@dataclass(frozen=True, slots=True)
class Dates:
    """What dates in the question were taken for: a filter excludes releases, a preference favours some."""

    words: tuple[str, ...]
    date_from: dt.date | None
    date_to: dt.date | None
    order: Literal["latest", "earliest"] | None
    applied: Literal["filter", "preference"]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The answer that releases outside the filters would have given."""

    text: str
    document_id: str
    title: str
    date: dt.date | None
    url: str


@dataclass(frozen=True, slots=True)
class Reply:
    """The reply to a question.

    Attributes:
        interpreted_as: The stand-alone question that a follow-up was taken for.
        answered: False when the releases don't say; then there are no answers and no citations.
        reason: Why not, None when it is answered.
        answers: Best first.
        dates: None when the question holds none, or they were not to be read.
        without_filters: With the reason `outside_filters`: the best answer they leave out, or None.
        passages: The nearest ones, best first. In a refusal they are not an answer.
    """

    question: str
    interpreted_as: str | None
    answered: bool
    reason: Reason | None
    dates: Dates | None
    without_filters: LeftOut | None
    answers: tuple[Answer, ...]
    citations: tuple[Citation, ...]
    passages: tuple[Passage, ...]
    index: Index
    took_ms: float


@dataclass(frozen=True, slots=True)
class Entry(Answer):
    """What one release answers.

    Attributes:
        unchanged_since: `citation` of the first of the entries before this one that say the same without a break.
    """

    unchanged_since: int | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """The same question answered by each release on its own, by date, undated ones last.

    Attributes:
        citations: One per entry, in the same order.
        has_more: Whether releases that hold the names asked for were left unread though one of the five read last, the
            furthest, has an entry.
    """

    question: str
    entries: tuple[Entry, ...]
    citations: tuple[Citation, ...]
    has_more: bool
    index: Index
    took_ms: float


def timeline_from_json(stored: Mapping[str, Any]) -> Timeline:
    """Return a timeline from the JSON object of POST /timeline; raises as `reply_from_json` does."""
    return from_json(
        Timeline,
        {
            **stored,
            "entries": tuple(_answer_from_json(Entry, entry) for entry in stored["entries"]),
            "citations": tuple(from_json(Citation, dated(citation, "date")) for citation in stored["citations"]),
            "index": index_from_json(stored["index"]),
        },
    )


def reply_from_json(stored: Mapping[str, Any]) -> Reply:
    """Return a reply from the JSON object of POST /ask; KeyError, TypeError or ValueError when it isn't one."""
    answers = [_answer_from_json(Answer, answer) for answer in stored["answers"]]
    return from_json(
        Reply,
        {
            **stored,
            "dates": _dates_from_json(stored.get("dates")),
            "without_filters": _left_out_from_json(stored.get("without_filters")),
            "answers": tuple(answers),
            "citations": tuple(from_json(Citation, dated(citation, "date")) for citation in stored["citations"]),
            "passages": tuple(from_json(Passage, dated(passage, "date")) for passage in stored["passages"]),
            "index": index_from_json(stored["index"]),
        },
    )


def _answer_from_json(form: type[_Form], stored: Mapping[str, Any]) -> _Form:
    value, speaker = stored.get("value"), stored.get("speaker")
    return from_json(
        form,
        {
            **stored,
            "also_in": tuple(stored["also_in"]),
            "value": from_json(Value, value) if value else None,
            "items": tuple(from_json(Item, item) for item in stored.get("items", ())),
            "speaker": from_json(Speaker, speaker) if speaker else None,
        },
    )


def _dates_from_json(stored: Mapping[str, Any] | None) -> Dates | None:
    if stored is None:
        return None
    with_dates = dated(dated(stored, "date_from"), "date_to")
    return from_json(Dates, {**with_dates, "words": tuple(stored["words"])})


def _left_out_from_json(stored: Mapping[str, Any] | None) -> LeftOut | None:
    return from_json(LeftOut, dated(stored, "date")) if stored else None


def index_from_json(stored: Mapping[str, Any]) -> Index:
    """Return what a reply and GET /ready say of the index."""
    return from_json(Index, {**dated(stored, "newest"), "built_at": dt.datetime.fromisoformat(stored["built_at"])})


def from_json(form: type[_Form], stored: Mapping[str, Any]) -> _Form:
    """Return `stored` as a `form`; TypeError when a member is missing."""
    known = {field.name for field in fields(form)}  # type: ignore[arg-type]
    return form(**{name: value for name, value in stored.items() if name in known})


def dated(stored: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return `stored` with its member `name` as a date."""
    return {**stored, name: dt.date.fromisoformat(stored[name]) if stored[name] else None}
