import pytest
from fakes import passage

from qa_service.reading import Calibration, Evidence, gather_evidence
from qa_service.types import Hit, Passage, Span

BY_MARGIN = Calibration(weights=(1, 0, 0, 0, 0), bias=0.0, threshold=0.5)


def with_margin(margin: float) -> Evidence:
    return Evidence(margin, 1.0, False, False, False, 1.0)


def evidence_for(question: str, *passages: Passage) -> list[Evidence]:
    hits = [Hit(row, p, 0.1, row) for row, p in enumerate(passages)]
    return gather_evidence(question, hits, [Span(0, len(p.text), 3.0, 1.0) for p in passages])


def test_coverage_is_the_share_of_the_questions_words_in_passage_and_context() -> None:
    [found] = evidence_for("Which ministers visited Kyiv?", passage("The minister spoke.", title="Visit to Kyiv"))
    assert found.coverage == 1.0


def test_a_passages_rank_counts_and_not_its_score() -> None:
    hits = [Hit(7, passage("They agreed."), 0.01, rank=3), Hit(1, passage("They met."), 0.01, rank=0)]
    fourth, first = gather_evidence("what was agreed?", hits, [Span(0, 4, 3.0, 1.0)] * 2)
    assert (fourth.margin, fourth.reciprocal_rank, first.reciprocal_rank) == (2.0, 0.25, 1.0)


def test_words_that_cannot_be_what_is_asked_for_are_a_misfit() -> None:
    text = "On Tuesday they talked. It took 30 minutes."
    hits = [Hit(row, passage(text), 0.1, row) for row in range(2)]
    spans = [Span(3, 10, 1.0, 0.0), Span(32, 42, 1.0, 0.0)]
    assert [found.is_misfit for found in gather_evidence("How long did they talk?", hits, spans)] == [True, False]
    assert [found.is_misfit for found in gather_evidence("What did they do?", hits, spans)] == [False, False]


def test_a_numbers_unit_may_stand_behind_the_words() -> None:
    hits = [Hit(row, passage(text), 0.1, row) for row, text in enumerate(("70 years went by.", "70 riders went by."))]
    found = gather_evidence("How many riders were there?", hits, [Span(0, 2, 1.0, 0.0)] * 2)
    assert [one.is_misfit for one in found] == [True, False]


def test_no_passages_give_no_evidence() -> None:
    assert gather_evidence("Whom?", [], []) == []


def test_confidence_is_logistic_and_never_overflows() -> None:
    assert BY_MARGIN.confidence(with_margin(0.0)) == 0.5
    assert BY_MARGIN.confidence(with_margin(1e9)) == pytest.approx(1.0)
    assert BY_MARGIN.confidence(with_margin(-1e9)) == pytest.approx(0.0)
