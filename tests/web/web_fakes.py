"""Stand-ins for the web tests: an engine that knows a few answers, over a real catalog of three small releases."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from qa_service.errors import NoSnapshotError, QuestionError
from qa_service.indexing.catalog import Catalog, write_catalog
from qa_service.types import (
    Answer,
    Citation,
    DateOrder,
    Document,
    Filters,
    Hit,
    IndexInfo,
    LeftOut,
    Passage,
    Reason,
    Reply,
    Section,
    Timeline,
    TimelineEntry,
    Turn,
    UnderstoodDates,
    Value,
    ValueKind,
)

_SUMMIT_TEXT = """Visit by Prime Minister Koizumi to Russia
Japan-Russia Summit Meeting

May 10, 2005

On May 9, Prime Minister Koizumi held a meeting with President Putin. The meeting took place in a reception room of \
the Kremlin for approximately 30 minutes from 6:40 pm, Moscow time.

1. Ceremony of the commemoration

Leaders of about 50 countries attended the ceremony in Red Square.
    9:30 am  Arrival
    2:00 pm  Departure
"""
_CEREMONY = _SUMMIT_TEXT.index("1. Ceremony")

SUMMIT = Document(
    id="2005-05-10-japan-russia.txt",
    text=_SUMMIT_TEXT,
    title="Visit by Prime Minister Koizumi to Russia Japan-Russia Summit Meeting",
    date=dt.date(2005, 5, 10),
    source_url="https://releases.example/2005/summit.html",
    note="Restated for this project.",
    sections=(Section("1. Ceremony of the commemoration", 1, _CEREMONY, len(_SUMMIT_TEXT)),),
)
BRIDGE = Document(
    id='2024/ponts & bridges/Über "Brücke" 50%?.md',
    text=(
        "New bridge over the Saône\n\nThe bridge cost 12.5 million euros. Mayor Céline Roux opened it on 3 June 2024 – "
        "in the rain 🌧.\n\n橋の長さは二百メートルです。About 50 countries sent flowers.\n"
    ),
    title="New bridge over the Saône",
    date=dt.date(2024, 6, 3),
)
HOSTILE = Document(
    id="hostile/<b>x</b>\n'quoted'.html",
    text=(
        "<script>alert(1)</script> Notice\n\nThe password is <img src=x onerror=alert(2)> & \"tiger\" 'lily' "
        "{{ 7 * 7 }} </article></mark><mark>.\n\n</textarea><style>body{display:none}</style>\n"
    ),
    title='"><script>alert("title")</script>',
    source_url="javascript:alert(3)",
    note="<i onmouseover=alert(4)>note</i>",
)
DOCUMENTS = {document.id: document for document in (SUMMIT, BRIDGE, HOSTILE)}

INFO = IndexInfo(
    version="20240604T120000-abc",
    built_at=dt.datetime(2024, 6, 4, 12, tzinfo=dt.UTC),
    documents=3,
    passages=11,
    newest=dt.date(2024, 6, 3),
)

# word of the question -> answers, best first; each in the releases that state it
ANSWERS: dict[str, list[tuple[str, float, list[Document]]]] = {
    "long": [("approximately 30 minutes", 0.93, [SUMMIT])],
    "countries": [("about 50 countries", 0.72, [SUMMIT, BRIDGE]), ("Red Square", 0.55, [SUMMIT])],
    "bridge": [("12.5 million euros", 0.95, [BRIDGE])],
    "opened": [("Mayor Céline Roux opened it on 3 June 2024 – in the rain 🌧.", 0.8, [BRIDGE])],
    "password": [("<img src=x onerror=alert(2)>", 0.91, [HOSTILE])],
}


def passages_of(document: Document) -> list[Passage]:
    """Return one passage per paragraph."""
    paragraphs = re.finditer(r"\S(?:[^\n]|\n(?!\n|\Z))*", document.text)
    return [
        Passage(document.id, number, *found.span(), found[0], document.title, document.date)
        for number, found in enumerate(paragraphs, 1)
    ]


def write_fake_catalog(folder: Path) -> Catalog:
    """Return a real catalog of the releases above."""
    write_catalog(
        folder, [(document, passages_of(document)) for document in DOCUMENTS.values()], [f"{n}" for n in range(99)]
    )
    return Catalog(folder)


@dataclass(frozen=True, slots=True)
class Asked:
    """One call of `FakeEngine.ask`."""

    question: str
    history: list[Turn]
    top_k: int
    filters: Filters


@dataclass(frozen=True, slots=True)
class FakeRetrieved:
    """A question half way; `options` are those it was asked with."""

    question: str
    interpreted_as: str | None
    passages: Sequence[Hit]
    options: dict[str, Any]


_DATES = UnderstoodDates(("latest", "of May 2005"), dt.date(2005, 5, 1), dt.date(2005, 5, 31), DateOrder.LATEST)
_LEFT_OUT = LeftOut("approximately 30 minutes", SUMMIT.id, SUMMIT.title, SUMMIT.date, 2)


@dataclass
class FakeEngine:
    """Answers a question that holds a word of `ANSWERS`; its citations are true slices. Remembers what it was asked."""

    catalog: Catalog
    info: IndexInfo = INFO
    asked: list[Asked] = field(default_factory=list)
    paragraph_around: tuple[str, str] = ("", "")
    """What the passage of a citation has more, before and after, than the catalog's."""

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        top_k: int = 5,
        filters: Filters | None = None,
        read_dates: bool = True,
    ) -> Reply:
        filters = filters or Filters()
        self.asked.append(Asked(question, list(history), top_k, filters))
        if question == "explode":
            raise RuntimeError("/srv/secret/index is on fire")
        if question == "refuse":
            raise QuestionError("the question can't be read: write it in words.")
        interpreted = f"{question} ({history[-1].question})" if history and question.startswith("And") else None
        known = [ANSWERS[word] for word in ANSWERS if word in (interpreted or question).lower()]
        nearest = tuple(Hit(row, passage, 0.03, row) for row, passage in enumerate(passages_of(SUMMIT)[:top_k]))
        allowed = [document for document in DOCUMENTS.values() if _is_allowed(document, filters)]
        stated = [
            (text, confidence, [document for document in documents if document in allowed])
            for text, confidence, documents in (known[0] if known else [])
        ]
        stated = [entry for entry in stated if entry[2]]
        reason = Reason.OUTSIDE_FILTERS if known and not stated else None if stated else Reason.NO_MATCH
        answers, citations = [], list[Citation]()
        for text, confidence, documents in stated:
            first = len(citations) + 1
            citations += [cite(first + place, document, text) for place, document in enumerate(documents)]
            answers.append(Answer(text, confidence, first, tuple(range(first + 1, first + len(documents)))))
        return Reply(
            question=question,
            interpreted_as=interpreted,
            answers=tuple(answers),
            citations=tuple(citations),
            passages=self._widened(nearest),
            index=self.info,
            reason=reason,
            dates=_DATES if read_dates and "latest" in question else None,
            without_filters=_LEFT_OUT if reason is Reason.OUTSIDE_FILTERS else None,
            took_ms=1.5,
            stages={"retrieve": 0.0005, "read": 0.001},
        )

    def timeline(self, question: str, *, filters: Filters | None = None, max_releases: int = 20) -> Timeline:
        """Return one entry for each release that the reply cites, by date; "ever" in the question repeats them."""
        reply = self.ask(question, filters=filters, read_dates=False)
        cited = {citation.document_id: citation for citation in reversed(reply.citations)}
        dated = sorted(cited.values(), key=lambda one: one.date or dt.date.max)[:max_releases]
        dated *= 3 if "ever" in question else 1
        citations = tuple(replace(citation, id=number) for number, citation in enumerate(dated, 1))
        entries = [
            TimelineEntry(
                Answer(
                    DOCUMENTS[citation.document_id].text[citation.answer_start : citation.answer_end],
                    0.8,
                    citation.id,
                    value=Value(ValueKind.NUMBER, str(50 * citation.id)),
                ),
                1 if citation.id > 1 else None,
            )
            for citation in citations
        ]
        return Timeline(question, tuple(entries), citations, self.info, has_more=len(cited) > max_releases)

    def retrieve(self, question: str, *, top_k: int = 5, **options: Any) -> FakeRetrieved:
        if question == "refuse":
            raise QuestionError("the question can't be read: write it in words.")
        nearest = [Hit(row, passage, 0.03, row) for row, passage in enumerate(passages_of(SUMMIT)[:top_k])]
        return FakeRetrieved(question, None, nearest, {"top_k": top_k, **options})

    def answer(self, found: FakeRetrieved) -> Reply:
        return self.ask(found.question, **found.options)

    def _widened(self, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        before, after = self.paragraph_around
        return tuple(
            replace(
                hit,
                passage=replace(
                    hit.passage,
                    text=before + hit.passage.text + after,
                    start=hit.passage.start - len(before),
                    end=hit.passage.end + len(after),
                ),
            )
            for hit in hits
        )


def cite(number: int, document: Document, answer: str) -> Citation:
    """Return the citation of the first place in `document` that says `answer`, in capitals or not."""
    at = document.text.lower().index(answer.lower())
    passage = next(p for p in passages_of(document) if p.start <= at < p.end)
    start = max(document.text.rfind(". ", passage.start, at) + 2, passage.start)
    stop = document.text.find(". ", at, passage.end)
    end = stop + 1 if stop >= 0 else passage.end
    return Citation(
        id=number,
        document_id=document.id,
        title=document.title,
        date=document.date,
        section=None,
        source_url=document.source_url,
        note=document.note,
        passage_number=passage.number,
        quote=document.text[start:end],
        start=start,
        end=end,
        answer_start=at,
        answer_end=at + len(answer),
        before=document.text[passage.start : start],
        after=document.text[end : passage.end],
    )


class FakeLive:
    """Serves one engine; after `stop()`, none."""

    def __init__(self, engine: FakeEngine) -> None:
        self.engine: FakeEngine | None = engine

    def stop(self) -> None:
        self.engine = None

    def current(self) -> FakeEngine:
        if self.engine is None:
            raise NoSnapshotError("/srv/secret/index has no snapshot: run 'qa-service build' first")
        return self.engine


def _is_allowed(document: Document, filters: Filters) -> bool:
    if filters.date_from and (document.date is None or document.date < filters.date_from):
        return False
    if filters.date_to and (document.date is None or document.date > filters.date_to):
        return False
    return filters.document_ids is None or document.id in filters.document_ids
