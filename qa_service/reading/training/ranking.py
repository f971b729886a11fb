"""Questions to the passages most like them: dense and BM25, fused, over one source at a time.

Written for tens of thousands of questions at once, offline; serving has its own indexes.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Vectors = Annotated[NDArray[np.float32], "(n, dimension), unit rows"]
Encode = Callable[[Sequence[str]], Vectors]
"""Texts to unit vectors."""

_TOKEN = re.compile(r"\w+")
_K1, _B = 1.2, 0.75
_RRF_K = 60
_CHUNK = 1024


def remembering(encode: Encode) -> Encode:
    """Return an encoder that encodes no text twice."""
    known: dict[str, NDArray[np.float32]] = {}

    def remember(texts: Sequence[str]) -> Vectors:
        fresh = list(dict.fromkeys(text for text in texts if text not in known))
        if fresh:
            known.update(zip(fresh, encode(fresh), strict=True))
        return np.stack([known[text] for text in texts])

    return remember


def rank_passages(questions: Sequence[str], passages: Sequence[str], encode: Encode, k: int) -> NDArray[np.int64]:
    """Return, per question, the rows of its `k` most similar passages, best first: shape (n questions, k).

    Cosine and BM25 are fused by reciprocal rank over the 4 `k` best of each.
    """
    k = min(k, len(passages))
    depth = min(4 * k, len(passages))
    passage_vectors, lexical = encode(passages), _Bm25(passages)
    best = np.empty((len(questions), k), np.int64)
    for start in range(0, len(questions), _CHUNK):
        chunk = questions[start : start + _CHUNK]
        dense_scores = encode(chunk) @ passage_vectors.T
        fused = _reciprocal_ranks(dense_scores, depth) + _reciprocal_ranks(lexical.scores(chunk), depth)
        best[start : start + len(chunk)] = _top(fused, k)
    return best


def most_similar(vectors: Vectors, k: int) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Yield each row with the rows of its `k` nearest others, best first."""
    for start in range(0, len(vectors), _CHUNK):
        scores = vectors[start : start + _CHUNK] @ vectors.T
        rows = np.arange(len(scores))
        scores[rows, start + rows] = -np.inf
        for row, near in zip(rows, _top(scores, min(k, len(vectors) - 1)), strict=True):
            yield start + int(row), near


class _Bm25:
    """BM25 of every passage for every question, as one sparse product."""

    def __init__(self, passages: Sequence[str]) -> None:
        self._columns: dict[str, int] = {}
        counts = [Counter(_tokens(passage)) for passage in passages]
        lengths = np.array([sum(count.values()) for count in counts], np.float32)
        rows, columns, values = [], [], []
        for row, count in enumerate(counts):
            norm = _K1 * (1 - _B + _B * lengths[row] / lengths.mean())
            for token, tf in count.items():
                rows.append(row)
                columns.append(self._columns.setdefault(token, len(self._columns)))
                values.append(tf * (_K1 + 1) / (tf + norm))
        n_holding = np.bincount(columns, minlength=len(self._columns))
        idf = np.log1p((len(passages) - n_holding + 0.5) / (n_holding + 0.5))
        weights = np.array(values, np.float32) * idf[columns].astype(np.float32)
        self._weights = csr_matrix((weights, (rows, columns)), shape=(len(passages), len(self._columns)))

    def scores(self, questions: Sequence[str]) -> NDArray[np.float32]:
        """Return the scores, shape (n questions, n passages)."""
        cells = [
            (row, self._columns[token])
            for row, question in enumerate(questions)
            for token in set(_tokens(question))
            if token in self._columns
        ]
        rows, columns = zip(*cells, strict=True) if cells else ((), ())
        asked = csr_matrix(
            (np.ones(len(cells), np.float32), (rows, columns)), shape=(len(questions), len(self._columns))
        )
        return np.asarray((asked @ self._weights.T).todense(), np.float32)


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text.casefold())


def _reciprocal_ranks(scores: NDArray[np.float32], depth: int) -> NDArray[np.float32]:
    best = _top(scores, depth)
    ranks = np.zeros_like(scores)
    np.put_along_axis(ranks, best, (1.0 / (_RRF_K + 1 + np.arange(depth, dtype=np.float32)))[None, :], axis=1)
    return ranks


def _top(scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    part = np.argpartition(-scores, k - 1, axis=1)[:, :k]
    order = np.argsort(-np.take_along_axis(scores, part, axis=1), axis=1, kind="stable")
    return np.take_along_axis(part, order, axis=1)
