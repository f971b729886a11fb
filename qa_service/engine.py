"""Answers questions from one snapshot: interpret, retrieve, read, decide, cite."""

import datetime as dt
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from qa_service.citing import Candidate, Citer
from qa_service.dialogue import (
    AskedName,
    Understood,
    is_small_talk,
    names_asked,
    names_of_most,
    speakers_asked,
    understand,
    without_request,
)
from qa_service.errors import QuestionError
from qa_service.finding import Finder, Found, as_preference, heeded_dates, is_released_in
from qa_service.indexing.catalog import Catalog
from qa_service.protocols import Reader
from qa_service.reading import Calibration, gather_evidence, says_the_same
from qa_service.retrieval import Retriever
from qa_service.types import (
    MAX_QUESTION,
    Answer,
    Citation,
    DateOrder,
    DateUse,
    Filters,
    Hit,
    IndexInfo,
    LeftOut,
    Reason,
    Reply,
    Timeline,
    TimelineEntry,
    Turn,
)

MAX_TOP_K = 50
MAX_ANSWERS = 3
# Answers as sure as this share of the best are put in order when the question asks for the latest or the first. The
# best must reach the threshold, the others needn't.
_ORDER_SHARE = 0.3
# So many passages are read first, and the others only if no answer in these is so sure: docs/evaluation.md.
_READ_FIRST = 3
_SURE = 0.45
# Below this cosine, without a word in common, nothing in the releases is about the question at all.
_UNRELATED = 0.25
# A further answer must come within this of the best one's confidence.
_ALTERNATIVE_SHARE = 0.5
# A timeline reads the best passages of each release; a third one is seldom the one that answers.
MAX_TIMELINE = 50
_TIMELINE_PASSAGES_EACH = 2
_TIMELINE_PASSAGES = 200
# Its entries are as sure as this share of the surest.
_TIMELINE_SHARE = 0.6
# A name that most of so many nearest releases lack, "Indiana" where only towns are named, is not asked of the others.
_NAMING_RELEASES = 3
# Further releases are worth reading when one of so many that were read last, the furthest, answers.
_TIMELINE_FURTHEST = 5


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
        """The stand-alone question; None when that is what was asked, but for capitals and "could you tell me"."""
        written_out = self.found.understood.written_out
        asked = {question.casefold() for question in (self.question, without_request(self.question))}
        return written_out if written_out.casefold() not in asked else None

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
        calibration: Calibration,
        threshold: float | None = None,
    ) -> None:
        """Put the stages together; `threshold` overrides the calibration's."""
        self.info = info
        self.catalog = catalog
        self._finder = Finder(retriever, catalog)
        self._reader = reader
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
        question = _checked(question)
        if not 1 <= top_k <= MAX_TOP_K:
            raise QuestionError(f"top_k is {top_k}: send 1 to {MAX_TOP_K}.")
        if is_small_talk(question):  # there is nothing to look for, whatever the filters
            laps.end("interpret")
            laps.end("retrieve")
            nothing = Found(Understood(question), None, hits=(), n_to_read=0)
            return Retrieved(question, nothing, top_k, Filters(), laps.seconds)
        filters = filters or Filters()
        understood = understand(question, history)
        dates = heeded_dates(understood.question, filters, today or dt.date.today()) if read_dates else None
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
            others = self._read(found)
            if self._reason_to_refuse(others, half.filters) is None:
                half, candidates, reason = replace(half, found=found), others, None
        laps.end("read")
        left_out = self._left_out(half.found.understood) if reason and half.filters else None
        if left_out:
            reason = Reason.OUTSIDE_FILTERS
        laps.end("decide")
        answers, citations = ((), ()) if reason else self._cite(half.found, candidates)
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

    def timeline(self, question: str, *, filters: Filters | None = None, max_releases: int = 20) -> Timeline:
        """Answer the question from each release on its own, in order of their dates, undated ones last.

        A release is not read when it lacks a name of the question that the nearest releases hold: it speaks of
        something else. It is left out when its best answer doesn't reach the threshold of a single question, since each
        is shown as an answer, or is much less sure than the surest.

        Args:
            question: 1 to 2,000 characters; it stands alone.
            filters: None allows every release.
            max_releases: How many releases are read, nearest first, 1 to 50.

        Raises:
            QuestionError: The question or `max_releases` is outside its limits.
            CitationError: A citation would not have been exact; nothing is answered then.
        """
        laps = _Laps()
        question = _checked(question)
        if not 1 <= max_releases <= MAX_TIMELINE:
            raise QuestionError(f"max_releases is {max_releases}: send 1 to {MAX_TIMELINE}.")
        hits: Sequence[Hit] = ()
        if not is_small_talk(question):
            hits = self._finder.find(Understood(question), None, filters or Filters(), n_hits=_TIMELINE_PASSAGES).hits
        by_release: dict[str, list[Hit]] = {}
        for hit in hits:
            by_release.setdefault(hit.passage.document_id, []).append(hit)
        about = self._of_the_matter(question, list(by_release))
        nearest = about[:max_releases]
        laps.end("retrieve")
        hits = [hit for document_id in nearest for hit in by_release[document_id][:_TIMELINE_PASSAGES_EACH]]
        best: dict[str, Candidate] = {}
        for candidate in _sure(_ranked(self._judge(question, hits)), _TIMELINE_SHARE):
            if candidate.confidence >= self._threshold:
                best.setdefault(candidate.hit.passage.document_id, candidate)
        citer = Citer(self.catalog, question)
        laps.end("read")
        answers = [citer.cite([candidate]) for candidate in sorted(best.values(), key=_by_day)]
        laps.end("cite")
        return Timeline(
            question=question,
            entries=_with_runs(answers, citer.citations),
            citations=tuple(citer.citations),
            index=self.info,
            has_more=len(about) > max_releases
            and any(document_id in best for document_id in nearest[-_TIMELINE_FURTHEST:]),
            took_ms=sum(laps.seconds.values()) * 1000,
        )

    def candidates(self, question: str, filters: Filters | None = None) -> list[Candidate]:
        """Return what the reader finds in all passages worth reading, most confident first, nothing decided yet."""
        found = self._finder.find(Understood(question), None, filters or Filters())
        return _ranked(self._judge(question, found.hits[: found.n_to_read]))

    def _read(self, found: Found) -> list[Candidate]:
        """Return candidates, best first, from as many of the passages as it takes."""
        question, hits = found.understood.question, found.hits[: found.n_to_read]
        if found.dates and found.dates.order:
            candidates = self._judge(_without(found.dates.order_words, question), hits)
            return _by_date(_ranked(candidates), found.dates.order)
        candidates = self._judge(question, hits[:_READ_FIRST])
        if found.leant_on or all(candidate.confidence < max(_SURE, self._threshold) for candidate in candidates):
            candidates += self._judge(question, hits[_READ_FIRST:])
        return _staying_with(found.leant_on, _ranked(candidates), self._threshold)

    def _judge(self, question: str, hits: Sequence[Hit]) -> list[Candidate]:
        spans = self._reader.read(question, [hit.passage for hit in hits])
        candidates = [
            Candidate(hit, span, evidence, self.calibration.confidence(evidence))
            for hit, span, evidence in zip(hits, spans, gather_evidence(question, hits, spans), strict=True)
        ]
        if not (asked := speakers_asked(question)):
            return candidates
        citer = Citer(self.catalog, question)
        return [
            replace(candidate, confidence=0.0) if _is_of_another(citer, candidate, asked) else candidate
            for candidate in candidates
        ]

    def _of_the_matter(self, question: str, nearest: Sequence[str]) -> list[str]:
        """Return those releases that hold the names of the question, or of these what most of the nearest hold."""
        names = names_asked(question)
        if not names:
            return list(nearest)
        documents = (self.catalog.document(document_id) for document_id in nearest)
        texts = {document.id: document.text for document in documents if document}
        needed = names_of_most(names, list(texts.values())[:_NAMING_RELEASES]) or names
        return [document_id for document_id, text in texts.items() if all(name.is_in(text) for name in needed)]

    def _reason_to_refuse(self, candidates: Sequence[Candidate], filters: Filters) -> Reason | None:
        if any(candidate.confidence >= self._threshold for candidate in candidates):
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
        words = passage.text[span.start - passage.start : span.end - passage.start]
        return LeftOut(words, passage.document_id, passage.title, passage.date, passage.number)

    def _cite(self, found: Found, candidates: Sequence[Candidate]) -> tuple[tuple[Answer, ...], tuple[Citation, ...]]:
        """Return up to three distinct answers, each with the citations that give it, numbered from 1.

        Of releases that say the same, those of the days asked about are cited first.
        """
        citer = Citer(self.catalog, found.understood.question)
        groups: list[list[Candidate]] = []
        texts: dict[int, str] = {}
        first = candidates[0].confidence
        least = max(min(self._threshold, first), first * _ALTERNATIVE_SHARE)
        for candidate in candidates:
            texts[candidate.hit.row] = text = citer.words_of(candidate)
            same = next((group for group in groups if says_the_same(texts[group[0].hit.row], text)), None)
            if same is not None and candidate.evidence.margin > 0:
                same.append(candidate)
            elif same is None and candidate.confidence >= least and len(groups) < MAX_ANSWERS:
                groups.append([candidate])
        answers = [
            citer.cite(sorted(group, key=lambda candidate: not is_released_in(found.dates, candidate.hit.passage)))
            for group in groups
        ]
        return tuple(answers), tuple(citer.citations)


