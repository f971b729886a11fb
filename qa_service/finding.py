"""A question that was understood, and its dates -> the passages to read.

What a question leans on and when it asks about favours releases; only the caller's filters, and wording about releases
("releases of May 2005"), exclude any.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa_service.dialogue import Understood
from qa_service.dialogue import read_dates as dates_in
from qa_service.indexing.catalog import Catalog
from qa_service.language.words import without_names
from qa_service.retrieval import Retriever, in_order
from qa_service.types import DateUse, Filters, Hit, Passage, UnderstoodDates

# Reading ten passages instead of five added nothing in the trials of shared evidence; five keep a question quick.
READ_PASSAGES = 5
# A follow-up reads two more: passages of the releases that it leans on stand beside those that its words find.
_READ_FOR_FOLLOW_UPS = 7
# "Latest" asks about several releases of one matter.
_READ_FOR_ORDER = 15
# Releases that a follow-up stays with: the one that was cited, and one that said the same.
_MAX_FAVOURED = 2
# A passage of the dates asked for passes those that score less than this times its own.
_DATED_WEIGHT = 1.1
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@dataclass(frozen=True, slots=True)
class Found:
    """What a question was taken for, and the passages found for it.

    Attributes:
        understood: What it means after the turns before it.
        dates: What dates in it were taken for; None when there are none, or they were not to be read.
        hits: Best first: those to read and those to show.
        n_to_read: How many of them, from the first, are worth reading.
        leant_on: Releases that a question which doesn't stand alone stays with; "how long did they talk?" asks about
            their talk, however surely another release tells of one.
    """

    understood: Understood
    dates: UnderstoodDates | None
    hits: Sequence[Hit]
    n_to_read: int
    leant_on: Sequence[str] = ()


class Finder:
    """Looks for the passages of one snapshot that may answer. Safe to use from several threads."""

    def __init__(self, retriever: Retriever, catalog: Catalog) -> None:
        """Take what finds passages, and what holds their releases."""
        self._retriever = retriever
        self._catalog = catalog

    def find(
        self, understood: Understood, dates: UnderstoodDates | None, filters: Filters, *, n_hits: int = READ_PASSAGES
    ) -> Found:
        """Return at least `n_hits` passages that filters and dates allow, if there are as many, and enough to read."""
        is_ordered = dates is not None and dates.order is not None
        n_to_read = (
            _READ_FOR_ORDER if is_ordered else READ_PASSAGES if understood.context is None else _READ_FOR_FOLLOW_UPS
        )
        k = max(n_hits, n_to_read)
        if dates and dates.applied is DateUse.FILTER:
            filters = replace(filters, date_from=dates.date_from, date_to=dates.date_to)
        understood, hits, leant_on = self._search(understood, 2 * k if dates else k, filters)
        if dates and dates.applied is DateUse.PREFERENCE and (dates.date_from or dates.date_to):
            hits = in_order(
                sorted(hits, key=lambda hit: -hit.score * (_DATED_WEIGHT if _is_of(hit.passage, dates) else 1.0))
            )
        return Found(understood, dates, hits[:k], n_to_read, () if understood.stands_alone else leant_on)

    def _search(self, understood: Understood, k: int, filters: Filters) -> tuple[Understood, list[Hit], Sequence[str]]:
        """Return the question as it was sought, its hits, and the releases that it leans on, which are favoured."""
        if understood.context is None:
            return understood, self._retriever.retrieve(understood.question, k, filters), ()
        favoured = self._leant_on(understood, filters)
        if not favoured and not understood.is_certain:
            return Understood(understood.question), self._retriever.retrieve(understood.question, k, filters), ()
        # New names take the place of the old ones.
        context = without_names(understood.context) if understood.new_names else understood.context
        hits = self._retriever.retrieve_in_context(understood.question, context, k, filters, favoured=favoured)
        return understood, hits, favoured

    def _leant_on(self, understood: Understood, filters: Filters) -> list[str]:
        """Return the releases that answered what the question leans on, if they hold the names that are new in it."""
        hits = self._retriever.retrieve(understood.context or "", READ_PASSAGES, filters)
        answer = understood.answer
        answering = [hit.passage.document_id for hit in hits if answer is not None and answer in hit.passage.text]
        found = list(dict.fromkeys(answering or [hit.passage.document_id for hit in hits[:1]]))[:_MAX_FAVOURED]
        texts = {document_id: self._catalog.document(document_id) for document_id in found}
        return [
            document_id
            for document_id, document in texts.items()
            if document is not None and all(name in document.text.lower() for name in understood.new_names)
        ]


def as_preference(dates: UnderstoodDates) -> UnderstoodDates:
    """Return the dates as something that favours releases and excludes none."""
    return replace(dates, applied=DateUse.PREFERENCE)


def heeded_dates(question: str, filters: Filters, today: dt.date) -> UnderstoodDates | None:
    """Return the dates in the question as far as the caller's filters leave them room; `today` is what "now" means."""
    dates = dates_in(question, today)
    if dates and (filters.date_from or filters.date_to):
        return replace(as_preference(dates), date_from=None, date_to=None) if dates.order else None
    return dates


def is_released_in(dates: UnderstoodDates | None, passage: Passage) -> bool:
    """Return whether the release is of the days that were asked about; any is when there are none."""
    if dates is None or not (dates.date_from or dates.date_to):
        return True
    return passage.date is not None and (dates.date_from or dt.date.min) <= passage.date <= (
        dates.date_to or dt.date.max
    )


def _is_of(passage: Passage, dates: UnderstoodDates) -> bool:
    """Return whether the release is of those days, or the passage names one of their years."""
    if is_released_in(dates, passage):
        return True
    start, end = dates.date_from, dates.date_to
    if start is None or end is None:
        return False
    return any(start.year <= int(year) <= end.year for year in _YEAR.findall(passage.text))
