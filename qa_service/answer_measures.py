"""How well words match gold answers, and how well a score tells two classes apart; pure functions."""

import re
import string
from collections import Counter
from collections.abc import Sequence

import numpy as np

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalise_answer(text: str) -> str:
    """Return `text` in lower case, without ASCII punctuation, English articles and extra white space.

    References:
        Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of Text", EMNLP 2016.
    """
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_NO_PUNCTUATION)).split())


def exact_match(answer: str, gold_answers: Sequence[str]) -> float:
    """Return 1.0 when `answer` equals a gold answer after normalisation, else 0.0.

    References:
        Rajpurkar et al., EMNLP 2016.
    """
    return float(normalise_answer(answer) in {normalise_answer(gold) for gold in gold_answers})


def token_f1(answer: str, gold_answers: Sequence[str]) -> float:
    """Return the best F1 of the answer's and a gold answer's normalised tokens, as bags; 0.0 without gold answers.

    When either has no token left, they must both have none.

    References:
        Rajpurkar et al., EMNLP 2016; "Know What You Don't Know", ACL 2018, for the case without tokens.
    """
    return max(
        (_f1(normalise_answer(answer).split(), normalise_answer(gold).split()) for gold in gold_answers), default=0.0
    )


def _f1(answer: Sequence[str], gold: Sequence[str]) -> float:
    if not answer or not gold:
        return float(answer == gold)
    n_shared = (Counter(answer) & Counter(gold)).total()
    return 2 * n_shared / (len(answer) + len(gold))


def auc(scores: Sequence[float], labels: Sequence[bool]) -> float | None:
    """Return the chance that a true row scores above a false one, ties counting half; None when either class is empty.

    References:
        Mann and Whitney, "On a Test of Whether one of Two Random Variables is Stochastically Larger than the Other",
        Annals of Mathematical Statistics 1947.
        Hanley and McNeil, "The Meaning and Use of the Area under a ROC Curve", Radiology 1982.
    """
    truth = np.asarray(labels, dtype=bool)
    n_true = int(truth.sum())
    n_false = len(truth) - n_true
    if n_true == 0 or n_false == 0:
        return None
    _, group, group_size = np.unique(np.asarray(scores, dtype=float), return_inverse=True, return_counts=True)
    mean_rank_of_group = np.cumsum(group_size) - (group_size - 1) / 2
    rank_sum = float(mean_rank_of_group[group][truth].sum())
    return (rank_sum - n_true * (n_true + 1) / 2) / (n_true * n_false)
