"""Questions turned into near misses: a name, date or number replaced by another of its kind, or a word by its opposite.

What is replaced stands in the passage or its title, and what replaces it in neither: the passage speaks of the one and
not of the other.
"""

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa_service.language.months import MONTH_NAME
from qa_service.reading.training.examples import Example
from qa_service.reading.training.ranking import Encode, most_similar

_NAME = r"[A-Z][\w'’.-]*(?:\s+(?:(?:of|the|de|for|and)\s+)?[A-Z][\w'’.-]*)*"
# Order matters: the first kind that matches a place in the question claims it.
_KINDS = {
    "month": re.compile(rf"\b(?:{MONTH_NAME})\b"),
    "year": re.compile(r"\b(?:1[0-9]{3}|20[0-9]{2})\b"),
    "number": re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*(?![\w.,]*\d)"),
    "name": re.compile(rf"(?<![\w'’.-]){_NAME}"),
}
_ASKING = re.compile(
    r"(?:(?:Who|Whose|Whom|What|Which|When|Where|Why|How|Is|Are|Was|Were|Do|Does|Did|Has|Have|Had|Can|Could|Will|Would|In"
    r"|On|At|For|From|By|To|Of|With|According|The|A|An|If|After|Before|During|I|of|the|de|for|and)(?:\s+|$))+"
)
_OPPOSITES = [
    ("first", "last"), ("largest", "smallest"), ("biggest", "smallest"), ("highest", "lowest"),
    ("oldest", "youngest"), ("before", "after"), ("earliest", "latest"), ("increase", "decrease"),
    ("increased", "decreased"), ("more", "fewer"), ("rose", "fell"), ("north", "south"),
    ("northern", "southern"), ("east", "west"), ("eastern", "western"), ("best", "worst"), ("longest", "shortest"),
    ("maximum", "minimum"), ("above", "below"), ("began", "ended"), ("begin", "end"), ("start", "end"),
    ("started", "ended"), ("supported", "opposed"), ("cheaper", "pricier"),
    ("won", "lost"), ("buy", "sell"), ("bought", "sold"), ("upper", "lower"), ("male", "female"), ("men", "women"),
    ("import", "export"), ("major", "minor"), ("positive", "negative"), ("oldest", "newest"), ("fastest", "slowest"),
    ("hot", "cold"),
]  # fmt: skip
_OPPOSITE = {a: b for pair in _OPPOSITES for a, b in (pair, pair[::-1])}
_N_NEIGHBOURS = 60


@dataclass(frozen=True, slots=True)
class Swap:
    """A question about something that the passage does not speak of.

    Attributes:
        needs_title: What was replaced stands in the title only, so without the title the passage can't refute it.
    """

    question: str
    needs_title: bool


def find_swaps(examples: Sequence[Example], encode: Encode, n_swaps: int = 3) -> list[list[Swap]]:
    """Return, per example, up to `n_swaps` near misses. Replacements come from the other examples' questions.

    A name is replaced by one that the encoder finds alike, so that a city becomes a city; names, years and numbers that
    others ask about after the same word ("in", "by") come first.
    """
    things = [list(_things(example.question)) for example in examples]
    pools = _Pools([thing for some in things for thing in some], encode)
    swaps = []
    for example, own in zip(examples, things, strict=True):
        rng = random.Random(example.id)  # noqa: S311 - draws, not secrets
        found = _opposites(example)
        for thing in own:
            swap = next((s for other in pools.alike(thing, rng) if (s := _swap(example, thing, other))), None)
            if swap:
                found.append(swap)
        rng.shuffle(found)
        swaps.append(found[:n_swaps])
    return swaps


@dataclass(frozen=True, slots=True)
class _Thing:
    """A name, year or number in a question, and the word before it."""

    kind: str
    start: int
    text: str
    before: str


class _Pools:
    """What may replace a thing: all things of its kind that any question has."""

    def __init__(self, things: Sequence[_Thing], encode: Encode) -> None:
        self._after: dict[str, set[str]] = defaultdict(set)
        self._texts: dict[str, list[str]] = {}
        for thing in things:
            self._after[thing.text].add(thing.before)
        for kind in _KINDS:
            self._texts[kind] = sorted({thing.text for thing in things if thing.kind == kind})
        names = self._texts["name"]
        vectors = encode(names) if len(names) > 1 else None
        near = most_similar(vectors, _N_NEIGHBOURS) if vectors is not None else iter(())
        self._near = {names[row]: [names[other] for other in others] for row, others in near}

    def alike(self, thing: _Thing, rng: random.Random) -> list[str]:
        """Return candidates, those that also stand after the same word first."""
        if thing.kind == "name":
            candidates = self._near.get(thing.text, [])
        else:
            texts = [text for text in self._texts[thing.kind] if len(text) == len(thing.text) or thing.kind == "month"]
            candidates = rng.sample(texts, min(len(texts), _N_NEIGHBOURS))
        return sorted(candidates, key=lambda text: thing.before not in self._after[text])


def _things(question: str) -> Iterator[_Thing]:
    claimed: list[tuple[int, int]] = []
    for kind, pattern in _KINDS.items():
        for match in pattern.finditer(question):
            start, end = match.start(), match.start() + len(match.group().rstrip(".'’-"))
            asking = _ASKING.match(question, start)
            start = asking.end() if asking else start
            text = question[start:end].removesuffix("'s")
            # A single capital at the beginning is just the beginning.
            is_name = start > 0 or " " in text
            if text and is_name and not any(start < stop and begin < end for begin, stop in claimed):
                claimed.append((start, end))
                before = question[:start].split()[-1:] or [""]
                yield _Thing(kind, start, text, before[0].casefold())


def _swap(example: Example, thing: _Thing, replacement: str) -> Swap | None:
    passage, title = fold(example.context), fold(example.title or "")
    old, new = fold(thing.text), fold(replacement)
    # Every word of the new name must be news: "Obama" for "Barack Obama" would change nothing.
    new_words = [word for word in new.split() if len(word) > 3 or word.isdigit()] or [new.strip()]
    if any(f" {word} " in passage + title + fold(example.question) for word in new_words):
        return None
    if old not in passage and old not in title:
        return None
    question = example.question[: thing.start] + replacement + example.question[thing.start + len(thing.text) :]
    return Swap(question, needs_title=old not in passage)


def _opposites(example: Example) -> list[Swap]:
    passage = fold(example.context)
    swaps = []
    for match in re.finditer(r"[a-z]+", example.question):
        opposite = _OPPOSITE.get(match.group())
        if opposite and f" {match.group()} " in passage and f" {opposite} " not in passage:
            question = example.question[: match.start()] + opposite + example.question[match.end() :]
            swaps.append(Swap(question, needs_title=False))
    return swaps


def fold(text: str) -> str:
    """Words in small letters, each between single spaces, one at either end: a whole-word substring test is `in`."""
    return f" {re.sub(r'[^a-z0-9à-ɏ]+', ' ', text.casefold()).strip()} "
