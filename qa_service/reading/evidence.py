"""What speaks for a candidate answer, and how much it is to be believed.

The confidence is a logistic regression over a few features of reader and retrieval; candidates are ordered by it, and
the engine answers when the best reaches the threshold. Fitted by 'qa-service eval FOLDER --calibrate'.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from qa_service.answer_types import expected_type, is_of_type
from qa_service.reading.times import is_of_other_time
from qa_service.sentences import covering_sentences
from qa_service.types import Hit, Passage, Span, Vector, Vectors
from qa_service.words import content_words, without_names

# Chosen on senate and sample by the share cited right, out of fold; docs/evaluation.md names what else was tried.
FEATURES = (
    "margin",
    "retrieval",
    "sentence_cosine",
    "is_misfit",
    "is_of_other_time",
    "is_title_block",
    "repetition",
)
# Reciprocal ranks are added with k = 60: times 60, a passage that one ranker puts first and the other misses scores 1.
_SCORE_UNIT = 60.0

Encode = Callable[[Sequence[str]], Vectors]
EncodeQuestion = Callable[[str], Vector]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Features of one candidate.

    Attributes:
        margin: The reader's score of the words less its null score.
        retrieval: Fused score of the passage, between 0 and 2.
        sentence_cosine: Of the span's sentence and the question without its names, which are in every passage of the
            right releases and of the wrong ones beside them: what is asked, whoever it is asked about.
        is_misfit: Whether the span's words can't be of the kind that the question asks for.
        is_of_other_time: Whether the question names a year or month, and passage and context none of those.
        is_title_block: Whether the passage is the release's title and dateline, which mostly announce the answer.
        repetition: Share of the span's words that the question has, too: "the bridge" answers few questions about a
            bridge.
        coverage: Share of the question's words that passage and context hold. Not part of the confidence.
    """

    margin: float
    retrieval: float
    sentence_cosine: float
    is_misfit: bool
    is_of_other_time: bool
    is_title_block: bool
    repetition: float
    coverage: float

    @property
    def features(self) -> tuple[float, ...]:
        """What the regression is fitted on, in the order of `FEATURES`."""
        return tuple(float(getattr(self, name)) for name in FEATURES)


class EvidenceGatherer:
    """Looks for what speaks for and against candidates. Safe to use from several threads."""

    def __init__(self, encode: Encode, encode_question: EncodeQuestion) -> None:
        """Take the embedder's two encoders, of sentences and of questions."""
        self._encode = encode
        # A question is asked for twice when more passages are read than the first; a few are in work at a time.
        self._encode_question = lru_cache(maxsize=16)(encode_question)

    def gather(self, question: str, hits: Sequence[Hit], spans: Sequence[Span]) -> list[Evidence]:
        """Return the evidence for each span, read from the hit at the same place."""
        if not hits:
            return []
        wanted, expected = set(content_words(question)), expected_type(question)
        quotes = [quote_of(hit.passage, span) for hit, span in zip(hits, spans, strict=True)]
        sentence_cosines = self._encode(quotes) @ self._encode_question(without_names(question))
        found = []
        for hit, span, sentence_cosine in zip(hits, spans, sentence_cosines, strict=True):
            passage = hit.passage
            start, end = span.start - passage.start, span.end - passage.start
            found.append(
                Evidence(
                    margin=span.score - span.null_score,
                    retrieval=_SCORE_UNIT * hit.score,
                    sentence_cosine=float(sentence_cosine),
                    is_misfit=not is_of_type(passage.text, expected, start, end),
                    is_of_other_time=is_of_other_time(question, passage.contextual_text),
                    is_title_block=passage.is_title_block,
                    repetition=_share(set(content_words(passage.text[start:end])), wanted),
                    coverage=_share(wanted, set(content_words(passage.contextual_text))),
                )
            )
        return found


def _share(wanted: set[str], held: set[str]) -> float:
    return len(wanted & held) / len(wanted) if wanted else 1.0


def quote_of(passage: Passage, span: Span) -> str:
    """Return the sentence, or sentences, that hold the span."""
    start, end = covering_sentences(passage.text, span.start - passage.start, span.end - passage.start)
    return passage.text[start:end]


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


# Fitted by 'qa-service eval' with --calibrate on the questions of senate and the second ones over it
# (tests/evaluation/questions_senate_second.jsonl); the thresholds answer 88 % of the answerable ones, out of fold.
CALIBRATIONS: Mapping[str, Calibration] = {
    "span": Calibration(weights=(0.266, 0.895, 1.788, -1.33, -2.771, -1.446, -0.562), bias=-2.524, threshold=0.266),
    "sentence": Calibration(
        weights=(1.744, 3.048, -0.104, -1.171, -2.501, -1.063, -0.315), bias=-8.81, threshold=0.227
    ),
}
