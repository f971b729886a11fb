from dataclasses import replace

import pytest
from fakes import WordEmbedder, passage

from qa_service.reading import Calibration, Evidence, EvidenceGatherer
from qa_service.types import Hit, Passage, Span

WORDS = WordEmbedder()
GATHERER = EvidenceGatherer(WORDS.encode_sentences, WORDS.encode_question)
BY_MARGIN = Calibration(weights=(1, 0, 0, 0, 0, 0, 0, 0), bias=0.0, threshold=0.5)


def with_margin(margin: float, *, is_asked: bool = True) -> Evidence:
    return Evidence(margin, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, is_asked)


def evidence_for(question: str, *passages: Passage) -> list[Evidence]:
    hits = [Hit(row, p, 0.1) for row, p in enumerate(passages)]
    return GATHERER.gather(question, hits, [Span(0, len(p.text), 3.0, 1.0) for p in passages])


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
    found = GATHERER.gather("what was agreed?", hits, [Span(0, 4, 1.0, 0.0)] * 3)
    assert [one.cosine for one in found] == [0.7, 0.4, 0.4]


def test_without_the_dense_ranker_every_cosine_is_nothing() -> None:
    assert [one.cosine for one in evidence_for("what was agreed?", passage("They agreed."))] == [0.0]


def test_the_spans_sentence_is_compared_with_the_question_without_its_names() -> None:
    text = "Putin met Koizumi. They drank tea together."
    hits = [Hit(0, passage(text), 0.1), Hit(1, passage(text), 0.1)]
    spans = [Span(0, 5, 1.0, 0.0), Span(25, 34, 1.0, 0.0)]
    first, second = GATHERER.gather("What tea did Putin and Koizumi drink together?", hits, spans)
    assert first.sentence_cosine < second.sentence_cosine


def test_an_answer_that_repeats_the_question_echoes() -> None:
    question, text = "Whom did Lugar overtake?", "Lugar overtook John Stennis."
    hits = [Hit(row, passage(text), 0.1) for row in range(3)]
    spans = [Span(0, 5, 1.0, 0.0), Span(15, 27, 1.0, 0.0), Span(0, 27, 1.0, 0.0)]
    assert [round(one.echo, 2) for one in GATHERER.gather(question, hits, spans)] == [1.0, 0.0, 0.25]


def test_no_passages_give_no_evidence() -> None:
    assert GATHERER.gather("Whom?", [], []) == []


def test_confidence_is_logistic_and_never_overflows() -> None:
    assert BY_MARGIN.confidence(with_margin(0.0)) == 0.5
    assert BY_MARGIN.confidence(with_margin(1e9)) == pytest.approx(1.0)
    assert BY_MARGIN.confidence(with_margin(-1e9)) == pytest.approx(0.0)


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
    calibration = replace(BY_MARGIN, unasked_factor=0.4)
    assert calibration.confidence(with_margin(0.0, is_asked=False)) == 0.4 * 0.5
