"""The fit, on candidates whose features decide by construction which of them are right."""

from dataclasses import dataclass

import numpy as np
import pytest

from qa_service.engine import Candidate
from qa_service.errors import QaServiceError
from qa_service.evaluation import calibration, fit_calibration
from qa_service.evaluation.questions import Question, QuestionSet
from qa_service.reading import Calibration, Evidence
from qa_service.reading.evidence import FEATURES
from qa_service.types import Hit, Passage, Span

NOTHING_YET = Calibration((0.0,) * len(FEATURES), bias=0.0, threshold=0.5)


@dataclass
class PlannedEngine:
    """Gives each question three candidates, one of them right; its margin is higher by `gap` on average."""

    gap: float
    calibration: Calibration = NOTHING_YET

    def candidates(self, question: str) -> list[Candidate]:
        number = int(question.split()[1])
        rng = np.random.default_rng(number)
        margins = rng.normal(size=3) + np.array([self.gap if number % 3 else 0.0, 0.0, 0.0])
        found = [("right", "right"), ("right", "other words"), ("another release", "right")]
        return [
            Candidate(
                Hit(row, Passage(name, 1, 0, len(text), text, ""), 0.1, row),
                Span(0, len(text), 0.0, 0.0),
                Evidence(float(margin), 1 / (1 + row), False, False, False, 1.0),
                confidence=0.5,
            )
            for row, ((name, text), margin) in enumerate(zip(found, margins, strict=True))
        ]


def questions(n: int) -> QuestionSet:
    """Two thirds are answerable, by the release `right`."""
    rows = [
        Question(f"q{k}", f"question {k}", "factoid", "right" if k % 3 else None, ("right",) if k % 3 else ())
        for k in range(n)
    ]
    return QuestionSet(tuple(rows), ())


def fitted(gap: float) -> dict[str, dict[str, float]]:
    return fit_calibration([(PlannedEngine(gap), questions(150))])  # type: ignore[list-item, return-value]


def test_the_feature_that_decides_gets_the_weight() -> None:
    found = fitted(4.0)
    assert list(found["weights"]) == list(FEATURES)
    assert found["weights"]["margin"] > 0.5
    assert found["weights"]["is_misfit"] == found["weights"]["is_title_block"] == 0.0
    assert found["out_of_fold"]["best_candidate_right"] > 0.95
    assert found["out_of_fold"]["auc_answerable"] > 0.9


def test_a_feature_that_says_nothing_gives_nothing() -> None:
    found = fitted(0.0)["out_of_fold"]
    assert 0.3 < found["auc_answerable"] < 0.7


def test_the_threshold_answers_88_in_100_of_the_answerable() -> None:
    found = fitted(2.0)["out_of_fold"]
    assert found["answered_of_answerable"] == pytest.approx(0.88, abs=0.02)
    assert found["refused_of_unanswerable"] > 0.5


def test_the_confidence_of_the_best_candidates_is_right_as_often_as_it_says() -> None:
    found = fitted(1.0)
    weights = np.array(list(found["weights"].values()))
    confidences, right = [], []
    for question in questions(150).questions:
        candidates = PlannedEngine(1.0).candidates(question.question)
        logits = [candidate.evidence.features @ weights + found["bias"] for candidate in candidates]
        confidences.append(1 / (1 + np.exp(-max(logits))))
        right.append(question.is_answerable and int(np.argmax(logits)) == 0)
    assert np.mean(confidences) == pytest.approx(np.mean(right), abs=0.001)


def test_each_question_is_judged_by_weights_that_were_fitted_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    fits: list[set[str]] = []
    fit = calibration._fit
    monkeypatch.setattr(
        calibration, "_fit", lambda asked: (fits.append({one.question.id for one in asked}), fit(asked))[1]
    )
    fitted(1.0)
    everything = {question.id for question in questions(150).questions}
    left_out = [name for each in fits for name in everything - each]
    assert sorted(left_out) == sorted(everything)


def test_a_set_without_unanswerable_questions_cannot_calibrate() -> None:
    answerable = QuestionSet(tuple(one for one in questions(9).questions if one.is_answerable), ())
    with pytest.raises(QaServiceError, match="needs answerable and unanswerable questions"):
        fit_calibration([(PlannedEngine(1.0), answerable)])  # type: ignore[list-item]


def test_each_set_is_asked_over_its_own_releases_and_all_are_fitted_together() -> None:
    asked: list[int] = []
    two = [(PlannedEngine(4.0), questions(150)), (PlannedEngine(0.0), questions(150))]
    both = fit_calibration(two, on_progress=lambda done, total: asked.append(total))  # type: ignore[arg-type]
    assert asked == [300] * 300
    nothing, some, much = (found["weights"]["margin"] for found in (fitted(0.0), both, fitted(4.0)))
    assert nothing < some < much
