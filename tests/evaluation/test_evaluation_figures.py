import dataclasses

import pytest
from evaluation_fakes import INFO

from qa_service.evaluation.figures import (
    ComparisonError,
    confidence_bins,
    figures,
    kind_figures,
    latency_ms,
    paired_difference,
)
from qa_service.evaluation.measures import Figure
from qa_service.evaluation.questions import Question
from qa_service.evaluation.run import Evaluation, Record


def gold(id_: str, kind: str = "number", miss: str | None = None) -> Question:
    if kind == "unanswerable":
        return Question(id_, f"{id_}?", kind, None, (), miss=miss)
    conversation = id_.partition("/")[0] if "/" in id_ else None
    return Question(id_, f"{id_}?", kind, "a.txt", ("x",), conversation=conversation)


def right(id_: str, kind: str = "number", **changes: object) -> Record:
    record = Record(
        gold(id_, kind),
        document_rank=1,
        passage_rank=1,
        exact_match=1.0,
        f1=1.0,
        answer="x",
        confidence=0.9,
        answer_in_quote=True,
        cited_right=True,
        cited_right_at_3=True,
        took_ms=10.0,
    )
    return dataclasses.replace(record, **changes)


def refused(id_: str, kind: str = "number", miss: str | None = None, **changes: object) -> Record:
    return dataclasses.replace(Record(gold(id_, kind, miss), took_ms=10.0), **changes)


def wrong(id_: str, kind: str = "number", miss: str | None = None, confidence: float = 0.6) -> Record:
    return Record(gold(id_, kind, miss), answer="y", confidence=confidence, took_ms=10.0)


def run(*records: Record, top_k: int = 10) -> Evaluation:
    return Evaluation(INFO, top_k, records)


def values(evaluation: Evaluation, section: str) -> dict[str, float | None]:
    return {name: figure.value for name, figure in figures(evaluation)[section].items()}


def test_retrieval_is_measured_on_answerable_questions_by_rank() -> None:
    evaluation = run(
        right("q1", document_rank=1, passage_rank=2),
        right("q2", document_rank=4, passage_rank=10),
        refused("q3"),
        wrong("q4", "unanswerable"),
        right("c1/1", "first turn"),
    )

    assert values(evaluation, "retrieval") == {
        "document_hit@1": pytest.approx(1 / 3),
        "document_hit@3": pytest.approx(1 / 3),
        "document_hit@5": pytest.approx(2 / 3),
        "document_hit@10": pytest.approx(2 / 3),
        "document_mrr": pytest.approx((1 + 1 / 4) / 3),
        "passage_hit@1": 0.0,
        "passage_hit@3": pytest.approx(1 / 3),
        "passage_hit@5": pytest.approx(1 / 3),
        "passage_hit@10": pytest.approx(2 / 3),
        "passage_mrr": pytest.approx((1 / 2 + 1 / 10) / 3),
    }


def test_ranks_deeper_than_the_passages_asked_for_are_not_measured() -> None:
    names = figures(run(right("q1"), top_k=3))["retrieval"].keys()

    assert [name for name in names if name.startswith("passage")] == ["passage_hit@1", "passage_hit@3", "passage_mrr"]


def test_answers_are_scored_over_the_answerable_and_over_all_questions() -> None:
    evaluation = run(
        right("q1"),
        right("q2", exact_match=0.0, f1=0.5),
        refused("q3"),
        wrong("q4"),
        refused("q5", "unanswerable"),
        wrong("q6", "unanswerable"),
        refused("q7", "unanswerable"),
        refused("q8", "unanswerable"),
    )

    assert values(evaluation, "answers") == {
        "exact_match": 0.25,
        "f1": 0.375,
        "answer_in_quote": 0.5,
        "cited_right": 0.5,
        "cited_right@3": 0.5,
        "exact_match_all": 0.5,  # 1 of 4 and 3 of 4
        "f1_all": 0.5625,  # 1.5 of 4 and 3 of 4
    }


def test_refusals_are_split_by_why_a_question_has_no_answer() -> None:
    evaluation = run(
        right("q1"),
        refused("q2"),
        refused("q3", "unanswerable", "near"),
        wrong("q4", "unanswerable", "near"),
        refused("q5", "unanswerable", "off-topic"),
        refused("q6", "unanswerable"),
    )

    assert values(evaluation, "refusals") == {
        "refused_answerable": 0.5,
        "refused_unanswerable": 0.75,
        "refused_near": 0.5,
        "refused_off_topic": 1.0,
    }