def _is_of_another(citer: Citer, candidate: Candidate, asked: Sequence[AskedName]) -> bool:
    """Tell whether the words are somebody's in a release that doesn't name whose words are asked for."""
    speaker, text = citer.speaker_of(candidate), citer.release_of(candidate).text
    return speaker is not None and not any(name.shares_a_word_with(speaker.text) or name.is_in(text) for name in asked)


def _checked(question: str) -> str:
    question = question.strip()
    if not 1 <= len(question) <= MAX_QUESTION:
        raise QuestionError(f"the question has {len(question):,} characters: send 1 to {MAX_QUESTION:,}.")
    try:
        question.encode()
    except UnicodeEncodeError as error:
        raise QuestionError("the question is not text in UTF-8: check the encoding of what sends it.") from error
    return question


def _by_day(candidate: Candidate) -> tuple[dt.date, str]:
    passage = candidate.hit.passage
    return passage.date or dt.date.max, passage.document_id


def _with_runs(answers: Sequence[Answer], citations: Sequence[Citation]) -> tuple[TimelineEntry, ...]:
    """Return entries that know since which one before them, without a break, the releases say the same."""
    entries: list[TimelineEntry] = []
    for answer, citation in zip(answers, citations, strict=True):
        since = None
        if entries and citation.date is not None:
            last = entries[-1]
            if says_the_same(last.answer.text, answer.text) or _is_same_value(last.answer, answer):
                since = last.unchanged_since or last.answer.citation
        entries.append(TimelineEntry(answer, since))
    return tuple(entries)


