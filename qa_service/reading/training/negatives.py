"""Questions that a passage does not answer, made from ones that it does.

Three kinds, from far to near: another, similar passage; the right passage without the sentences that answer; the right
passage asked about something else of the same kind (another name, year, number, or the opposite word).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qa_service.reading.training.examples import Example
from qa_service.reading.training.ranking import Encode, rank_passages
from qa_service.reading.training.swaps import Swap, find_swaps, fold

Splitter = Callable[[str], Sequence[tuple[int, int]]]
"""A text to the spans of its sentences."""

# How many ranked passages are looked at: enough that some survive the checks.
_N_PASSAGES = 40
# A word in more than 1% of a source's questions ("product", "name", "after") tells no passage from another; words that
# share five letters are taken for forms of one word.
_COMMON, _STEM = 0.01, 5


@dataclass(frozen=True, slots=True)
class Prepared:
    """An example with the unanswerable ones made from it.

    Attributes:
        similar: Rows of similar passages, most similar first, in the list of the source's passages.
        without_answer: The passage less the sentences that hold an answer; None when that leaves too little.
    """

    example: Example
    similar: tuple[int, ...]
    without_answer: str | None
    swaps: tuple[Swap, ...]


def prepare(
    examples: Sequence[Example], passages: Sequence[str], *, encode: Encode, split: Splitter, n_similar: int = 8
) -> list[Prepared]:
    """Return every answerable example of one source with its negatives; `passages` are all texts of that source."""
    questions = [example.question for example in examples]
    ranked = rank_passages(questions, passages, encode, _N_PASSAGES)
    folded = [fold(passage) for passage in passages]
    common = _common_words(questions)
    swaps = find_swaps(examples, encode)
    prepared = []
    for number, example in enumerate(examples):
        answers = {fold(answer.text) for answer in example.answers}
        own = fold(example.context)
        similar = [
            int(row)
            for row in ranked[number]
            if folded[row] != own
            and not any(answer in folded[row] for answer in answers)
            and (example.title or is_told_apart(example.question, own, folded[row], common))
        ]
        prepared.append(
            Prepared(example, tuple(similar[:n_similar]), without_answer(example, split), tuple(swaps[number]))
        )
    return prepared


def is_told_apart(question: str, passage: str, other: str, common: frozenset[str]) -> bool:
    """Tell whether the question has a telling word that the passage has and the other passage lacks.

    Without that, "What does the reviewer like?" is answered by every review. Both passages come folded.
    """
    stems = {word[:_STEM] for word in fold(question).split() if len(word) > 3 and word not in common}
    return any(f" {stem}" in passage and f" {stem}" not in other for stem in stems)


def _common_words(questions: Sequence[str]) -> frozenset[str]:
    counts = Counter(word for question in questions for word in set(fold(question).split()))
    return frozenset(word for word, count in counts.items() if count > max(3, _COMMON * len(questions)))


def without_answer(example: Example, split: Splitter) -> str | None:
    """Return the passage less every sentence that touches an answer or repeats its words.

    None when under two sentences remain: too little to be a near miss.
    """
    answers = {fold(answer.text) for answer in example.answers}
    spans = [(a.start, a.start + len(a.text)) for a in example.answers]
    kept = []
    for start, end in split(example.context):
        sentence = example.context[start:end]
        touches = any(start < stop and begin < end for begin, stop in spans)
        if not touches and not any(answer in fold(sentence) for answer in answers):
            kept.append(sentence)
    return " ".join(kept) if len(kept) >= 2 else None
