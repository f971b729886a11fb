"""How well the service answers: `load_question_set`, `evaluate`, then `as_table`, `as_json` or `paired_difference`.

How well a reader reads, alone: `evaluate_reader`, then `figures_as_table` or `figures_as_json`.
"""

from qa_service.evaluation.calibration import fit_calibration
from qa_service.evaluation.figures import ComparisonError, paired_difference
from qa_service.evaluation.questions import QuestionSet, QuestionSetError, load_question_set
from qa_service.evaluation.reader import evaluate_reader
from qa_service.evaluation.report import as_failures, as_json, as_table, figures_as_json, figures_as_table
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
    "evaluate_reader",
    "figures_as_json",
    "figures_as_table",
    "fit_calibration",
    "load_question_set",
    "paired_difference",
]
