"""Start and end scores of windows to the best spans of each passage."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from qa_service.reading.windows import Window

Logits = Annotated[NDArray[np.float32], "(n tokens,), or more; that of token 0 is the null score's half"]
Scores = Sequence[Logits] | NDArray[np.float32]

# Answers of people are 3 to 4 words long; 99% of the training answers have at most this many tokens.
MAX_ANSWER_TOKENS = 40


@dataclass(frozen=True, slots=True)
class ScoredSpan:
    """Characters of a passage, half-open, and the sum of their start and end logits."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader found in one passage.

    Attributes:
        spans: Best first; no two overlap; never empty.
        null_score: On the scale of `ScoredSpan.score`: that the passage holds no answer. `span.score - null_score`
            grows with the belief that the span answers.
    """

    spans: tuple[ScoredSpan, ...]
    null_score: float


def decode(
    windows: Sequence[Window],
    starts: Scores,
    ends: Scores,
    *,
    n_best: int = 1,
    max_answer_tokens: int = MAX_ANSWER_TOKENS,
) -> dict[int, Reading]:
    """Return the reading of each source that has a window, by the source's number.

    `starts` and `ends` have the logits of each window.
    The windows of a passage compete by score minus the window's own null score, and the passage is as answerable as its
    most answerable window.
    """
    found: dict[int, list[ScoredSpan]] = defaultdict(list)
    nulls: dict[int, float] = {}
    for row, window in enumerate(windows):
        null = float(starts[row][0] + ends[row][0])
        tokens = slice(window.first, window.first + len(window.offsets))
        spans = _best_spans(window, starts[row][tokens], ends[row][tokens], n_best, max_answer_tokens)
        # Shift to the scale of the passage's first window, so that spans of different windows compare.
        shift = nulls.setdefault(window.source, null) - null
        found[window.source] += [ScoredSpan(s.start, s.end, s.score + shift) for s in spans]
    return {
        source: Reading(_apart(sorted(spans, key=lambda s: (-s.score, s.start, s.end)), n_best), nulls[source])
        for source, spans in found.items()
        if spans
    }


def _best_spans(
    window: Window, starts: NDArray[np.float32], ends: NDArray[np.float32], n_best: int, max_tokens: int
) -> list[ScoredSpan]:
    """Return candidates, more than `n_best` because the best ones overlap."""
    n = len(window.offsets)
    allowed = np.triu(np.ones((n, n), bool)) & ~np.triu(np.ones((n, n), bool), max_tokens)
    allowed &= np.array(window.starts)[:, None] & np.array(window.ends)[None, :]
    if not allowed.any():
        return []
    scores = np.where(allowed, starts[:, None] + ends[None, :], -np.inf).ravel()
    n_candidates = min(1 if n_best == 1 else 20 * n_best, int(allowed.sum()))
    best = np.argpartition(-scores, n_candidates - 1)[:n_candidates]
    return [
        ScoredSpan(window.offsets[int(cell) // n][0], window.offsets[int(cell) % n][1], float(scores[cell]))
        for cell in best
    ]


def _apart(spans: Sequence[ScoredSpan], n_best: int) -> tuple[ScoredSpan, ...]:
    """Return the first `n_best` spans that share no character with a better one."""
    chosen: list[ScoredSpan] = []
    for span in spans:
        if len(chosen) < n_best and all(span.end <= other.start or other.end <= span.start for other in chosen):
            chosen.append(span)
    return tuple(chosen)
