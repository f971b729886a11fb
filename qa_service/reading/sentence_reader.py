"""The light reader: the sentence of each passage that answers best, by meaning and by words.

Needs no model beyond the embedder.
"""

import re
from collections.abc import Callable, Sequence

from qa_service.sentences import sentence_spans
from qa_service.types import Passage, Span, Vector, Vectors
from qa_service.words import content_words

# How much the share of the question's words in the sentence, and a fitting kind of answer, count against the cosine:
# the ratios of a logistic regression over the sample questions' sentences.
_WORDS_WEIGHT = 0.8
_KIND_WEIGHT = 0.2

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_DATE = rf"\b{_MONTH}\.? \d|\b(?:19|20)\d\d\b|\d ?[ap]\.?m\b|\b{_WEEKDAY}\b"
_NUMBER = (
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|hundred|thousand|million|half"
    r"|dozen)\b"
)
_HOW_MUCH = (
    r"\bhow (?:many|much|long|old|far|big|large|often|tall|high|heavy)\b|\bwhat (?:percent|share|sum|amount|number)"
)
# Which kind of words an answer should hold, by how the question asks; the first that fits decides.
_KINDS = [
    (re.compile(_HOW_MUCH, re.IGNORECASE), re.compile(_NUMBER, re.IGNORECASE)),
    (
        re.compile(r"\bwhen\b|\b(?:what|which) (?:date|day|year|month|time)\b", re.IGNORECASE),
        re.compile(_DATE, re.IGNORECASE),
    ),
    (re.compile(r"\bwho(?:m|se)?\b|\bwhere\b", re.IGNORECASE), re.compile(r"(?<=[a-z,] )[A-Z][a-z]+")),
    (
        re.compile(r"\bwhy\b", re.IGNORECASE),
        re.compile(r"\b(?:because|since|due|so that|in order|result|reason)\b", re.IGNORECASE),
    ),
]

Encode = Callable[[Sequence[str]], Vectors]
EncodeQuestion = Callable[[str], Vector]


class SentenceReader:
    """Implements Reader. Scores lie between -1 and 2; the null score is always 0."""

    name = "sentence"

    def __init__(self, encode: Encode, encode_question: EncodeQuestion) -> None:
        """Take the embedder's two encoders."""
        self._encode = encode
        self._encode_question = encode_question

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        """Return the best sentence of each passage."""
        if not passages:
            return []
        spans = [sentence_spans(passage.text) for passage in passages]
        scores = iter(self._scores(question, passages, spans))
        return [
            max(
                (Span(passage.start + a, passage.start + b, next(scores), 0.0) for a, b in found),
                key=lambda span: (span.score, -span.start),
            )
            for passage, found in zip(passages, spans, strict=True)
        ]

    def _scores(
        self, question: str, passages: Sequence[Passage], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> list[float]:
        """Return a score for each sentence of each passage; a sentence is embedded with its passage's context."""
        sentences, texts = list[str](), list[str]()
        for passage, found in zip(passages, spans, strict=True):
            context = passage.context
            for start, end in found:
                sentences.append(passage.text[start:end])
                texts.append(f"{context} | {sentences[-1]}" if context else sentences[-1])
        cosines = self._encode(texts) @ self._encode_question(question)
        wanted = set(content_words(question))
        kind = next((evidence for asks, evidence in _KINDS if asks.search(question)), None)
        return [
            float(cosine)
            + _WORDS_WEIGHT * (len(wanted & set(content_words(sentence))) / len(wanted) if wanted else 0.0)
            + _KIND_WEIGHT * bool(kind and kind.search(sentence))
            for sentence, cosine in zip(sentences, cosines, strict=True)
        ]
