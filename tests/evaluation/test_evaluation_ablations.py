from collections.abc import Sequence
from dataclasses import replace

from fakes import passage

from qa_service.evaluation.ablations import WithoutContext, in_order_of_retrieval
from qa_service.reading import Evidence
from qa_service.types import Passage, Span


class ListeningReader:
    """Keeps what it was given to read."""

    name = "listening"

    def __init__(self) -> None:
        self.read_texts: list[str] = []

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        self.read_texts += [one.contextual_text for one in passages]
        return [Span(one.start, one.end, 1.0, 0.0) for one in passages]


def test_without_context_a_passage_is_read_alone_and_its_offsets_stay() -> None:
    inside = ListeningReader()
    reader = WithoutContext(inside)
    [span] = reader.read("who?", [passage("They met.", start=40, title="Talks", section="Trade")])
    assert inside.read_texts == ["They met."]
    assert (span.start, span.end, reader.name) == (40, 49, "listening")


def test_in_order_of_retrieval_only_the_place_counts() -> None:
    calibration = in_order_of_retrieval()
    first = Evidence(-9.0, 1.0, False, False, False, 0.0)
    second = Evidence(9.0, 0.5, False, False, False, 1.0)
    assert calibration.confidence(first) > calibration.confidence(second) > calibration.threshold
    assert calibration.confidence(first) == calibration.confidence(replace(first, margin=9.0))
