"""What responses hold, for the API's description. Tests validate real responses against these, so they stay true."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from qa_service.reports import BuildReport, Replay
from qa_service.types import Polarity, ValueKind

Id = Annotated[str, Field(description="Path of the release's file below the documents folder")]
Title = Annotated[str, Field(description="Title of the release")]
ReleaseDate = Annotated[dt.date | None, Field(description="Date of the release, null when it has none")]
SourceUrl = Annotated[str | None, Field(description="Where the release was published, null when unknown")]
Section = Annotated[str | None, Field(description="Heading that the passage stands under")]
Url = Annotated[str, Field(description="Path of the release's page on this server")]
Offset = Annotated[int, Field(ge=0)]


class _Response(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Value(_Response):
    """An answer's words, normalised: given only where it is certain."""

    kind: ValueKind = Field(description="What it is of")
    value: str = Field(
        description="ISO 8601 for dates, times and durations; `16700000 JPY`, by ISO 4217, for money; `12.5 %`; "
        "`24.5 mile`; a number or fraction; a name without titles. A slash parts the ends of a range"
    )
    bound: str | None = Field(description="The words' own reserve, such as `about`, `at least` or `before`")


class Item(_Response):
    """One of several things that were asked for."""

    text: str = Field(description="Its words: `text[start:end]` of the cited release")
    start: Offset = Field(description="Where they begin")
    end: Offset = Field(description="Where they end")


class Speaker(_Response):
    """Who says the answer's words."""

    name: str = Field(description="The name as it is written: `text[start:end]` of the cited release")
    start: Offset = Field(description="Where it begins")
    end: Offset = Field(description="Where it ends")


class Answer(_Response):
    """Words cut from a release, verbatim."""

    text: str = Field(description="The answer's words")
    confidence: float = Field(ge=0, le=1, description="Chance that it is right")
    citation: int = Field(ge=1, description="`id` of the citation that holds it")
    also_in: list[int] = Field(description="`id`s of further citations that say the same")
    value: Value | None = Field(description="The words normalised, null when it is not certain what they come to")
    items: list[Item] = Field(description="What a list question asks for, one by one; empty for any other question")
    polarity: Polarity | None = Field(
        description="Whether the cited sentence affirms or denies what a yes/no question asks; null unless it is plain"
    )
    speaker: Speaker | None = Field(
        description="Who says the words in the release, null when nobody is named or several may be meant"
    )


class Citation(_Response):
    """Where an answer stands. Offsets are half-open and count Unicode code points of the release's stored text."""

    id: int = Field(ge=1, description="Number of the citation in this reply")
    document_id: Id
    title: Title
    date: ReleaseDate
    section: Section
    source_url: SourceUrl
    quote: str = Field(description="The sentence that holds the answer: `text[start:end]`")
    start: Offset = Field(description="Where the quote begins")
    end: Offset = Field(description="Where the quote ends")
    answer_start: Offset = Field(description="Where the answer's words begin: `text[answer_start:answer_end]`")
    answer_end: Offset = Field(description="Where the answer's words end")
    before: str = Field(description="What stands before the quote in its passage")
    after: str = Field(description="What stands after the quote in its passage")
    url: Url


class Passage(_Response):
    """A passage that was found. Near the question, but no answer."""

    document_id: Id
    title: Title
    date: ReleaseDate
    section: Section
    text: str = Field(description="The passage: `text[start:end]` of the release")
    start: Offset = Field(description="Where the passage begins")
    end: Offset = Field(description="Where the passage ends")
    score: float = Field(ge=0, description="How well it was found; comparable within one reply only")
    url: Url


class Index(_Response):
    """The snapshot that answered."""

    version: str = Field(description="Id of the snapshot")
    built_at: dt.datetime = Field(description="When it was built")
    documents: int = Field(ge=0, description="Releases in it")
    passages: int = Field(ge=0, description="Passages in it")
    newest: dt.date | None = Field(description="Latest date of a release in it")


class _Found(_Response):
    question: str = Field(description="The question as it was taken, without space around it")
    interpreted_as: str | None = Field(description="The stand-alone question that a follow-up was sought with")
    passages: list[Passage] = Field(max_length=50, description="The nearest passages, best first")
    index: Index


class Entry(Answer):
    """What one release answers."""

    also_in: list[int] = Field(max_length=0, description="Always empty here: each release has its own entry")
    unchanged_since: int | None = Field(
        description="`citation` of the first of the entries before this one that say the same without a break"
    )


class Timeline(_Response):
    """The same question answered by each release on its own."""

    question: str = Field(description="The question as it was taken, without space around it")
    entries: list[Entry] = Field(max_length=50, description="By date, undated releases last")
    citations: list[Citation] = Field(description="One per entry, in the same order")
    has_more: bool = Field(
        description="Whether releases that hold the names asked for were left unread though one of the five read last, "
        "the furthest, has an entry; a higher `max_releases` reads more"
    )
    index: Index
    took_ms: float = Field(ge=0, description="Time that answering took, in milliseconds")


class Retrieved(_Found):
    """Data of the event `passages`: what is known before anything is read."""


