"""How well the service answers: `load_question_set`, `evaluate`, then `as_table`, `as_json` or `paired_difference`."""

from qa_service.evaluation.calibration import fit_calibration
from qa_service.evaluation.figures import ComparisonError, paired_difference
from qa_service.evaluation.questions import QuestionSet, QuestionSetError, load_question_set
from qa_service.evaluation.report import as_failures, as_json, as_table
from qa_service.evaluation.run import Evaluation, evaluate

__all__ = [
    "ComparisonError",
    "Evaluation",
    "QuestionSet",
    "QuestionSetError",
    "as_failures",
    "as_json",
    "as_table",
    "evaluate",
    "fit_calibration",
    "load_question_set",
    "paired_difference",
]
