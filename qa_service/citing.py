"""Candidates -> answers and citations, each offset checked against the stored text before it leaves the engine."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ParamSpec, TypeVar

from qa_service.errors import CitationError
from qa_service.indexing.catalog import Catalog
from qa_service.reading import Evidence
from qa_service.sentences import covering_sentences
from qa_service.types import Answer, Citation, Document, Hit, Passage, Slice, Span
from qa_service.values import Surroundings, items_of, polarity_of, speaker_of, value_of

logger = logging.getLogger(__name__)

_Arguments = ParamSpec("_Arguments")
_Told = TypeVar("_Told")

_AROUND = 240  # characters of before and after
_LONGEST_LINE = 200  # characters; a passage may begin within a line of text that is wrapped
_NEAR = 40  # characters in which "in excess of" stands before an amount


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible answer: a span of a hit, with its evidence."""

    hit: Hit
    span: Span
    evidence: Evidence
    confidence: float


class Citer:
    """Cites candidates of one question; citations are numbered from 1, in the order in which they are made."""

    def __init__(self, catalog: Catalog, question: str) -> None:
        """Take what holds the releases, and the question as it was understood."""
        self._catalog = catalog
        self._question = question
        self._documents: dict[str, Document] = {}
        self.citations: list[Citation] = []

    def words_of(self, candidate: Candidate) -> str:
        """Return the answer's words, cut from the stored release; raises CitationError when there is none."""
        return self.release_of(candidate).text[candidate.span.start : candidate.span.end]

    def release_of(self, candidate: Candidate) -> Document:
        """Return the release that a candidate is of; raises CitationError when there is none."""
        document_id = candidate.hit.passage.document_id
        if document_id not in self._documents:
            document = self._catalog.document(document_id)
            if document is None:
                raise CitationError(f"the snapshot has a passage of {document_id!r}, but no such release.")
            self._documents[document_id] = document
        return self._documents[document_id]

    def speaker_of(self, candidate: Candidate) -> Slice | None:
        """Return who says the candidate's words, None when nobody is named."""
        text, span = self.release_of(candidate).text, candidate.span
        return _told(speaker_of, text, (span.start, span.end), _quoted(text, candidate.hit.passage, span))

    def cite(self, group: Sequence[Candidate]) -> Answer:
        """Return one answer that all of `group` give, in the words of the first, as sure as the surest.

        Raises:
            CitationError: A slice of a stored text is not what it should be.
        """
        first = len(self.citations) + 1
        for place, candidate in enumerate(group):
            self.citations.append(_citation(first + place, candidate, self.release_of(candidate)))
        answer = Answer(
            self.words_of(group[0]),
            max(candidate.confidence for candidate in group),
            first,
            tuple(range(first + 1, first + len(group))),
        )
        return _with_details(answer, self._question, self.citations[first - 1], self.release_of(group[0]))


def _with_details(answer: Answer, question: str, citation: Citation, document: Document) -> Answer:
    """Return the answer with what its words and their release say besides: value, items, polarity, speaker.

    Raises:
        CitationError: An item or the speaker is not the slice that it says.
    """
    text = document.text
    span, sentence = (citation.answer_start, citation.answer_end), (citation.start, citation.end)
    items = _told(items_of, question, text, span, sentence) or ()
    speaker = _told(speaker_of, text, span, sentence)
    for part in (*items, *((speaker,) if speaker else ())):
        if not part.text or text[part.start : part.end] != part.text:
            raise CitationError(f"{document.id} {part.start}-{part.end} is not {part.text!r}.")
    around = Surroundings(text[sentence[0] : span[0]][-_NEAR:], text[span[1] : sentence[1]][:_NEAR], text)
    return replace(
        answer,
        value=None if items else _told(value_of, answer.text, question, document.date, around),
        items=items,
        polarity=_told(polarity_of, question, citation.quote),
        speaker=speaker,
    )


def _told(
    tell: Callable[_Arguments, _Told | None], *arguments: _Arguments.args, **named: _Arguments.kwargs
) -> _Told | None:
    """Return what a rule tells of an answer; None when it fails, which withholds no answer that was checked."""
    try:
        return tell(*arguments, **named)
    except Exception:
        logger.exception("%s failed", tell.__name__)
        return None


def _citation(number: int, candidate: Candidate, document: Document) -> Citation:
    """Return a citation whose quote is the sentence, or sentences, that hold the span.

    Raises:
        CitationError: The slices of the stored text are not what they should be.
    """
    passage, span = candidate.hit.passage, candidate.span
    start, end = _quoted(document.text, passage, span)
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


def _quoted(text: str, passage: Passage, span: Span) -> tuple[int, int]:
    """Return the span of the passage's sentences that hold `span`.

    The passage's first line is read whole: its rest looks like a line that ends where its author ended it.
    """
    line_start = text.rfind("\n", 0, passage.start) + 1
    low = line_start if passage.start - line_start <= _LONGEST_LINE else passage.start
    start, end = covering_sentences(text[low : passage.end], span.start - low, span.end - low)
    return max(low + start, passage.start), low + end
