"""The vocabulary of the service: what the stages hand to one another.

Every offset is half-open and counts Unicode code points of `Document.text`, the canonical text. A span, a quote and a
passage are therefore always slices of the stored release, from the first stage to the last.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

Vector = Annotated[NDArray[np.float32], "(dimension,), unit length"]
Vectors = Annotated[NDArray[np.float32], "(n, dimension), unit rows"]

# Characters of the longest question that is answered.
MAX_QUESTION = 2_000


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the text under it: `text[start:end]` begins with the heading and ends where the next one begins."""

    heading: str
    level: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """One release.

    Attributes:
        id: Path below the documents folder, POSIX style.
        text: Canonical text: LF, NFC, no BOM, no-break spaces folded.
        body_start: Where the title block (title lines, date line, dateline) ends; 0 when there is none.
        note: What a page that shows the release must say about it, such as "restated for this project".
        sha256: Of the file's bytes.
    """

    id: str
    text: str
    title: str
    date: dt.date | None = None
    source_url: str | None = None
    note: str | None = None
    body_start: int = 0
    sections: tuple[Section, ...] = ()
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A slice of one document, with the context it is embedded, indexed and read with.

    Attributes:
        number: 1 for the document's first passage; its anchor on the release page is `p{number}`.
        title, date, section: Context. Never part of `text`, unless the slice itself holds them.
        is_title_block: It is what stands above the body: title lines, date, dateline.
    """

    document_id: str
    number: int
    start: int
    end: int
    text: str
    title: str
    date: dt.date | None = None
    section: str | None = None
    is_title_block: bool = False

    @property
    def context(self) -> str:
        """Title, date and section on one line, as far as the text doesn't hold them; may be empty."""
        parts = [
            shorten(self.title, 200),
            written_date(self.date) if self.date else "",
            shorten(self.section or "", 120),
        ]
        return " | ".join(part for part in parts if part and part not in self.text)

    @property
    def contextual_text(self) -> str:
        """What is embedded and indexed: context, then text."""
        context = self.context
        return f"{context} | {self.text}" if context else self.text


def written_date(date: dt.date) -> str:
    """Return a date as releases write it: May 10, 2005."""
    return f"{date:%B} {date.day}, {date.year}"


def shorten(text: str, n_chars: int) -> str:
    """Return `text`, cut at a word boundary when it is longer than `n_chars`."""
    return text if len(text) <= n_chars else text[: n_chars + 1].rsplit(" ", 1)[0][:n_chars]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which releases may answer. Undated releases fail any date bound; `document_ids` None allows every release."""

    date_from: dt.date | None = None
    date_to: dt.date | None = None
    document_ids: tuple[str, ...] | None = None

    def __bool__(self) -> bool:
        return self != Filters()


class ScoredRow(NamedTuple):
    """A passage by its row in the snapshot, and how well it matched. The scale belongs to the ranker."""

    row: int
    score: float


Ranking = Sequence[ScoredRow]
"""Best first; no row twice."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage.

    Attributes:
        score: Fused score; larger is better.
        rank: Its place among the passages found, from 0.
        cosine: Of question and passage, None when the dense ranker did not return it.
    """

    row: int
    passage: Passage
    score: float
    rank: int
    cosine: float | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A candidate answer inside one passage.

    Attributes:
        start, end: Offsets into the document's text, inside the passage.
        score: The reader's score of these words.
        null_score: Its score, on the same scale, that the passage holds no answer.
    """

    start: int
    end: int
    score: float
    null_score: float


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of the conversation and the answer it got, None when it was refused.

    An answer without words is none, as forms and programs may send it.
    """

    question: str
    answer: str | None = None

    def __post_init__(self) -> None:
        if self.answer is not None and not self.answer.strip():
            object.__setattr__(self, "answer", None)


@dataclass(frozen=True, slots=True)
class Citation:
    """Where an answer stands: `text[start:end]` is the quote, `text[answer_start:answer_end]` the answer's words."""

    id: int
    document_id: str
    title: str
    date: dt.date | None
    section: str | None
    source_url: str | None
    note: str | None
    passage_number: int
    quote: str
    start: int
    end: int
    answer_start: int
    answer_end: int
    before: str
    after: str


