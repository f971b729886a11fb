"""What is read in which order: an endless stream of rounds, each a pure function of the seed and its number.

Nothing of the stream lives in memory between rounds, so a run resumes at (round, batch) with the very same data.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from qa_service.language.months import MONTHS
from qa_service.reading.training.examples import GoldAnswer
from qa_service.reading.training.features import Feature, Item, build_features, in_groups
from qa_service.reading.training.negatives import Prepared, Splitter
from qa_service.reading.training.noise import in_keywords, mistyped
from qa_service.reading.training.prepare import PreparedSource
from qa_service.reading.windows import Source, WindowCutter

# Share of questions that have their own passage, less the answer, among the ones beside it.
_CUT_OUT_BESIDE = 0.3


@dataclass(frozen=True, slots=True)
class Mixture:
    """What a round is made of.

    Attributes:
        weights: Share of each source, by its name; they need not sum to 1.
        unanswerable: Share of items that have no answer.
        kinds: Share of each kind of unanswerable item: similar passage, answer cut out, question swapped.
        n_beside: Passages without an answer read together with each answerable one, the question being the same.
        context: Share of items that are read with a context.
        shortened: Share of answerable items that lose sentences without an answer. A passage that was cut is then no
            sign of an unanswerable question, and it is shorter, which is faster.
        mistyped, in_keywords: Shares of items whose question has a slip of the fingers, or is cut down to keywords.
    """

    weights: Mapping[str, float]
    unanswerable: float = 0.33
    kinds: tuple[float, float, float] = (0.45, 0.25, 0.30)
    n_beside: int = 0
    context: float = 0.6
    shortened: float = 0.3
    mistyped: float = 0.12
    in_keywords: float = 0.08


class Plan:
    """The stream of items and batches.

    Args:
        round_size: Items per round; batches are made of items of similar length within a round.
    """

    def __init__(
        self,
        sources: Sequence[PreparedSource],
        mixture: Mixture,
        *,
        cutter: WindowCutter,
        split: Splitter,
        seed: int = 0,
        round_size: int = 1024,
        batch_size: int = 16,
    ) -> None:
        self._sources = [source for source in sources if mixture.weights.get(source.name, 0) > 0]
        self._mixture = mixture
        self.cutter = cutter
        self._split = split
        self._seed = seed
        self.round_size = round_size
        self._batch_size = batch_size
        total = sum(mixture.weights[source.name] for source in self._sources)
        self._n_items = [max(1, round(round_size * mixture.weights[source.name] / total)) for source in self._sources]

    def items(self, number: int) -> list[Item]:
        """Return the items of a round. A source's items come again only after all of them were used.

        Those beside another follow it, and come on top of the round's size.
        """
        rng = _rng(self._seed, number)
        items = []
        for source, n_items in zip(self._sources, self._n_items, strict=True):
            for position in range(number * n_items, (number + 1) * n_items):
                prepared = source.items[self._row(source, position)]
                items += self._items(source, prepared, rng)
        return items

    def features(self, number: int) -> list[Feature]:
        """Return the round's features in the order of its items."""
        return build_features(self.items(number), self.cutter)

    def batches(self, number: int) -> list[list[Feature]]:
        """Return the round's batches."""
        return self.in_batches(self.features(number), number)

    def in_batches(self, features: Sequence[Feature], number: int) -> list[list[Feature]]:
        """Return the features with similar lengths together, batches in an order that depends on `number`."""
        batches: list[list[Feature]] = []
        for group in sorted(in_groups(features), key=lambda group: max(map(len, group))):
            if batches and len(batches[-1]) + len(group) <= self._batch_size:
                batches[-1] += group
            else:
                batches.append(group)
        _rng(self._seed, number, "order").shuffle(batches)
        return batches

    def _row(self, source: PreparedSource, position: int) -> int:
        turn, place = divmod(position, len(source.items))
        return _order(f"{self._seed}-{source.name}-{turn}", len(source.items))[place]

    def _items(self, source: PreparedSource, prepared: Prepared, rng: random.Random) -> list[Item]:
        example = prepared.example
        available = (bool(prepared.similar), prepared.without_answer is not None, bool(prepared.swaps))
        weights = [weight * there for weight, there in zip(self._mixture.kinds, available, strict=True)]
        if any(weights) and rng.random() < self._mixture.unanswerable:
            return [self._unanswerable(source, prepared, rng.choices(range(3), weights)[0], rng)]
        passage, answers = example.context, example.answers
        if rng.random() < self._mixture.shortened:
            passage, answers = shortened(passage, answers, self._split, rng)
        question = self._as_typed(example.question, rng)
        item = Item(Source(question, passage, self._context(example.title, passage, rng)), answers)
        return [item, *self._beside(item, source, prepared, rng)] if answers else [item]

    def _beside(self, item: Item, source: PreparedSource, prepared: Prepared, rng: random.Random) -> Iterator[Item]:
        """Yield the item's question over passages like its own; the right one less its answer may be among them."""
        if not self._mixture.n_beside:
            return
        near = [(source.passages[row], source.titles[row]) for row in prepared.similar]
        if prepared.without_answer is not None and rng.random() < _CUT_OUT_BESIDE:
            near.insert(0, (prepared.without_answer, prepared.example.title))
        for _ in range(min(self._mixture.n_beside, len(near))):
            passage, title = near.pop(_nearer(len(near), rng))
            context = self._context(title, passage, rng, always=bool(item.source.context))
            yield Item(Source(item.source.question, passage, context), (), is_beside=True)

    def _unanswerable(self, source: PreparedSource, prepared: Prepared, kind: int, rng: random.Random) -> Item:
        example, always = prepared.example, False
        question, passage, title = example.question, example.context, example.title
        if kind == 0:
            row = prepared.similar[_nearer(len(prepared.similar), rng)]
            passage, title = source.passages[row], source.titles[row]
        elif kind == 1:
            passage = prepared.without_answer or ""
        else:
            swap = rng.choice(prepared.swaps)
            question, always = swap.question, swap.needs_title
        question = self._as_typed(question, rng)
        return Item(Source(question, passage, self._context(title, passage, rng, always=always)), ())

    def _as_typed(self, question: str, rng: random.Random) -> str:
        draw = rng.random()
        if draw < self._mixture.in_keywords:
            return in_keywords(question)
        return mistyped(question, rng) if draw < self._mixture.in_keywords + self._mixture.mistyped else question

    def _context(self, title: str | None, passage: str, rng: random.Random, *, always: bool = False) -> str:
        """Return what stands before the passage in service: title | date | section, each of them sometimes.

        Where the data has no title, a sentence of the passage does as one: headlines say what the text says.
        """
        if not always and rng.random() >= self._mixture.context:
            return ""
        if title is None:
            start, end = rng.choice(list(self._split(passage)) or [(0, len(passage))])
            title = " ".join(passage[start:end].split()[:16])
            title = title.upper() if rng.random() < 0.2 else title
        parts = [title]
        # A context of the service's own has its date already.
        if " | " not in title and rng.random() < 0.4:
            parts.append(f"{rng.choice(MONTHS)} {rng.randint(1, 28)}, {rng.randint(1990, 2025)}")
        return " | ".join(parts)


