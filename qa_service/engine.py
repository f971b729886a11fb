"""Answers questions from one snapshot: interpret, retrieve, read, decide, cite."""

import datetime as dt
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from qa_service.dialogue import Understood, understand
from qa_service.errors import CitationError, QuestionError
from qa_service.finding import Finder, Found, as_preference, heeded_dates
from qa_service.indexing.catalog import Catalog
from qa_service.protocols import Reader
from qa_service.reading import Calibration, Evidence, EvidenceGatherer, says_the_same
from qa_service.retrieval import Retriever
from qa_service.sentences import covering_sentences
from qa_service.types import (
    Answer,
    Citation,
    DateOrder,
    DateUse,
    Document,
    Filters,
    Hit,
    IndexInfo,
    LeftOut,
    Reason,
    Reply,
    Span,
    Turn,
)
from qa_service.values import Surroundings, items_of, polarity_of, speaker_of, value_of

MAX_QUESTION = 2_000
MAX_TOP_K = 50
MAX_ANSWERS = 3
# Answers as sure as this share of the best are put in order when the question asks for the latest or the first.
_ORDER_SHARE = 0.6
# Below this cosine, without a word in common, nothing in the releases is about the question at all.
_UNRELATED = 0.25
# A further answer must come within this of the best one's confidence.
_ALTERNATIVE_SHARE = 0.5
_AROUND = 240  # characters of before and after
_NEAR = 40  # characters in which "in excess of" stands before an amount


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible answer: a span of a hit, with its evidence."""

    hit: Hit
    span: Span
    evidence: Evidence
    confidence: float


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A question half way: what was found for it, not read yet.

    Attributes:
        found: What it was taken for, and its passages.
        filters: The caller's.
        stages: Seconds by stage so far.
    """

    question: str
    found: Found
    top_k: int
    filters: Filters
    stages: Mapping[str, float]

    @property
    def interpreted_as(self) -> str | None:
        """The stand-alone question; None when that is what was asked."""
        written_out = self.found.understood.written_out
        return written_out if written_out != self.question else None

    @property
    def passages(self) -> tuple[Hit, ...]:
        """The passages that the reply shows."""
        return tuple(self.found.hits[: self.top_k])


class _Laps:
    """Seconds by stage, each from the end of the one before."""

    def __init__(self, earlier: Mapping[str, float] | None = None) -> None:
        self.seconds = dict(earlier or {})
        self._last = time.perf_counter()

    def end(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage] = now - self._last
        self._last = now


