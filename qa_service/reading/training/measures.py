"""How well spans match what people marked, and how well a score tells answerable from unanswerable.

References:
    Rajpurkar, Jia and Liang, "Know what you don't know: unanswerable questions for SQuAD", ACL 2018.
"""

import re
import string
from collections import Counter
from collections.abc import Sequence

import numpy as np

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def exact_match(prediction: str, answers: Sequence[str]) -> float:
    """Return 1 when the prediction equals an answer but for case, articles and punctuation, else 0."""
    return float(any(_words(prediction) == _words(answer) for answer in answers))


def f1(prediction: str, answers: Sequence[str]) -> float:
    """Return the best overlap of words with any answer, 0 to 1."""
    return max(_f1(_words(prediction), _words(answer)) for answer in answers)


def auc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return the chance that a random positive scores above a random negative; ties count half."""
    wins = np.asarray(positive)[:, None] - np.asarray(negative)[None, :]
    return float((wins > 0).mean() + 0.5 * (wins == 0).mean())


def _words(text: str) -> list[str]:
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def _f1(prediction: list[str], answer: list[str]) -> float:
    n_common = sum((Counter(prediction) & Counter(answer)).values())
    if not n_common:
        return float(prediction == answer)
    return 2 * n_common / (len(prediction) + len(answer))
