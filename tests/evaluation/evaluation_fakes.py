"""An engine that says what a test tells it to say, about releases that the test shows."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from qa_service.errors import CitationError
from qa_service.types import Answer, Citation, Document, Hit, IndexInfo, Passage, Reason, Reply, Turn

INFO = IndexInfo("v1", dt.datetime(2024, 1, 1, tzinfo=dt.UTC), documents=2, passages=4, newest=None)


@dataclass(frozen=True)
class Says:
    """A planned reply: `words` of `document`, or a refusal; `passages` are (document, words) in the order shown."""

    words: str | None = None
    document: str = ""
    confidence: float = 0.9
    passages: Sequence[tuple[str, str]] = ()
    others: Sequence[tuple[str, str]] = ()
    took_ms: float = 10.0
    interpreted_as: str | None = None


REFUSES = Says()


@dataclass
class FakeEngine:
    """Answers each question of `plan` as planned; a citation's quote is the sentence around the words."""

    releases: Mapping[str, str]
    plan: Mapping[str, Says]
    info: IndexInfo = INFO
    asked: list[tuple[str, tuple[Turn, ...], int]] = field(default_factory=list)

    @property
    def catalog(self) -> "FakeEngine":
        return self

    def document(self, document_id: str) -> Document | None:
        text = self.releases.get(document_id)
        return None if text is None else Document(document_id, text, title="")

    def ask(self, question: str, *, history: Sequence[Turn] = (), top_k: int = 5) -> Reply:
        self.asked.append((question, tuple(history), top_k))
        says = self.plan[question]
        said = [] if says.words is None else [(says.document, says.words), *says.others]
        citations = tuple(cite(self.releases, name, words, number) for number, (name, words) in enumerate(said, 1))
        return Reply(
            question,
            says.interpreted_as,
            answers=tuple(Answer(words, says.confidence, number) for number, (_, words) in enumerate(said, 1)),
            citations=citations,
            passages=tuple(hit(name, words) for name, words in says.passages),
            index=self.info,
            reason=None if said else Reason.LOW_CONFIDENCE,
            took_ms=says.took_ms,
        )


class WithholdingEngine(FakeEngine):
    """Finds a fault in each of its own replies."""

    def ask(self, question: str, *, history: Sequence[Turn] = (), top_k: int = 5) -> Reply:
        raise CitationError("text[3:9] is not the quote")


def cite(releases: Mapping[str, str], document_id: str, words: str, number: int = 1) -> Citation:
    text = releases[document_id]
    answer_start = text.index(words)
    start = text.rfind(". ", 0, answer_start) + 2 if ". " in text[:answer_start] else 0
    end = text.index(".", answer_start + len(words) - 1) + 1
    return Citation(
        id=number,
        document_id=document_id,
        title="",
        date=None,
        section=None,
        source_url=None,
        note=None,
        passage_number=1,
        quote=text[start:end],
        start=start,
        end=end,
        answer_start=answer_start,
        answer_end=answer_start + len(words),
        before=text[:start],
        after=text[end:],
    )


def hit(document_id: str, words: str) -> Hit:
    return Hit(0, Passage(document_id, 1, 0, len(words), words, title=""), score=1.0, rank=0)