class Engine:
    """One opened snapshot and the models to answer from it. Safe to use from several threads."""

    def __init__(
        self,
        *,
        info: IndexInfo,
        catalog: Catalog,
        retriever: Retriever,
        reader: Reader,
        evidence: EvidenceGatherer,
        calibration: Calibration,
        threshold: float | None = None,
    ) -> None:
        """Put the stages together; `threshold` overrides the calibration's."""
        self.info = info
        self.catalog = catalog
        self._finder = Finder(retriever, catalog)
        self._reader = reader
        self._evidence = evidence
        self.calibration = calibration
        self._threshold = calibration.threshold if threshold is None else threshold

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        top_k: int = 5,
        filters: Filters | None = None,
        read_dates: bool = True,
        today: dt.date | None = None,
    ) -> Reply:
        """Answer from the releases that `filters` allow, or refuse with a reason.

        Args:
            question: 1 to 2,000 characters.
            history: Earlier turns, oldest first.
            top_k: How many passages the reply holds, 1 to 50.
            filters: None allows every release. Its dates win over those of the question.
            read_dates: Whether to heed dates, "latest" and "first" in the question.
            today: What "last week" is relative to; None is the day on this machine.

        Raises:
            QuestionError: The question or `top_k` is outside its limits.
            CitationError: A citation would not have been exact; nothing is answered then.
        """
        return self.answer(
            self.retrieve(question, history=history, top_k=top_k, filters=filters, read_dates=read_dates, today=today)
        )

    def retrieve(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        top_k: int = 5,
        filters: Filters | None = None,
        read_dates: bool = True,
        today: dt.date | None = None,
    ) -> Retrieved:
        """Do the first half of `ask`, the quick one: interpret the question, find passages. Raises as `ask` does."""
        laps = _Laps()
        question = question.strip()
        if not 1 <= len(question) <= MAX_QUESTION:
            raise QuestionError(f"the question has {len(question):,} characters: send 1 to {MAX_QUESTION:,}.")
        if not 1 <= top_k <= MAX_TOP_K:
            raise QuestionError(f"top_k is {top_k}: send 1 to {MAX_TOP_K}.")
        filters = filters or Filters()
        understood = understand(question, history)
        dates = heeded_dates(question, filters, today or dt.date.today()) if read_dates else None
        laps.end("interpret")
        found = self._finder.find(understood, dates, filters, n_hits=top_k)
        laps.end("retrieve")
        return Retrieved(question, found, top_k, filters, laps.seconds)

    def answer(self, half: Retrieved) -> Reply:
        """Do the second half of `ask`: read, decide, cite. Raises as `ask` does."""
        laps = _Laps(half.stages)
        candidates = self._read(half.found)
        reason = self._reason_to_refuse(candidates, half.filters)
        dates = half.found.dates
        if reason and dates and dates.applied is DateUse.FILTER:
            # The date may be one in the text: a refusal must not rest on our reading of it.
            found = self._finder.find(half.found.understood, as_preference(dates), half.filters, n_hits=half.top_k)
            half = replace(half, found=found)
            candidates = self._read(found)
            reason = self._reason_to_refuse(candidates, half.filters)
        laps.end("read")
        left_out = self._left_out(half.found.understood) if reason and half.filters else None
        if left_out:
            reason = Reason.OUTSIDE_FILTERS
        laps.end("decide")
        answers, citations = ((), ()) if reason else self._cite(half.question, candidates)
        laps.end("cite")
        return Reply(
            question=half.question,
            interpreted_as=half.interpreted_as,
            answers=answers,
            citations=citations,
            passages=half.passages,
            index=self.info,
            reason=reason,
            dates=half.found.dates,
            without_filters=left_out,
            took_ms=sum(laps.seconds.values()) * 1000,
            stages=laps.seconds,
        )

    def candidates(self, question: str, filters: Filters | None = None) -> list[Candidate]:
        """Return what the reader found for a stand-alone question, most confident first, nothing decided yet."""
        return self._read(self._finder.find(Understood(question), None, filters or Filters()))

    def _read(self, found: Found) -> list[Candidate]:
        question, hits = found.understood.question, list(found.hits[: found.n_to_read])
        spans = self._reader.read(question, [hit.passage for hit in hits])
        candidates = [
            Candidate(hit, span, evidence, self.calibration.confidence(evidence))
            for hit, span, evidence in zip(hits, spans, self._evidence.gather(question, hits, spans), strict=True)
        ]
        ranked = sorted(candidates, key=lambda candidate: (-candidate.confidence, candidate.hit.row))
        order = found.dates.order if found.dates else None
        return _by_date(ranked, order, self._threshold) if order else ranked

    def _reason_to_refuse(self, candidates: Sequence[Candidate], filters: Filters) -> Reason | None:
        if candidates and candidates[0].confidence >= self._threshold:
            return None
        if filters and not candidates:
            return Reason.OUTSIDE_FILTERS
        if all(c.evidence.coverage == 0 and (c.hit.cosine or 0.0) < _UNRELATED for c in candidates):
            return Reason.NO_MATCH
        return Reason.LOW_CONFIDENCE

    def _left_out(self, understood: Understood) -> LeftOut | None:
        """Return what would be answered without filters, None when that is nothing, too."""
        candidates = self._read(self._finder.find(understood, None, Filters()))
        if not candidates or candidates[0].confidence < self._threshold:
            return None
        span, passage = candidates[0].span, candidates[0].hit.passage
        document = self._document(passage.document_id, {})
        return LeftOut(document.text[span.start : span.end], document.id, document.title, document.date, passage.number)

    def _cite(self, question: str, candidates: Sequence[Candidate]) -> tuple[tuple[Answer, ...], tuple[Citation, ...]]:
        """Return up to three distinct answers, each with the citations that give it, numbered from 1."""
        groups: list[list[Candidate]] = []
        texts: dict[int, str] = {}
        documents: dict[str, Document] = {}
        least = max(self._threshold, candidates[0].confidence * _ALTERNATIVE_SHARE)
        for candidate in candidates:
            document = self._document(candidate.hit.passage.document_id, documents)
            texts[candidate.hit.row] = text = document.text[candidate.span.start : candidate.span.end]
            same = next((group for group in groups if says_the_same(texts[group[0].hit.row], text)), None)
            if same is not None and candidate.evidence.margin > 0:
                same.append(candidate)
            elif same is None and candidate.confidence >= least and len(groups) < MAX_ANSWERS:
                groups.append([candidate])
        answers, citations = [], list[Citation]()
        for group in groups:
            first = len(citations) + 1
            citations.extend(
                _citation(first + place, candidate, documents[candidate.hit.passage.document_id])
                for place, candidate in enumerate(group)
            )
            also_in = tuple(range(first + 1, first + len(group)))
            answer = Answer(texts[group[0].hit.row], group[0].confidence, first, also_in)
            cited = citations[first - 1]
            answers.append(_with_details(answer, question, cited, documents[cited.document_id]))
        return tuple(answers), tuple(citations)

    def _document(self, document_id: str, seen: dict[str, Document]) -> Document:
        if document_id not in seen:
            document = self.catalog.document(document_id)
            if document is None:
                raise CitationError(
                    f"snapshot {self.info.version} has a passage of {document_id!r}, but no such release."
                )
            seen[document_id] = document
        return seen[document_id]


