"""A question set and an engine -> `Evaluation`: one record per question, before any averaging.

Every question is asked once. The turns of a conversation are asked in order, and the history holds the system's own
answers, right or wrong, because that is what a user's follow-up leans on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from qa_service.answer_measures import exact_match, token_f1
from qa_service.errors import CitationError
from qa_service.evaluation.exactness import Exactness, check_exactness
from qa_service.evaluation.measures import holds
from qa_service.evaluation.questions import Question, QuestionSet, check_answers
from qa_service.types import Answer, Citation, Document, Hit, IndexInfo, Reason, Reply, Turn

_N_ALTERNATIVES = 3  # answers of a reply that a page shows at a glance


class HoldsDocuments(Protocol):
    """Where the canonical texts are."""

    def document(self, document_id: str, /) -> Document | None: ...


class Asks(Protocol):
    """What an evaluation needs of the engine."""

    @property
    def info(self) -> IndexInfo: ...

    @property
    def catalog(self) -> HoldsDocuments: ...

    def ask(self, question: str, *, history: Sequence[Turn] = (), top_k: int = 5) -> Reply: ...


class Stage(StrEnum):
    """The first stage at which a question went wrong."""

    DOCUMENT_NOT_RETRIEVED = "document not retrieved"
    PASSAGE_NOT_RETRIEVED = "passage not retrieved"
    WRONGLY_REFUSED = "wrongly refused"
    WRONG_SENTENCE = "wrong sentence"
    WRONGLY_ANSWERED = "wrongly answered"
    WITHHELD = "withheld for a bad citation"


@dataclass(frozen=True, slots=True)
class Record:
    """What became of one question.

    Attributes:
        document_rank: Of the first passage shown that is of a right release, from 1; None when there is none.
        passage_rank: Of the first passage shown that is of a right release and holds a gold answer.
        exact_match, f1: Of the first answer; 0.0 without one.
        answer, quote, cited_document: Of the first answer; None when the question was refused.
        confidence: Of the first answer. A refusal shows none, so it stands as 0.0, which makes all refusals tie.
        reason: Why it was refused.
        answer_in_quote: Whether the first citation's quote holds a gold answer, of whichever release.
        cited_right: Whether the first answer cites a right release, and its quote holds a gold answer.
        cited_right_at_3: Whether any of the first three answers does.
        was_withheld: Whether the engine raised `CitationError` instead of replying.
    """

    gold: Question
    interpreted_as: str | None = None
    document_rank: int | None = None
    passage_rank: int | None = None
    exact_match: float = 0.0
    f1: float = 0.0
    answer: str | None = None
    quote: str | None = None
    cited_document: str | None = None
    confidence: float = 0.0
    reason: Reason | None = None
    answer_in_quote: bool = False
    cited_right: bool = False
    cited_right_at_3: bool = False
    was_withheld: bool = False
    exactness: Exactness = field(default_factory=Exactness)
    took_ms: float | None = None

    @property
    def is_answered(self) -> bool:
        return self.answer is not None

    @property
    def stage(self) -> Stage | None:
        """The first stage that failed; None when the question was cited right, or rightly refused."""
        if self.was_withheld:
            return Stage.WITHHELD
        if not self.gold.is_answerable:
            return Stage.WRONGLY_ANSWERED if self.is_answered else None
        if self.cited_right:
            return None
        if self.document_rank is None:
            return Stage.DOCUMENT_NOT_RETRIEVED
        if self.passage_rank is None:
            return Stage.PASSAGE_NOT_RETRIEVED
        return Stage.WRONG_SENTENCE if self.is_answered else Stage.WRONGLY_REFUSED


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The records of one run: single questions, then conversations turn by turn.

    Attributes:
        index: The snapshot that was asked.
        top_k: Passages asked for, so the deepest rank that a record can have.
    """

    index: IndexInfo
    top_k: int
    records: tuple[Record, ...]


def evaluate(
    engine: Asks,
    question_set: QuestionSet,
    *,
    top_k: int = 10,
    on_progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Ask `engine` everything in `question_set`, telling `on_progress` the number asked so far and the total.

    Raises:
        QuestionSetError: Before anything is asked, when an answer does not stand in the engine's text of its release.
    """

    def text_of(document_id: str) -> str | None:
        document = engine.catalog.document(document_id)
        return None if document is None else document.text

    check_answers(question_set, text_of)
    dialogues = [
        *((question,) for question in question_set.questions),
        *(conversation.turns for conversation in question_set.conversations),
    ]
    records: list[Record] = []
    for dialogue in dialogues:
        history: list[Turn] = []
        for gold in dialogue:
            record = _ask(engine, gold, history, top_k, text_of)
            history.append(Turn(gold.question, record.answer))
            records.append(record)
            if on_progress is not None:
                on_progress(len(records), len(question_set.all_questions))
    return Evaluation(engine.info, top_k, tuple(records))


def _ask(
    engine: Asks, gold: Question, history: Sequence[Turn], top_k: int, text_of: Callable[[str], str | None]
) -> Record:
    try:
        reply = engine.ask(gold.question, history=tuple(history), top_k=top_k)
    except CitationError as error:
        return Record(gold, was_withheld=True, exactness=Exactness(1, (str(error),)))
    return record_of(reply, gold, check_exactness(reply, text_of))


def record_of(reply: Reply, gold: Question, exactness: Exactness) -> Record:
    """Return what `reply` is worth as a reply to `gold`."""
    cited = _with_citations(reply)
    answer, citation = cited[0] if cited else (None, None)
    return Record(
        gold,
        interpreted_as=reply.interpreted_as,
        document_rank=_rank(reply.passages, lambda hit: hit.passage.document_id in gold.documents),
        passage_rank=_rank(reply.passages, lambda hit: _is_right_passage(hit, gold)),
        exact_match=exact_match(answer.text, gold.answers) if answer else 0.0,
        f1=token_f1(answer.text, gold.answers) if answer else 0.0,
        answer=answer.text if answer else None,
        quote=citation.quote if citation else None,
        cited_document=citation.document_id if citation else None,
        confidence=answer.confidence if answer else 0.0,
        reason=reply.reason,
        answer_in_quote=citation is not None and _holds_answer(citation.quote, gold),
        cited_right=any(_is_cited_right(one, gold) for _, one in cited[:1]),
        cited_right_at_3=any(_is_cited_right(one, gold) for _, one in cited[:_N_ALTERNATIVES]),
        exactness=exactness,
        took_ms=reply.took_ms,
    )


def _with_citations(reply: Reply) -> list[tuple[Answer, Citation | None]]:
    """Return each answer with its citation, None when the reply lacks it; `check_exactness` counts that."""
    citations = {citation.id: citation for citation in reply.citations}
    return [(answer, citations.get(answer.citation)) for answer in reply.answers]


def _rank(hits: Sequence[Hit], is_right: Callable[[Hit], bool]) -> int | None:
    return next((rank for rank, hit in enumerate(hits, 1) if is_right(hit)), None)


def _is_right_passage(hit: Hit, gold: Question) -> bool:
    return hit.passage.document_id in gold.documents and _holds_answer(hit.passage.text, gold)


def _is_cited_right(citation: Citation | None, gold: Question) -> bool:
    return citation is not None and citation.document_id in gold.documents and _holds_answer(citation.quote, gold)


def _holds_answer(text: str, gold: Question) -> bool:
    return any(holds(text, answer) for answer in gold.answers)
