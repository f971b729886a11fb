import pytest
from fakes import passage

from qa_service.reading import Calibration, Evidence, gather_evidence
from qa_service.types import Hit, Passage, Span


def evidence_for(question: str, *passages: Passage) -> list[Evidence]:
    hits = [Hit(row, p, 0.1) for row, p in enumerate(passages)]
    return gather_evidence(question, hits, [Span(0, len(p.text), 3.0, 1.0) for p in passages])


def test_coverage_is_the_share_of_the_questions_words_in_passage_and_context() -> None:
    [found] = evidence_for("Which ministers visited Kyiv?", passage("The minister spoke.", title="Visit to Kyiv"))
    assert found.coverage == 1.0


def test_names_and_numbers_that_are_missing_count_against_a_passage() -> None:
    [found] = evidence_for("When did Koizumi meet Putin in 2006?", passage("Koizumi met Putin in 2005."))
    assert found.named == pytest.approx(2 / 3)


def test_a_question_without_names_misses_none() -> None:
    assert evidence_for("what was agreed?", passage("They agreed."))[0].named == 1.0


def test_margin_and_rank_are_taken_over() -> None:
    first, second = evidence_for("what was agreed?", passage("They agreed."), passage("They met."))
    assert (first.margin, first.rank, second.rank, first.coverage) == (2.0, 1.0, 0.5, 1.0)


def test_a_passage_that_only_its_words_brought_in_has_the_least_cosine() -> None:
    hits = [Hit(row, passage("They agreed."), 0.1, cosine) for row, cosine in enumerate((0.7, None, 0.4))]
    found = gather_evidence("what was agreed?", hits, [Span(0, 4, 1.0, 0.0)] * 3)
    assert [one.cosine for one in found] == [0.7, 0.4, 0.4]


def test_without_the_dense_ranker_every_cosine_is_nothing() -> None:
    assert [one.cosine for one in evidence_for("what was agreed?", passage("They agreed."))] == [0.0]


def test_confidence_is_logistic_and_never_overflows() -> None:
    calibration = Calibration(weights=(1.0, 0.0, 0.0, 0.0, 0.0), bias=0.0, threshold=0.5)
    assert calibration.confidence(Evidence(0.0, 1, 1, 1, 0, True)) == 0.5
    assert calibration.confidence(Evidence(1e9, 1, 1, 1, 0, True)) == pytest.approx(1.0)
    assert calibration.confidence(Evidence(-1e9, 1, 1, 1, 0, True)) == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("question", "text", "is_asked"),
    [
        ("How long did they talk?", "They talked for 30 minutes.", True),
        ("How long did they talk?", "They talked for an hour.", True),
        ("How long did they talk?", "They talked on her first working day.", False),
        ("What gift did Putin give Koizumi?", "Putin met Koizumi in Moscow.", False),
        ("What gift did Putin give Koizumi?", "Putin handed a gift to Koizumi.", True),
        ("What did Putin say about North Korea?", "Putin stressed the talks on North Korea.", True),
    ],
)
def test_what_is_asked_for_must_be_there(question: str, text: str, is_asked: bool) -> None:
    assert evidence_for(question, passage(text))[0].is_asked is is_asked


def test_without_what_is_asked_for_confidence_is_lower() -> None:
    calibration = Calibration((1.0, 0.0, 0.0, 0.0, 0.0), bias=0.0, threshold=0.5, unasked_factor=0.4)
    assert calibration.confidence(Evidence(0.0, 1, 1, 1, 0, is_asked=False)) == 0.4 * 0.5
