"""What pages say for values: dates, confidence and reasons in words."""

import datetime as dt
from collections.abc import Sequence

from werkzeug.exceptions import HTTPException

from qa_service.types import Citation, IndexInfo, Reason
from qa_service.web.problems import InvalidFields

GLANCE = 140  # characters: about a sentence

REASONS = {
    Reason.NO_MATCH: "Nothing in the releases matches this question.",
    Reason.LOW_CONFIDENCE: "Some releases come near it, but none says it clearly enough to quote as an answer.",
    Reason.OUTSIDE_FILTERS: "No release within the limits you set answers it. Others may: widen them and ask again.",
}
FIELD_LABELS = {"question": "Question", "q": "Question", "date_from": "From", "date_to": "To", "words": "Words"}


def long_date(date: dt.date) -> str:
    """Return `date` as 24 December 2024."""
    return f"{date.day} {date:%B %Y}"


def counted(n: int, noun: str) -> str:
    """Return "1 release", "71 releases"."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


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


FILTERS = {
    "long_date": long_date,
    "counted": counted,
    "likelihood": likelihood,
    "also_line": also_line,
    "end_of": end_of,
    "failure_in_words": failure_in_words,
    "reason_in_words": reason_in_words,
    "snapshot_line": snapshot_line,
}