class Dates(_Response):
    """What dates in the question were taken for."""

    words: list[str] = Field(description="The words, as they stand in the question")
    date_from: dt.date | None = Field(description="First day, null for an open end")
    date_to: dt.date | None = Field(description="Last day, null for an open end")
    order: Literal["latest", "earliest"] | None = Field(description="Which of equally sure answers comes first")
    applied: Literal["filter", "preference"] = Field(
        description="Whether other releases were left out, or these only favoured"
    )


class LeftOut(_Response):
    """The answer that releases outside the filters would have given."""

    text: str = Field(description="The answer's words")
    document_id: Id
    title: Title
    date: ReleaseDate
    url: Url


class Reply(_Found):
    """An answer with its citations, or a refusal with its reason."""

    answered: bool = Field(description="False when the releases don't say")
    reason: Literal["no_match", "low_confidence", "outside_filters"] | None = Field(
        description="Why nothing is answered: nothing is about the question, nothing answers it surely enough, or only "
        "releases that the filters leave out do. Null when it is answered"
    )
    dates: Dates | None = Field(description="Dates understood; null without any, or unless `read_dates`")
    without_filters: LeftOut | None = Field(
        description="With the reason `outside_filters`: what they leave out, null when that is no answer either"
    )
    answers: list[Answer] = Field(max_length=3, description="Distinct answers, best first; empty in a refusal")
    citations: list[Citation] = Field(description="Of the answers; empty in a refusal")
    took_ms: float = Field(ge=0, description="Milliseconds in the engine")


class DocumentSummary(_Response):
    """A release in the list."""

    document_id: Id
    title: Title
    date: ReleaseDate
    source_url: SourceUrl
    note: str | None = Field(description="What must be said of the release, such as that it was restated")
    url: Url


class DocumentList(_Response):
    """A page of releases, newest first, undated ones last."""

    documents: list[DocumentSummary] = Field(max_length=50, description="The releases of this page")
    total: int = Field(ge=0, description="How many there are on all pages")
    offset: int = Field(ge=0, description="How many come before this page")
    limit: int = Field(ge=1, le=50, description="How many this page may hold")


class Health(_Response):
    """The process is alive."""

    status: Literal["ok"] = Field(description="Always this")


class Ready(_Response):
    """Questions can be answered."""

    status: Literal["ready"] = Field(description="Always this")
    index: Index


class FeedbackKept(_Response):
    """The word was kept."""

    key: str = Field(description="Its name; a second word with the same `key` takes its place")


class Job(_Response):
    """A rebuild, how far it is or how it ended."""

    job: str = Field(description="Its number")
    state: Literal["running", "succeeded", "failed"] = Field(description="Whether it runs, and how it ended")
    stage: str = Field(description="What it is at")
    done: int = Field(ge=0, description="How much of the stage is done")
    total: int = Field(ge=0, description="How much there is to do in the stage")
    started_at: dt.datetime = Field(description="When it began")
    ended_at: dt.datetime | None = Field(description="When it ended, null while it runs")
    error: str | None = Field(description="Why it failed")
    report: BuildReport | None = Field(description="What the build did, once it succeeded")
    replay: Replay | None = Field(description="Which saved questions are answered differently, if any were asked")
    replay_failed: str | None = Field(description="Why the saved questions were not asked")


class KeptBuild(_Response):
    """A snapshot on disk."""

    snapshot: str = Field(description="Its id")
    built_at: dt.datetime | None = Field(description="When it was built, null when that can't be read")
    documents: int | None = Field(ge=0, description="Releases in it, null when that can't be read")
    passages: int | None = Field(ge=0, description="Passages in it, null when that can't be read")
    bytes: int = Field(ge=0, description="Its size on disk")
    damage: str | None = Field(description="What is wrong with it, null when it is sound")
    url: str = Field(description="Path of what its build did")


class Build(KeptBuild):
    """A snapshot on disk with what its build did."""

    report: BuildReport | None = Field(description="Null when it is missing or can't be read")
    replay: Replay | None = Field(description="Which saved questions are answered differently, if any were asked")
    unreadable: list[str] = Field(description="Files of those two that are there but can't be read")


class Overview(_Response):
    """What is in service, what is kept, and what was asked for lately."""

    served: Index | None = Field(description="The snapshot that answers, null when none can")
    current: str | None = Field(
        description="Id of the snapshot that should answer; another one does when it is damaged"
    )
    snapshots: list[KeptBuild] = Field(description="Those on disk, newest first")
    jobs: list[str] = Field(description="The `job` of each rebuild that is known, newest first")


class RolledBack(_Response):
    """The snapshot that is in service now."""

    snapshot: str = Field(description="Its id")
    documents: int = Field(ge=0, description="Releases in it")
    passages: int = Field(ge=0, description="Passages in it")


class FieldError(_Response):
    """What is wrong with one field."""

    field: str = Field(description="Its path as it was sent, such as `history.0.question`")
    message: str = Field(description="What is wanted instead")


class Problem(_Response):
    """An error, as RFC 9457 says."""

    type: Literal["about:blank"] = Field(description="Always this: the status says what kind it is")
    title: str = Field(description="The status in words")
    status: int = Field(ge=400, le=599, description="The HTTP status")
    detail: str = Field(description="What happened, and what to do")
    errors: list[FieldError] | None = Field(default=None, description="With status 422: each field that is wrong")