def _is_same_value(answer: Answer, other: Answer) -> bool:
    return answer.value is not None and answer.value == other.value


def _sure(ranked: Sequence[Candidate], share: float) -> list[Candidate]:
    """Return those of candidates, surest first, whose confidence is at least that share of the first one's."""
    return [candidate for candidate in ranked if candidate.confidence >= ranked[0].confidence * share]


def _ranked(candidates: Sequence[Candidate]) -> list[Candidate]:
    return sorted(candidates, key=lambda candidate: (-candidate.confidence, candidate.hit.row))


def _staying_with(releases: Sequence[str], ranked: Sequence[Candidate], threshold: float) -> list[Candidate]:
    """Return candidates with those of `releases` first that are sure enough to be answers."""

    def is_elsewhere(candidate: Candidate) -> bool:
        return candidate.hit.passage.document_id not in releases or candidate.confidence < threshold

    return sorted(ranked, key=is_elsewhere)


def _without(words: str | None, question: str) -> str:
    """Return the question without words that no release repeats: which meeting was the latest is seen by the dates."""
    shorter = " ".join(question.replace(words, "", 1).split()) if words else question
    return shorter or question


def _by_date(ranked: Sequence[Candidate], order: DateOrder) -> list[Candidate]:
    """Return candidates with those about as sure as the first in order of their releases' dates, undated ones last.

    The surest is among those that are shown, wherever its date puts it.
    """
    sure = _sure(ranked, _ORDER_SHARE)

    def place(candidate: Candidate) -> tuple[bool, int]:
        date = candidate.hit.passage.date
        day = date.toordinal() if date else 0
        return date is None, -day if order is DateOrder.LATEST else day

    by_date = sorted(sure, key=place)
    if ranked and by_date.index(ranked[0]) >= MAX_ANSWERS:
        by_date.remove(ranked[0])
        by_date.insert(MAX_ANSWERS - 1, ranked[0])
    return by_date + list(ranked[len(sure) :])
