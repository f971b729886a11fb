"""`Evaluation` -> figures with intervals, and the difference of two runs.

`MEASURES` is the whole list: what is averaged, and over which questions. The intervals of follow-ups
are drawn by conversation.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from qa_service.answer_measures import auc
from qa_service.errors import QaServiceError
from qa_service.evaluation.measures import (
    Figure,
    ReliabilityBin,
    bootstrap_figure,
    expected_calibration_error,
    hit,
    mean_figure,
    reciprocal_rank,
    reliability_bins,
)
from qa_service.evaluation.questions import FIRST_TURN, LATER_TURN, Question
from qa_service.evaluation.run import Evaluation, Record


class ComparisonError(QaServiceError):
    """Two evaluations can't be compared by the measure that was asked for."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A number per record, averaged over the records of some questions.

    Attributes:
        cutoff: Passages that it looks at; not measured when fewer were asked for.
    """

    name: str
    section: str
    applies_to: Callable[[Question], bool]
    value: Callable[[Record], float]
    cutoff: int = 0


def _single(question: Question) -> bool:
    return question.conversation is None


def _answerable(question: Question) -> bool:
    return _single(question) and question.is_answerable


def _unanswerable(question: Question) -> bool:
    return _single(question) and not question.is_answerable


def _near(question: Question) -> bool:
    return _unanswerable(question) and question.miss == "near"


def _off_topic(question: Question) -> bool:
    return _unanswerable(question) and question.miss == "off-topic"


def _first_turn(question: Question) -> bool:
    return question.kind == FIRST_TURN and question.is_answerable


def _later_turn(question: Question) -> bool:
    return question.kind == LATER_TURN and question.is_answerable


def _refused(record: Record) -> float:
    return float(not record.is_answered)


def _cited_right(record: Record) -> float:
    return float(record.cited_right)


def _or_rightly_refused(value: Callable[[Record], float]) -> Callable[[Record], float]:
    """SQuAD 2.0's rule: a refusal counts 1 where there is no answer (Rajpurkar et al., ACL 2018)."""
    return lambda record: value(record) if record.gold.is_answerable else _refused(record)


def _document_hit(k: int) -> Measure:
    return Measure(f"document_hit@{k}", "retrieval", _answerable, lambda record: hit(record.document_rank, k), k)


def _passage_hit(k: int) -> Measure:
    return Measure(f"passage_hit@{k}", "retrieval", _answerable, lambda record: hit(record.passage_rank, k), k)


_CUTOFFS = (1, 3, 5, 10)

MEASURES: tuple[Measure, ...] = (
    *(_document_hit(k) for k in _CUTOFFS),
    Measure("document_mrr", "retrieval", _answerable, lambda record: reciprocal_rank(record.document_rank)),
    *(_passage_hit(k) for k in _CUTOFFS),
    Measure("passage_mrr", "retrieval", _answerable, lambda record: reciprocal_rank(record.passage_rank)),
    Measure("exact_match", "answers", _answerable, lambda record: record.exact_match),
    Measure("f1", "answers", _answerable, lambda record: record.f1),
    Measure("answer_in_quote", "answers", _answerable, lambda record: float(record.answer_in_quote)),
    Measure("cited_right", "answers", _answerable, _cited_right),
    Measure("cited_right@3", "answers", _answerable, lambda record: float(record.cited_right_at_3)),
    Measure("exact_match_all", "answers", _single, _or_rightly_refused(lambda record: record.exact_match)),
    Measure("f1_all", "answers", _single, _or_rightly_refused(lambda record: record.f1)),
    Measure("refused_answerable", "refusals", _answerable, _refused),
    Measure("refused_unanswerable", "refusals", _unanswerable, _refused),
    Measure("refused_near", "refusals", _near, _refused),
    Measure("refused_off_topic", "refusals", _off_topic, _refused),
    Measure("first_turn_cited_right", "follow_ups", _first_turn, _cited_right),
    Measure("first_turn_f1", "follow_ups", _first_turn, lambda record: record.f1),
    Measure("later_turn_cited_right", "follow_ups", _later_turn, _cited_right),
    Measure("later_turn_f1", "follow_ups", _later_turn, lambda record: record.f1),
)


def figures(evaluation: Evaluation) -> dict[str, dict[str, Figure]]:
    """Return every figure by section and name, confidence included, in the order of reading."""
    sections: dict[str, dict[str, Figure]] = {}
    for measure in _measured(evaluation.top_k):
        sections.setdefault(measure.section, {})[measure.name] = _mean(evaluation.records, measure)
    sections["confidence"] = _confidence_figures(evaluation.records)
    return sections


