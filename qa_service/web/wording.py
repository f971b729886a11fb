"""What pages say for values: dates, confidence, reasons and stages in words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException

from qa_service.types import (
    Citation,
    DateOrder,
    DateUse,
    IndexInfo,
    Polarity,
    Reason,
    UnderstoodDates,
    Value,
    ValueKind,
)
from qa_service.web.problems import InvalidFields

if TYPE_CHECKING:
    from qa_service.jobs import Job
    from qa_service.reports import BuildReport

GLANCE = 140  # characters: about a sentence

REASONS = {
    Reason.NO_MATCH: "Nothing in the releases matches this question.",
    Reason.LOW_CONFIDENCE: "Some releases come near it, but none says it clearly enough to quote as an answer.",
    Reason.OUTSIDE_FILTERS: "No release within the limits you set answers it. Others may: widen them and ask again.",
}
STAGES = {
    "starting": "Starting",
    "opening": "Opening the last snapshot",
    "loading": "Reading the releases",
    "splitting": "Cutting releases into passages",
    "embedding": "Embedding new passages",
    "writing": "Writing the index",
    "comparing": "Looking for near-duplicates",
    "checking": "Checking what was written",
    "replaying": "Asking the saved questions",
}
FIELD_LABELS = {"question": "Question", "q": "Question", "date_from": "From", "date_to": "To", "words": "Words"}


def long_date(date: dt.date) -> str:
    """Return `date` as 24 December 2024."""
    return f"{date.day} {date:%B %Y}"


def moment(time: dt.datetime) -> str:
    """Return `time` as 24 December 2024, 09:05 UTC."""
    time = time.astimezone(dt.UTC)
    return f"{long_date(time)}, {time:%H:%M} UTC"


def counted(n: int, noun: str) -> str:
    """Return "1 release", "71 releases"."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def polarity_line(polarity: Polarity) -> str:
    """Return what a cited sentence says to a yes/no question, never a bare yes."""
    return f"The release {'affirms' if polarity is Polarity.YES else 'denies'} this"


def value_line(value: Value) -> str | None:
    """Return what a normalised value says that its words may not: "about 16,700,000 JPY"; None for other kinds."""
    if value.kind is ValueKind.DATE and re.fullmatch(r"\d{4}-\d\d-\d\d", value.value):
        said = long_date(dt.date.fromisoformat(value.value))
    elif value.kind in {ValueKind.MONEY, ValueKind.NUMBER, ValueKind.QUANTITY, ValueKind.PERCENTAGE}:
        said = re.sub(r"(?<!\.)\b\d{5,}", lambda digits: f"{int(digits.group()):,}", value.value)
    else:
        return None
    return f"{value.bound} {said}" if value.bound else said


def likelihood(confidence: float) -> str:
    """Return a calibrated confidence, the chance that an answer is right, in words."""
    if confidence >= 0.9:
        return "Very likely right"
    if confidence >= 0.7:
        return "Likely right"
    if confidence >= 0.5:
        return "More likely right than not"
    return "Uncertain: check the release"


def also_line(main: Citation, others: Sequence[Citation]) -> str:
    """Return where else the answer to `main` stands: "Also stated in 2 other releases"."""
    releases = {citation.document_id for citation in others} - {main.document_id}
    if not releases:
        return "Also stated elsewhere in this release"
    return f"Also stated in {counted(len(releases), 'other release')}"


def end_of(text: str) -> str:
    """Return the last words of a text that is long, for a glance at what comes before a quote."""
    if len(text) <= GLANCE:
        return text
    words = text[-GLANCE:]
    return "… " + (words.partition(" ")[2] or words)


def failure_in_words(problem: HTTPException) -> str:
    """Return what a page says of `problem`: fields go by the names that the form shows."""
    if not isinstance(problem, InvalidFields):
        return problem.description or problem.name
    faults = [(FIELD_LABELS.get(error.field, error.field), error.message.rstrip(".")) for error in problem.errors]
    return " ".join(f"{label}: {message}." for label, message in faults)


def reason_in_words(reason: Reason) -> str:
    """Return why there is no answer."""
    return REASONS[reason]


def snapshot_line(index: IndexInfo) -> str:
    """Return "71 releases, newest 24 December 2024"."""
    releases = counted(index.documents, "release")
    return f"{releases}, newest {long_date(index.newest)}" if index.newest else releases


def limit_line(name: str, value: str) -> str:
    """Return a filter in words: "From 1 May 2005", "Only TITLE"."""
    if name == "document_id":
        return f"Only {value}"
    try:
        return f"{FIELD_LABELS[name]} {long_date(dt.date.fromisoformat(value))}"
    except ValueError:
        return f"{FIELD_LABELS[name]} {value}"


def dates_line(dates: UnderstoodDates) -> str:
    """Return what the dates in a question were taken for: "of May 2005: only releases from then"."""
    words = ", ".join(f"“{words}”" for words in dates.words)
    uses = []
    if dates.date_from or dates.date_to:
        uses.append("only releases from then" if dates.applied is DateUse.FILTER else "releases from then come first")
    if dates.order:
        uses.append("newest first" if dates.order is DateOrder.LATEST else "oldest first")
    return f"{words}: {', '.join(uses)}"


def stage_in_words(stage: str) -> str:
    """Return what a build does in `stage`."""
    return STAGES.get(stage, stage)


def job_in_words(job: Job) -> str:
    """Return how far a rebuild is, or how it ended."""
    if job.state == "running":
        return stage_in_words(job.stage)
    if job.rebuilt is None:
        return "Failed: the index is as it was"
    return "Done: a new snapshot was put in service" if job.rebuilt.report.is_new else "Done: nothing had changed"


def change_line(report: BuildReport) -> str:
    """Return "3 added, 1 removed, 2 skipped"."""
    members = {"added": report.added, "changed": report.changed, "removed": report.removed, "skipped": report.skipped}
    return ", ".join(f"{len(found):,} {name}" for name, found in members.items() if found) or "no change of releases"


FILTERS = {
    say.__name__: say
    for say in (
        *(long_date, moment, counted, likelihood, polarity_line, value_line, also_line, dates_line, end_of),
        *(failure_in_words, reason_in_words, snapshot_line, stage_in_words, job_in_words, change_line),
    )
}
