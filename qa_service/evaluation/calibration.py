"""Fits a reader's confidence to a question set, and says how well it would do on questions it has not seen.

Candidates of all questions, answerable or not, are the examples; one is right when it cites a right release and its
words or their sentence hold a gold answer. Folds are by question, so every figure printed is out of fold; the weights
printed are fitted on all questions.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa_service.answer_measures import auc
from qa_service.citing import Candidate
from qa_service.engine import Engine
from qa_service.errors import QaServiceError
from qa_service.evaluation.measures import expected_calibration_error, holds
from qa_service.evaluation.questions import Question, QuestionSet
from qa_service.reading.evidence import FEATURES
from qa_service.sentences import covering_sentences

_N_FOLDS = 10
_RIDGE = 1.0  # keeps weights small where features say the same
_NEWTON_STEPS = 50
# Refuse as many as possible while answering at least this share of the answerable: what the service is meant to reach.
_ANSWER_TARGET = 0.88

Features = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question's candidates: a row of features each, and which are right."""

    question: Question
    features: Features
    is_right: NDArray[np.bool_]


def fit_calibration(
    sets: Sequence[tuple[Engine, QuestionSet]], *, on_progress: Callable[[int, int], None] | None = None
) -> dict[str, object]:
    """Return weights, bias and threshold fitted on the sets' single questions, with out-of-fold figures.

    Args:
        sets: Questions, each set with the engine over its own releases.
        on_progress: Called with the questions done and the questions in all.

    Raises:
        QaServiceError: There is no answerable or no unanswerable question.
    """
    asked = []
    pairs = [(engine, question) for engine, question_set in sets for question in question_set.questions]
    for n_done, (engine, question) in enumerate(pairs, 1):
        candidates = engine.candidates(question.question)
        if candidates:
            asked.append(_asked(question, candidates))
        if on_progress:
            on_progress(n_done, len(pairs))
    answerable = [one for one in asked if one.question.is_answerable]
    if not answerable or len(answerable) == len(asked):
        raise QaServiceError(
            "calibration needs answerable and unanswerable questions: add the missing ones to the set."
        )
    weights = _fit(asked)
    held_out = _held_out_confidences(asked)
    threshold = _threshold(asked, held_out)
    best = [int(np.argmax(confidences)) for confidences in held_out]
    top = [float(confidences[i]) for confidences, i in zip(held_out, best, strict=True)]
    right = [bool(one.is_right[i]) for one, i in zip(asked, best, strict=True)]
    is_answerable = [one.question.is_answerable for one in asked]
    return {
        "weights": {name: round(float(weight), 3) for name, weight in zip(FEATURES, weights[:-1], strict=True)},
        "bias": round(float(weights[-1]), 3),
        "threshold": round(threshold, 3),
        "out_of_fold": {
            "best_candidate_right": _share(right, is_answerable),
            "answered_of_answerable": _share([c >= threshold for c in top], is_answerable),
            "right_of_answerable": _share(
                [r and c >= threshold for r, c in zip(right, top, strict=True)], is_answerable
            ),
            "refused_of_unanswerable": _share(
                [c < threshold for c in top], [not answerable for answerable in is_answerable]
            ),
            "auc_answerable": auc(top, is_answerable),
            "auc_right": auc(top, right),
            "expected_calibration_error": expected_calibration_error(top, right),
        },
    }


def _asked(question: Question, candidates: Sequence[Candidate]) -> _Asked:
    return _Asked(
        question,
        np.array([[*candidate.evidence.features, 1.0] for candidate in candidates]),
        np.array([_is_right(question, candidate) for candidate in candidates]),
    )


def _is_right(question: Question, candidate: Candidate) -> bool:
    passage, span = candidate.hit.passage, candidate.span
    start, end = covering_sentences(passage.text, span.start - passage.start, span.end - passage.start)
    quote = passage.text[start:end]
    return passage.document_id in question.documents and any(holds(quote, answer) for answer in question.answers)


def _fit(asked: Sequence[_Asked]) -> NDArray[np.float64]:
    """Return weights, bias last: a regression over all candidates, then Platt's scaling over each question's best one.

    The best of five looks better than it is, or worse where several are right; only the second step sees that. It
    scales all weights alike, so the order of candidates stays.

    References:
        Platt, "Probabilistic outputs for support vector machines ...", 1999.
    """
    weights = _regress(np.concatenate([one.features for one in asked]), np.concatenate([one.is_right for one in asked]))
    logits = [one.features @ weights for one in asked]
    best = [int(np.argmax(of_question)) for of_question in logits]
    top = np.array([[of_question[i], 1.0] for of_question, i in zip(logits, best, strict=True)])
    slope, shift = _regress(top, np.array([one.is_right[i] for one, i in zip(asked, best, strict=True)]))
    if slope <= 0:  # the features say nothing, so there is nothing to scale
        return weights
    weights *= slope
    weights[-1] += shift
    return weights


def _regress(raw: Features, is_right: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return ridge logistic regression weights by Newton's method; the last column of `raw` is 1.

    The penalty is on standardised features, so that it doesn't depend on their scales.
    """
    labels = is_right.astype(float)
    mean, spread = raw[:, :-1].mean(axis=0), raw[:, :-1].std(axis=0)
    spread[spread == 0] = 1.0
    features = np.column_stack([(raw[:, :-1] - mean) / spread, raw[:, -1]])
    weights = np.zeros(features.shape[1])
    penalty = _RIDGE * np.eye(len(weights))
    penalty[-1, -1] = 1e-6  # the bias is free
    for _ in range(_NEWTON_STEPS):
        p = _sigmoid(features @ weights)
        gradient = features.T @ (p - labels) + penalty @ weights
        hessian = (features * (p * (1 - p))[:, None]).T @ features + penalty
        weights -= np.linalg.solve(hessian, gradient)
    slopes = weights[:-1] / spread
    return np.append(slopes, weights[-1] - slopes @ mean)


def _held_out_confidences(asked: Sequence[_Asked]) -> list[NDArray[np.float64]]:
    """Return each question's confidences from weights that were fitted without its fold."""
    folds = np.random.default_rng(0).permutation(len(asked)) % _N_FOLDS
    confidences: dict[int, NDArray[np.float64]] = {}
    for fold in range(_N_FOLDS):
        weights = _fit([one for one, f in zip(asked, folds, strict=True) if f != fold])
        for i in np.flatnonzero(folds == fold).tolist():
            confidences[i] = _sigmoid(asked[i].features @ weights)
    return [confidences[i] for i in range(len(asked))]


def _threshold(asked: Sequence[_Asked], confidences: Sequence[NDArray[np.float64]]) -> float:
    """Return the largest threshold that answers the target share of the answerable questions."""
    best = [float(c.max()) for one, c in zip(asked, confidences, strict=True) if one.question.is_answerable]
    return float(np.quantile(best, 1 - _ANSWER_TARGET, method="lower"))


def _sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    p: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-np.clip(x, -60, 60)))
    return p


def _share(values: Sequence[bool], among: Sequence[bool]) -> float:
    chosen = [value for value, is_in in zip(values, among, strict=True) if is_in]
    return round(sum(chosen) / len(chosen), 3)
