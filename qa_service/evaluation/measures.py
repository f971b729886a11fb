"""Numbers -> measures: the literature's definitions, as pure functions of texts, ranks, scores and labels.

Nothing here knows the service. What is not defined for its input, such as the mean of nothing, is None, never 0.
"""

import unicodedata
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

N_RESAMPLES = 2_000  # over 100 questions the interval's ends then repeat to about half a point
_SEED = 0  # fixed, so that the same records give the same report

Rows = NDArray[np.intp]
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value over `n` questions, with the ends of its 95% interval; None where it is not defined."""

    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The answers whose confidence lies in (low, high], the first bin with 0; None in an empty bin."""

    low: float
    high: float
    n: int
    mean_confidence: float | None
    share_right: float | None


def holds(text: str, words: str) -> bool:
    """Return whether `words` stand in `text`, case, white space and Unicode composition aside."""
    return _flat(words) in _flat(text)


def _flat(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def hit(rank: int | None, k: int) -> float:
    """Return 1.0 when the first right result is among the first `k`; ranks count from 1, None is not found."""
    return float(rank is not None and rank <= k)


def reciprocal_rank(rank: int | None) -> float:
    """Return 1 / rank of the first right result, 0.0 when there is none.

    References:
        Voorhees, "The TREC-8 Question Answering Track Report", TREC 1999.
    """
    return 0.0 if rank is None else 1.0 / rank


def reliability_bins(confidences: Sequence[float], right: Sequence[bool], n_bins: int = 10) -> list[ReliabilityBin]:
    """Return `n_bins` bins of equal width over [0, 1], lowest first, empty ones included.

    References:
        Guo et al., "On Calibration of Modern Neural Networks", ICML 2017. They use 15 bins for thousands of samples; 10
        keep more than a few answers in each for the hundred or so questions of a set.
    """
    n, confidence, n_right = _bin_sums(confidences, right, n_bins)
    edges = _bin_edges(n_bins)
    return [
        ReliabilityBin(
            low=float(edges[number]),
            high=float(edges[number + 1]),
            n=int(n[number]),
            mean_confidence=float(confidence[number] / n[number]) if n[number] else None,
            share_right=float(n_right[number] / n[number]) if n[number] else None,
        )
        for number in range(n_bins)
    ]


def expected_calibration_error(confidences: Sequence[float], right: Sequence[bool], n_bins: int = 10) -> float | None:
    """Return the mean gap of confidence and share right over the bins, weighted by their size; None without answers.

    References:
        Guo et al., ICML 2017.
    """
    if len(confidences) == 0:
        return None
    _, confidence, n_right = _bin_sums(confidences, right, n_bins)
    return float(np.abs(confidence - n_right).sum()) / len(confidences)  # a bin's size cancels out of its weighted gap


def _bin_sums(confidences: Sequence[float], right: Sequence[bool], n_bins: int) -> Values:
    """Return three rows: each bin's number of answers, sum of confidences, and number of right answers."""
    bin_of = np.searchsorted(_bin_edges(n_bins)[1:-1], np.asarray(confidences, dtype=float), side="left")
    columns = (np.ones(len(bin_of)), confidences, right)
    return np.array([np.bincount(bin_of, weights=column, minlength=n_bins) for column in columns])


def _bin_edges(n_bins: int) -> Values:
    return np.linspace(0.0, 1.0, n_bins + 1)


def mean_figure(values: Sequence[float], groups: Sequence[Hashable]) -> Figure:
    """Return the mean of `values` with its bootstrap percentile interval.

    Args:
        values: One per question.
        groups: One per question. Whole groups are drawn, so that the turns of a conversation, which fail together,
            don't count as independent; a question of its own is a group of its own.

    Returns:
        Values that are all equal give an interval of no width: the sample then says nothing of its own error.

    References:
        Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
        Davison and Hinkley, "Bootstrap Methods and their Application", 1997, section 3.8, for groups.
    """
    if len(values) == 0:
        return Figure(None, None, None, 0)
    number_of = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    group = np.array([number_of[one] for one in groups])
    sums = np.bincount(group, weights=np.asarray(values, dtype=float))
    sizes = np.bincount(group)
    rows = _resamples(len(sums))
    means = sums[rows].sum(axis=1) / sizes[rows].sum(axis=1)
    return _figure(float(np.mean(values)), means, len(values))


def bootstrap_figure(n: int, statistic: Callable[[Rows], float | None]) -> Figure:
    """Return `statistic` of rows 0 to n - 1 with its bootstrap percentile interval.

    Args:
        n: Number of rows, resampled one by one.
        statistic: Of the rows it is given; resamples on which it is None are left out of the interval.

    References:
        Efron and Tibshirani, 1993, chapter 13.
    """
    value = statistic(np.arange(n))
    if value is None:
        return Figure(None, None, None, n)
    drawn = [statistic(rows) for rows in _resamples(n)]
    return _figure(value, np.array([one for one in drawn if one is not None]), n)


def _resamples(n: int) -> Rows:
    return np.random.default_rng(_SEED).integers(0, n, size=(N_RESAMPLES, n))


def _figure(value: float, resampled: Values, n: int) -> Figure:
    low, high = np.percentile(resampled, [2.5, 97.5])
    return Figure(value, float(low), float(high), n)