class ValueKind(StrEnum):
    """What a normalised value is of."""

    DATE = "date"
    TIME = "time"
    DURATION = "duration"
    MONEY = "money"
    PERCENTAGE = "percentage"
    QUANTITY = "quantity"
    NUMBER = "number"
    PERSON = "person"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Value:
    """An answer's words, normalised: beside the words, never in their place.

    Attributes:
        value: ISO 8601 for dates, times and durations, intervals with "/"; "16700000 JPY", by ISO 4217, for money;
            "12.5 %"; "24.5 mile"; a plain number or a fraction; a name without titles.
        bound: The words' own reserve, such as "about", "at least" or "before"; None when they have none.
    """

    kind: ValueKind
    value: str
    bound: str | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """Words with their place in the release: `text[start:end]` of the document that is cited."""

    text: str
    start: int
    end: int


class Polarity(StrEnum):
    """Whether the cited sentence affirms or denies what a yes/no question asks."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Answer:
    """Words cut from a release. `citation` and `also_in` are ids of citations in the same reply.

    Attributes:
        value: None unless it is certain from the words, the question and the release's date.
        items: What a list question asks for, each cut from the cited release; empty when it isn't a list.
        polarity: Of a yes/no question, None unless the cited sentence is plain.
        speaker: Who says the words, None when nobody is named or it may be one of several.
    """

    text: str
    confidence: float
    citation: int
    also_in: tuple[int, ...] = ()
    value: Value | None = None
    items: tuple[Slice, ...] = ()
    polarity: Polarity | None = None
    speaker: Slice | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The answer that releases outside the filters would have given."""

    text: str
    document_id: str
    title: str
    date: dt.date | None
    passage_number: int


class Reason(StrEnum):
    """Why a question was refused."""

    NO_MATCH = "no_match"
    LOW_CONFIDENCE = "low_confidence"
    OUTSIDE_FILTERS = "outside_filters"


class DateOrder(StrEnum):
    """Which of the answers a question asks for, by the date of the release."""

    LATEST = "latest"
    EARLIEST = "earliest"


class DateUse(StrEnum):
    """What dates in a question do: a filter excludes releases, a preference only favours some."""

    FILTER = "filter"
    PREFERENCE = "preference"


@dataclass(frozen=True, slots=True)
class UnderstoodDates:
    """The dates that a question's words were taken for, and what was made of them.

    Attributes:
        words: As they stand in the question, in its order.
        date_from, date_to: First and last day, None for an open end.
        order_words: Those of the words that ask for an order.
    """

    words: tuple[str, ...]
    date_from: dt.date | None = None
    date_to: dt.date | None = None
    order: DateOrder | None = None
    applied: DateUse = DateUse.PREFERENCE
    order_words: str | None = None


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """Which snapshot answered, and what it holds. `newest` is the latest date of any release in it."""

    version: str
    built_at: dt.datetime
    documents: int
    passages: int
    newest: dt.date | None


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """What one release answers.

    Attributes:
        unchanged_since: `citation` of the first of the entries before this one that say the same without a break.
    """

    answer: Answer
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
    entries: tuple[TimelineEntry, ...]
    citations: tuple[Citation, ...]
    index: IndexInfo
    has_more: bool = False
    took_ms: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What `Engine.ask` returns.

    Attributes:
        reason: None exactly when there are answers.
        dates: What dates in the question were taken for, None when it holds none or they were not to be read.
        without_filters: Of a refusal for the filters: the best answer that they leave out.
        stages: Seconds by stage.
    """

    question: str
    interpreted_as: str | None
    answers: tuple[Answer, ...]
    citations: tuple[Citation, ...]
    passages: tuple[Hit, ...]
    index: IndexInfo
    reason: Reason | None = None
    dates: UnderstoodDates | None = None
    without_filters: LeftOut | None = None
    took_ms: float = field(default=0.0, compare=False)
    stages: Mapping[str, float] = field(default_factory=dict, compare=False)

    @property
    def is_answered(self) -> bool:
        return bool(self.answers)
