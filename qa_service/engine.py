"""Answers questions from one snapshot: interpret, retrieve, read, decide, cite."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from qa_service.dialogue import Understood, understand
from qa_service.errors import CitationError, QuestionError
from qa_service.indexing.catalog import Catalog
from qa_service.protocols import Reader
from qa_service.reading import Calibration, Evidence, EvidenceGatherer, says_the_same
from qa_service.retrieval import Retriever
from qa_service.sentences import covering_sentences
from qa_service.types import Answer, Citation, Document, Filters, Hit, IndexInfo, Reason, Reply, Span, Turn
from qa_service.values import Surroundings, items_of, polarity_of, speaker_of, value_of
from qa_service.words import without_names

MAX_QUESTION = 2_000
MAX_TOP_K = 50
MAX_ANSWERS = 3
# Reading ten passages instead of five added nothing in the trials of shared evidence; five keep a question quick.
READ_PASSAGES = 5
# A follow-up reads two more: passages of the releases that it leans on stand beside those that its words find.
READ_FOR_FOLLOW_UPS = 7
# Releases that a follow-up stays with: the one that was cited, and one that said the same.
MAX_FAVOURED = 2
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
        understood: What it means after the turns before it.
        hits: Those to read and those to show, best first.
        stages: Seconds by stage so far.
    """

    question: str
    understood: Understood
    hits: Sequence[Hit]
    top_k: int
    filters: Filters
    stages: Mapping[str, float]

    @property
    def interpreted_as(self) -> str | None:
        """The stand-alone question; None when that is what was asked."""
        written_out = self.understood.written_out
        return written_out if written_out != self.question else None

    @property
    def passages(self) -> tuple[Hit, ...]:
        """The passages that the reply shows."""
        return tuple(self.hits[: self.top_k])


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
        self._retriever = retriever
        self._reader = reader
        self._evidence = evidence
        self.calibration = calibration
        self._threshold = calibration.threshold if threshold is None else threshold

    def ask(
        self, question: str, *, history: Sequence[Turn] = (), top_k: int = 5, filters: Filters | None = None
    ) -> Reply:
        """Answer from the releases that `filters` allow, or refuse with a reason.

        Args:
            question: 1 to 2,000 characters.
            history: Earlier turns, oldest first.
            top_k: How many passages the reply holds, 1 to 50.
            filters: None allows every release.

        Raises:
            QuestionError: The question or `top_k` is outside its limits.
            CitationError: A citation would not have been exact; nothing is answered then.
        """
        return self.answer(self.retrieve(question, history=history, top_k=top_k, filters=filters))

    def retrieve(
        self, question: str, *, history: Sequence[Turn] = (), top_k: int = 5, filters: Filters | None = None
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
        laps.end("interpret")
        understood, hits = self._find(understood, max(top_k, READ_FOR_FOLLOW_UPS), filters)
        laps.end("retrieve")
        return Retrieved(question, understood, hits, top_k, filters, laps.seconds)

    def answer(self, found: Retrieved) -> Reply:
        """Do the second half of `ask`: read, decide, cite. Raises as `ask` does."""
        laps = _Laps(found.stages)
        question, understood, filters = found.question, found.understood, found.filters
        candidates = self._read(understood, found.hits)
        laps.end("read")
        reason = self._reason_to_refuse(candidates, filters)
        if reason and filters and self._answers_without_filters(understood):
            reason = Reason.OUTSIDE_FILTERS
        laps.end("decide")
        answers, citations = ((), ()) if reason else self._cite(question, candidates)
        laps.end("cite")
        return Reply(
            question=question,
            interpreted_as=found.interpreted_as,
            answers=answers,
            citations=citations,
            passages=found.passages,
            index=self.info,
            reason=reason,
            took_ms=sum(laps.seconds.values()) * 1000,
            stages=laps.seconds,
        )

    def candidates(self, question: str, filters: Filters | None = None) -> list[Candidate]:
        """Return what the reader found for a stand-alone question, most confident first, nothing decided yet."""
        hits = self._retriever.retrieve(question, READ_PASSAGES, filters or Filters())
        return self._read(Understood(question), hits)

    def _find(self, understood: Understood, k: int, filters: Filters) -> tuple[Understood, list[Hit]]:
        """Return the question as it was sought, and its hits; a follow-up favours the releases that it leans on."""
        if understood.context is None:
            return understood, self._retriever.retrieve(understood.question, k, filters)
        favoured = self._leant_on(understood, filters)
        if not favoured and not understood.is_certain:
            return Understood(understood.question), self._retriever.retrieve(understood.question, k, filters)
        # New names take the place of the old ones.
        context = without_names(understood.context) if understood.new_names else understood.context
        return understood, self._retriever.retrieve_in_context(
            understood.question, context, k, filters, favoured=favoured
        )

    def _leant_on(self, understood: Understood, filters: Filters) -> list[str]:
        """Return the releases that answered what the question leans on, if they hold the names that are new in it."""
        hits = self._retriever.retrieve(understood.context or "", READ_PASSAGES, filters)
        answer = understood.answer
        answering = [hit.passage.document_id for hit in hits if answer is not None and answer in hit.passage.text]
        found = list(dict.fromkeys(answering or [hit.passage.document_id for hit in hits[:1]]))[:MAX_FAVOURED]
        texts = {document_id: self.catalog.document(document_id) for document_id in found}
        return [
            document_id
            for document_id, document in texts.items()
            if document is not None and all(name in document.text.lower() for name in understood.new_names)
        ]

    def _read(self, understood: Understood, hits: Sequence[Hit]) -> list[Candidate]:
        question = understood.question
        hits = list(hits[: READ_PASSAGES if understood.context is None else READ_FOR_FOLLOW_UPS])
        spans = self._reader.read(question, [hit.passage for hit in hits])
        found = [
            Candidate(hit, span, evidence, self.calibration.confidence(evidence))
            for hit, span, evidence in zip(hits, spans, self._evidence.gather(question, hits, spans), strict=True)
        ]
        return sorted(found, key=lambda candidate: (-candidate.confidence, candidate.hit.row))

    def _reason_to_refuse(self, candidates: Sequence[Candidate], filters: Filters) -> Reason | None:
        if candidates and candidates[0].confidence >= self._threshold:
            return None
        if filters and not candidates:
            return Reason.OUTSIDE_FILTERS
        if all(c.evidence.coverage == 0 and (c.hit.cosine or 0.0) < _UNRELATED for c in candidates):
            return Reason.NO_MATCH
        return Reason.LOW_CONFIDENCE

    def _answers_without_filters(self, understood: Understood) -> bool:
        candidates = self._read(*self._find(understood, READ_FOR_FOLLOW_UPS, Filters()))
        return bool(candidates) and candidates[0].confidence >= self._threshold

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