def test_follow_ups_are_measured_apart_from_first_turns_and_drawn_by_conversation() -> None:
    turns = [right(f"c{number}/1", "first turn") for number in range(6)]
    for number in range(6):
        later = right if number < 3 else wrong
        turns += [later(f"c{number}/{turn}", "later turn") for turn in (2, 3, 4)]
    single = [right(f"q{number}") for number in range(9)] + [wrong(f"w{number}") for number in range(9)]

    follow_ups = figures(run(*turns))["follow_ups"]
    later, singles = follow_ups["later_turn_cited_right"], figures(run(*single))["answers"]["cited_right"]

    assert follow_ups["first_turn_cited_right"] == Figure(1.0, 1.0, 1.0, 6)
    assert (later.value, later.n) == (singles.value, singles.n) == (0.5, 18)
    assert later.low < singles.low
    assert later.high > singles.high


@pytest.mark.parametrize("kind", ["first turn", "later turn"])
def test_an_unanswerable_turn_is_in_no_figure(kind: str) -> None:
    turn = Record(Question("c1/1", "Why?", kind, None, (), conversation="c1"), answer="y")

    sections = figures(run(turn))

    assert {figure.n for named in sections.values() for figure in named.values()} == {0}


def test_confidence_counts_refusals_at_zero_only_for_answerable_against_unanswerable() -> None:
    evaluation = run(
        right("q1", confidence=0.9),
        wrong("q2", confidence=0.6),
        refused("q3"),
        wrong("q4", "unanswerable", confidence=0.7),
        refused("q5", "unanswerable"),
        wrong("c1/1", "first turn", confidence=1.0),
    )

    assert values(evaluation, "confidence") == {
        "auc_answerable": pytest.approx(3.5 / 6),  # 0.9 beats both, 0.6 one, 0 ties one: 2 + 1 + 0.5 of 3 x 2 pairs
        "auc_right": 1.0,
        "calibration_error": pytest.approx((0.1 + 0.6 + 0.7) / 3),
    }
    assert [(round(one.low, 1), one.n) for one in confidence_bins(evaluation) if one.n] == [
        (0.5, 1),
        (0.6, 1),
        (0.8, 1),
    ]


def test_kinds_come_with_the_commonest_first_and_without_the_unanswerable() -> None:
    evaluation = run(right("q1", "date"), right("q2", "number"), wrong("q3", "number"), refused("q4", "unanswerable"))

    kinds = kind_figures(evaluation)

    assert [(kind, named["cited_right"].value) for kind, named in kinds.items()] == [("number", 0.5), ("date", 1.0)]


def test_latency_is_the_median_and_the_95th_percentile_of_all_records() -> None:
    records = [right(f"q{number}", took_ms=float(number)) for number in range(1, 102)]

    assert latency_ms(run(*records, refused("q0", took_ms=None))) == {"p50": 51.0, "p95": 96.0}
    assert latency_ms(run()) is None


def test_a_paired_difference_pairs_by_question_not_by_order() -> None:
    a = run(right("q1"), wrong("q2"), right("q3"), right("q4"))
    b = run(right("q4"), right("q3"), wrong("q2"), wrong("q1"))

    difference = paired_difference(a, b, "cited_right")

    assert (difference.value, difference.low, difference.high, difference.n) == (0.25, 0.0, 0.75, 4)


def test_a_constant_gain_has_an_interval_of_no_width_however_hard_the_questions_vary() -> None:
    a = run(*(right(f"q{number}", f1=number / 10 + 0.1) for number in range(8)))
    b = run(*(right(f"q{number}", f1=number / 10) for number in range(8)))

    difference = paired_difference(a, b, "f1")

    assert (difference.low, difference.high) == (pytest.approx(0.1), pytest.approx(0.1))


def test_runs_that_were_asked_different_questions_are_not_compared() -> None:
    with pytest.raises(ComparisonError, match="asked different questions: evaluate both on the same question set"):
        paired_difference(run(right("q1")), run(right("q2")), "f1")


def test_a_measure_that_one_run_is_too_shallow_for_is_not_compared() -> None:
    with pytest.raises(ComparisonError, match=r"'passage_hit@10' is not measured here: choose one of document_hit@1, "):
        paired_difference(run(right("q1")), run(right("q1"), top_k=5), "passage_hit@10")
