"""What a reader makes of a source's questions, and the source put in the order of its mistakes.

Each question is read over its own passage and the similar passages nearest to it. What the reader believes most against
the labels is then drawn most, and most of what is easy for it is left out.

References:
    Xiong et al., "Approximate nearest neighbor negative contrastive learning for dense text retrieval", ICLR 2021: here
    with a reader in the retriever's place.
"""

import json
import math
import os
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from qa_service.protocols import Reader
from qa_service.reading.agreement import says_the_same
from qa_service.reading.training.examples import Example
from qa_service.reading.training.negatives import Prepared
from qa_service.reading.training.prepare import PreparedSource
from qa_service.types import Passage

# Similar passages read per question.
_N_SIMILAR = 5
# In logits. Easy is a right answer with a margin above the first that leads every other passage by the second, and a
# question without an answer where no margin reaches the third. None of these was searched.
_SURE, _LEAD, _UNBELIEVED = 3.0, 5.0, -4.0
_EASY_KEPT = 0.3


class Finding(NamedTuple):
    """The words that a reader marks in a passage, and by how much they beat its null score."""

    margin: float
    words: str


def read_candidates(
    source: PreparedSource, reader: Reader, path: Path, *, on_progress: Callable[[int, int], None] = lambda *_: None
) -> dict[str, list[Finding]]:
    """Return what the reader finds for each question, by its id: in its own passage, then in the similar ones.

    It is kept in `path`, a line a question, and a question that is there is not read again.
    """
    path.parent.mkdir(exist_ok=True)
    found = _known(path)
    with path.open("a", encoding="utf-8") as file:
        for n_done, item in enumerate(source.items, 1):
            example = item.example
            if example.id not in found:
                found[example.id] = _read(source, item, reader)
                line = {"id": example.id, "question": example.question, "found": found[example.id]}
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
                file.flush()
            on_progress(n_done, len(source.items))
    return found


def _read(source: PreparedSource, item: Prepared, reader: Reader) -> list[Finding]:
    example, rows = item.example, item.similar[:_N_SIMILAR]
    texts = [(example.context, example.title), *((source.passages[row], source.titles[row]) for row in rows)]
    passages = [Passage("", 1, 0, len(text), text, title or "") for text, title in texts]
    spans = reader.read(example.question, passages)
    return [
        Finding(round(span.score - span.null_score, 2), text[span.start : span.end])
        for span, (text, _) in zip(spans, texts, strict=True)
    ]


def _known(path: Path) -> dict[str, list[Finding]]:
    """Return the findings that are on disk; a last line that was cut off is taken away."""
    raw = path.read_bytes() if path.exists() else b""
    whole = raw[: raw.rfind(b"\n") + 1]
    if len(whole) < len(raw):
        os.truncate(path, len(whole))
    rows = map(json.loads, whole.splitlines())
    return {row["id"]: [Finding(*finding) for finding in row["found"]] for row in rows}


def hardest_first(source: PreparedSource, found: Mapping[str, Sequence[Finding]], *, seed: int) -> PreparedSource:
    """Return the source in the order of the reader's mistakes.

    Similar passages come by its margin, those in which it marks a right answer left out. A question without an answer
    is read over the passage that is believed most. Three in ten of the easy questions remain.
    """
    passages, titles = list(source.passages), list(source.titles)
    hard: list[Prepared] = []
    easy: list[Prepared] = []
    for item in source.items:
        example = item.example
        own, *others = found[example.id]
        read = [
            (finding.margin, row)
            for finding, row in zip(others, item.similar, strict=False)  # similar passages further down were not read
            if not _is_right(finding, example)
        ]
        highest = max((margin for margin, _ in read), default=-math.inf)
        if example.answers:
            is_easy = _is_right(own, example) and own.margin > max(_SURE, highest + _LEAD)
        else:
            is_easy = max(own.margin, highest) < _UNBELIEVED
            read.insert(0, (own.margin, len(passages)))
            passages.append(example.context)
            titles.append(example.title)
        rows = [row for _, row in sorted(read, key=lambda one: -one[0])] + list(item.similar[len(others) :])
        if not example.answers:
            first = rows.pop(0)
            example = replace(example, context=passages[first], title=titles[first])
        (easy if is_easy else hard).append(replace(item, example=example, similar=tuple(rows)))
    rng = random.Random(f"{seed}-{source.name}")  # noqa: S311 - draws, not secrets
    kept = rng.sample(easy, math.ceil(_EASY_KEPT * len(easy)))
    return PreparedSource(source.name, tuple(passages), tuple(titles), (*hard, *kept))


def _is_right(finding: Finding, example: Example) -> bool:
    return any(says_the_same(finding.words, answer.text) for answer in example.answers)