def _nearer(n: int, rng: random.Random) -> int:
    """Return one of `n` places: the most similar passages are the hardest, and the square draws them more often."""
    return int(n * rng.random() ** 2)


def _rng(*seed: object) -> random.Random:
    return random.Random("-".join(map(str, seed)))  # noqa: S311 - draws, not secrets


@lru_cache(maxsize=16)
def _order(seed: str, n: int) -> list[int]:
    order = list(range(n))
    _rng(seed).shuffle(order)
    return order


def shortened(
    passage: str, answers: Sequence[GoldAnswer], split: Splitter, rng: random.Random
) -> tuple[str, tuple[GoldAnswer, ...]]:
    """Return the passage less up to two sentences that touch no answer, and the answers where they then stand."""
    spans = list(split(passage))
    free = [
        (start, end)
        for start, end in spans
        if not any(start < a.start + len(a.text) and a.start < end for a in answers)
    ]
    dropped = sorted(rng.sample(free, min(len(free), rng.randint(1, 2)))) if len(spans) > 2 else []
    for start, end in reversed(dropped):
        n_gap = len(passage[end:]) - len(passage[end:].lstrip())
        cut = end + n_gap - start
        passage = passage[:start] + passage[end + n_gap :]
        answers = [a if a.start < start else GoldAnswer(a.text, a.start - cut) for a in answers]
    return passage, tuple(answers)