def kind_figures(evaluation: Evaluation) -> dict[str, dict[str, Figure]]:
    """Return the figures on answerable questions by kind of question, the commonest kind first."""
    by_kind: dict[str, list[Record]] = {}
    for record in evaluation.records:
        if _answerable(record.gold):
            by_kind.setdefault(record.gold.kind, []).append(record)
    measures = [measure for measure in _measured(evaluation.top_k) if measure.applies_to is _answerable]
    return {
        kind: {measure.name: _mean(records, measure) for measure in measures}
        for kind, records in sorted(by_kind.items(), key=lambda item: (-len(item[1]), item[0]))
    }


def confidence_bins(evaluation: Evaluation) -> list[ReliabilityBin]:
    """Return the bins behind the calibration error: answered single questions, right when cited right."""
    answered = _answered(evaluation.records)
    return reliability_bins([record.confidence for record in answered], [record.cited_right for record in answered])


def latency_ms(evaluation: Evaluation) -> dict[str, float] | None:
    """Return the median and the 95th percentile of the engine's own times; None without any."""
    times = [record.took_ms for record in evaluation.records if record.took_ms is not None]
    if not times:
        return None
    p50, p95 = np.percentile(times, [50, 95])
    return {"p50": float(p50), "p95": float(p95)}


def paired_difference(a: Evaluation, b: Evaluation, measure: str) -> Figure:
    """Return the mean of `measure` in `a` less that in `b`, question by question, with its interval.

    Both runs meet the same questions, so what makes a question hard cancels out, and the interval is narrower than
    those of the two means suggest. One that spans 0 says that the set can't tell the runs apart, not that they are
    equal.

    Raises:
        ComparisonError: No such measure at this `top_k`, or the runs were asked different questions.

    References:
        Efron and Tibshirani, "An Introduction to the Bootstrap", 1993.
        Koehn, "Statistical Significance Tests for Machine Translation Evaluation", EMNLP 2004, for paired resampling.
    """
    measured = {one.name: one for one in _measured(min(a.top_k, b.top_k))}
    if measure not in measured:
        raise ComparisonError(f"{measure!r} is not measured here: choose one of {', '.join(measured)}")
    value = measured[measure].value
    records_a, records_b = (_by_id(one.records, measured[measure]) for one in (a, b))
    if {id_: record.gold for id_, record in records_a.items()} != {
        id_: record.gold for id_, record in records_b.items()
    }:
        raise ComparisonError("The two runs were asked different questions: evaluate both on the same question set")
    differences = [value(record) - value(records_b[id_]) for id_, record in records_a.items()]
    return mean_figure(differences, _groups(records_a.values()))


def _measured(top_k: int) -> list[Measure]:
    return [measure for measure in MEASURES if measure.cutoff <= top_k]


def _mean(records: Sequence[Record], measure: Measure) -> Figure:
    counted = [record for record in records if measure.applies_to(record.gold)]
    return mean_figure([measure.value(record) for record in counted], _groups(counted))


def _groups(records: Iterable[Record]) -> list[str]:
    return [record.gold.conversation or record.gold.id for record in records]


def _by_id(records: Sequence[Record], measure: Measure) -> Mapping[str, Record]:
    return {record.gold.id: record for record in records if measure.applies_to(record.gold)}


def _answered(records: Sequence[Record]) -> list[Record]:
    return [record for record in records if _single(record.gold) and record.is_answered]


def _confidence_figures(records: Sequence[Record]) -> dict[str, Figure]:
    """Of single questions; the first has refusals, whose confidence no reply shows, tie at 0; the rest omit them.

    The calibration error's resamples lie mostly above it, as few answers a bin always look worse calibrated than they
    are: its interval is a warning how far to trust it, not a place where the true error must lie.
    """
    single = [record for record in records if _single(record.gold)]
    answered = _answered(records)
    return {
        "auc_answerable": _over_rows(single, lambda record: record.gold.is_answerable, auc),
        "auc_right": _over_rows(answered, lambda record: record.cited_right, auc),
        "calibration_error": _over_rows(answered, lambda record: record.cited_right, expected_calibration_error),
    }


def _over_rows(
    records: Sequence[Record],
    label: Callable[[Record], bool],
    statistic: Callable[[Sequence[float], Sequence[bool]], float | None],
) -> Figure:
    confidences = np.array([record.confidence for record in records])
    labels = np.array([label(record) for record in records], dtype=bool)
    return bootstrap_figure(len(records), lambda rows: statistic(confidences[rows].tolist(), labels[rows].tolist()))
