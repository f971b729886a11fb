"""What speaks for a candidate answer, and how much it is to be believed.

The confidence is a logistic regression over a few features of reader and retrieval; candidates are ordered by it, and
the engine answers when the best reaches the threshold. Fitted by 'qa-service eval FOLDER --calibrate'.
"""

import math
from collections.abc import Mapping
from dataclasses import astuple, dataclass

from qa_service.types import Hit, Span
from qa_service.words import content_words, names_and_numbers


@dataclass(frozen=True, slots=True)
class Evidence:
    """Features of one candidate.

    Attributes:
        margin: The reader's score of the words less its null score.
        rank: Reciprocal of the passage's place in retrieval, counted from 1.
        cosine: Of question and passage, 0 when the dense ranker did not return it.
        coverage: Share of the question's words that passage and context hold.
        named: Share of its names and numbers that they hold; 1 when it has none.
    """

    margin: float
    rank: float
    cosine: float
    coverage: float
    named: float


def gather_evidence(question: str, hits: list[Hit], spans: list[Span]) -> list[Evidence]:
    """Return the evidence for each span, read from the hit at the same place; hits are best first."""
    wanted, names = set(content_words(question)), names_and_numbers(question)
    found = []
    for place, (hit, span) in enumerate(zip(hits, spans, strict=True), 1):
        held = set(content_words(hit.passage.contextual_text))
        found.append(
            Evidence(
                margin=span.score - span.null_score,
                rank=1.0 / place,
                cosine=hit.cosine or 0.0,
                coverage=len(wanted & held) / len(wanted) if wanted else 0.0,
                named=len(names & held) / len(names) if names else 1.0,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted logistic regression and the least confidence to answer with.

    Attributes:
        weights: One per field of Evidence, in order.
    """

    weights: tuple[float, ...]
    bias: float
    threshold: float

    def confidence(self, evidence: Evidence) -> float:
        """Return the probability, between 0 and 1, that the candidate is right."""
        total = self.bias + sum(weight * value for weight, value in zip(self.weights, astuple(evidence), strict=True))
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, total))))


CALIBRATIONS: Mapping[str, Calibration] = {
    "sentence": Calibration(weights=(4.0, 1.0, 2.0, 2.0, 2.0), bias=-6.0, threshold=0.4),
}