def _with_details(answer: Answer, question: str, citation: Citation, document: Document) -> Answer:
    """Return the answer with what its words and their release say besides: value, items, polarity, speaker.

    Raises:
        CitationError: An item or the speaker is not the slice that it says.
    """
    text = document.text
    span, sentence = (citation.answer_start, citation.answer_end), (citation.start, citation.end)
    items, speaker = items_of(question, text, span, sentence), speaker_of(text, span, sentence)
    for part in (*items, *((speaker,) if speaker else ())):
        if not part.text or text[part.start : part.end] != part.text:
            raise CitationError(f"{document.id} {part.start}-{part.end} is not {part.text!r}.")
    around = Surroundings(text[sentence[0] : span[0]][-_NEAR:], text[span[1] : sentence[1]][:_NEAR], text)
    return replace(
        answer,
        value=None if items else value_of(answer.text, question, document.date, around),
        items=items,
        polarity=polarity_of(question, citation.quote),
        speaker=speaker,
    )


def _by_date(ranked: Sequence[Candidate], order: DateOrder, threshold: float) -> list[Candidate]:
    """Return candidates with those about as sure as the first in order of their releases' dates, undated ones last."""
    least = max(threshold, ranked[0].confidence * _ORDER_SHARE) if ranked else 0.0
    sure = [candidate for candidate in ranked if candidate.confidence >= least]

    def place(candidate: Candidate) -> tuple[bool, int]:
        date = candidate.hit.passage.date
        day = date.toordinal() if date else 0
        return date is None, -day if order is DateOrder.LATEST else day

    return sorted(sure, key=place) + list(ranked[len(sure) :])


def _citation(number: int, candidate: Candidate, document: Document) -> Citation:
    """Return a citation whose quote is the sentence, or sentences, that hold the span.

    Raises:
        CitationError: The slices of the stored text are not what they should be.
    """
    passage, span = candidate.hit.passage, candidate.span
    start, end = covering_sentences(passage.text, span.start - passage.start, span.end - passage.start)
    start, end = passage.start + start, passage.start + end
    if document.text[passage.start : passage.end] != passage.text or not (
        passage.start <= start <= span.start < span.end <= end <= passage.end
    ):
        raise CitationError(f"{document.id} {span.start}-{span.end} is not inside passage {passage.number}.")
    return Citation(
        id=number,
        document_id=document.id,
        title=document.title,
        date=document.date,
        section=passage.section,
        source_url=document.source_url,
        note=document.note,
        passage_number=passage.number,
        quote=document.text[start:end],
        start=start,
        end=end,
        answer_start=span.start,
        answer_end=span.end,
        before=document.text[max(passage.start, start - _AROUND) : start],
        after=document.text[end : min(passage.end, end + _AROUND)],
    )
