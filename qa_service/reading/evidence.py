"""What speaks for a candidate answer, and how much it is to be believed.

The confidence is a logistic regression over a few features of reader and retrieval; candidates are ordered by it, and
the engine answers when the best reaches the threshold. Fitted by 'qa-service eval FOLDER --calibrate'.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa_service.answer_types import expected_type, is_of_type
from qa_service.language.words import content_words
from qa_service.reading.times import is_of_other_time
from qa_service.types import Hit, Span

# Chosen on senate and sample by the share cited right, out of fold; docs/evaluation.md names what else was tried.
FEATURES = ("margin", "reciprocal_rank", "is_misfit", "is_of_other_time", "is_title_block")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Features of one candidate.

    Attributes:
        margin: The reader's score of the words less its null score.
        reciprocal_rank: Of the passage among those found: 1 for the first, 1/2 for the second.
        is_misfit: Whether the span's words can't be of the kind that the question asks for.
        is_of_other_time: Whether the question names a year or month, and passage and context none of those.
        is_title_block: Whether the passage is the release's title and dateline, which mostly announce the answer.
        coverage: Share of the question's words that passage and context hold. Not part of the confidence.
    """

    margin: float
    reciprocal_rank: float
    is_misfit: bool
    is_of_other_time: bool
    is_title_block: bool
    coverage: float

    @property
    def features(self) -> tuple[float, ...]:
        """What the regression is fitted on, in the order of `FEATURES`."""
        return tuple(float(getattr(self, name)) for name in FEATURES)


def gather_evidence(question: str, hits: Sequence[Hit], spans: Sequence[Span]) -> list[Evidence]:
    """Return what speaks for and against each span, read from the hit at the same place."""
    wanted, expected = set(content_words(question)), expected_type(question)
    found = []
    for hit, span in zip(hits, spans, strict=True):
        passage = hit.passage
        found.append(
            Evidence(
                margin=span.score - span.null_score,
                reciprocal_rank=1.0 / (1 + hit.rank),
                is_misfit=not is_of_type(passage.text, expected, span.start - passage.start, span.end - passage.start),
                is_of_other_time=is_of_other_time(question, passage.contextual_text),
                is_title_block=passage.is_title_block,
                coverage=_share(wanted, set(content_words(passage.contextual_text))),
            )
        )
    return found


def _share(wanted: set[str], held: set[str]) -> float:
    return len(wanted & held) / len(wanted) if wanted else 1.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted logistic regression and the least confidence to answer with.

    Attributes:
        weights: One per name in `FEATURES`, in order.
    """

    weights: tuple[float, ...]
    bias: float
    threshold: float

    def confidence(self, evidence: Evidence) -> float:
        """Return the probability, between 0 and 1, that the candidate is right."""
        total = self.bias + sum(weight * value for weight, value in zip(self.weights, evidence.features, strict=True))
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, total))))


# Fitted by 'qa-service eval' with --calibrate on the questions of senate, the second ones over it
# (tests/evaluation/questions_senate_second.jsonl) and, by --with, those over tests/evaluation/development_issuers; the
# thresholds answer 88 % of the answerable ones, out of fold. The span reader's would be 0.287 by that; it is lower so
# that 88 % of senate's alone are answered, too.
CALIBRATIONS: Mapping[str, Calibration] = {
    "span": Calibration(weights=(0.306, 1.739, -1.046, -1.177, 0.194), bias=-1.334, threshold=0.24),
    "sentence": Calibration(weights=(1.043, 1.382, -1.197, -1.097, -0.513), bias=-3.52, threshold=0.224),
}
