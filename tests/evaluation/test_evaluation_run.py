import pytest
from evaluation_fakes import INFO, REFUSES, FakeEngine, Says, WithholdingEngine

from qa_service.evaluation.exactness import Exactness
from qa_service.evaluation.questions import Conversation, Question, QuestionSet, QuestionSetError
from qa_service.evaluation.run import Record, Stage, evaluate
from qa_service.types import Reason, Turn

RELEASES = {
    "summit.txt": "The leaders met in Moscow. They talked for about 30 minutes.",
    "copy.txt": "As told before, they talked for about 30 minutes.",
    "rain.txt": "It rained for about 30 minutes in Kyiv. Nobody came.",
}
HOW_LONG = Question("q1", "How long?", "number", "summit.txt", ("30 minutes",), also=("copy.txt",))
WHO_WON = Question("q2", "Who won?", "unanswerable", None, (), miss="near")


def record_of(says: Says, gold: Question = HOW_LONG) -> Record:
    (record,) = evaluate(FakeEngine(RELEASES, {gold.question: says}), QuestionSet((gold,), ())).records
    return record


def test_a_right_answer_is_recorded_with_its_citation_and_ranks() -> None:
    passages = [
        ("rain.txt", "It rained for about 30 minutes"),
        ("summit.txt", "They met."),
        ("copy.txt", "30  MINUTES"),
    ]

    record = record_of(
        Says("about 30 minutes", "summit.txt", 0.8, passages, took_ms=7.5, interpreted_as="How long, then?")
    )

    assert record == Record(
        HOW_LONG,
        interpreted_as="How long, then?",
        document_rank=2,
        passage_rank=3,
        exact_match=0.0,
        f1=pytest.approx(0.8),
        answer="about 30 minutes",
        quote="They talked for about 30 minutes.",
        cited_document="summit.txt",
        confidence=0.8,
        answer_in_quote=True,
        cited_right=True,
        cited_right_at_3=True,
        exactness=Exactness(6),
        took_ms=7.5,
    )
    assert record.stage is None


def test_a_refusal_keeps_its_reason_and_counts_nothing() -> None:
    record = record_of(Says(None, passages=[("summit.txt", "about 30 minutes")]))

    assert record == Record(HOW_LONG, document_rank=1, passage_rank=1, reason=Reason.LOW_CONFIDENCE, took_ms=10.0)


def test_another_release_that_answers_as_well_is_cited_right() -> None:
    assert record_of(Says("about 30 minutes", "copy.txt")).cited_right


def test_the_right_words_of_a_wrong_release_are_not_cited_right() -> None:
    record = record_of(Says("30 minutes", "rain.txt"))

    assert (record.exact_match, record.answer_in_quote, record.cited_right) == (1.0, True, False)


def test_other_words_of_the_right_sentence_are_cited_right_without_an_exact_match() -> None:
    record = record_of(Says("They talked", "summit.txt"))

    assert (record.exact_match, record.f1, record.cited_right) == (0.0, 0.0, True)


def test_another_sentence_of_the_right_release_is_not_cited_right() -> None:
    assert not record_of(Says("Moscow", "summit.txt")).cited_right


@pytest.mark.parametrize(("n_wrong_before", "expected"), [(0, True), (1, True), (2, True), (3, False)])
def test_the_first_three_answers_count_for_cited_right_at_three(n_wrong_before: int, expected: bool) -> None:
    (_, first), *others = [("rain.txt", "Kyiv")] * n_wrong_before + [("summit.txt", "30 minutes")]
    document = "rain.txt" if n_wrong_before else "summit.txt"

    record = record_of(Says(first, document, others=others))

    assert (record.cited_right, record.cited_right_at_3) == (n_wrong_before == 0, expected)


RIGHT_PASSAGE = [("summit.txt", "They talked for about 30 minutes.")]


@pytest.mark.parametrize(
    ("says", "gold", "stage"),
    [
        (Says("Kyiv", "rain.txt", passages=[("rain.txt", "Kyiv")]), HOW_LONG, Stage.DOCUMENT_NOT_RETRIEVED),
        (REFUSES, HOW_LONG, Stage.DOCUMENT_NOT_RETRIEVED),
        (Says("Moscow", "summit.txt", passages=[("summit.txt", "Moscow")]), HOW_LONG, Stage.PASSAGE_NOT_RETRIEVED),
        (Says("Moscow", "summit.txt", passages=RIGHT_PASSAGE), HOW_LONG, Stage.WRONG_SENTENCE),
        (Says(None, passages=RIGHT_PASSAGE), HOW_LONG, Stage.WRONGLY_REFUSED),
        (Says("Moscow", "summit.txt"), WHO_WON, Stage.WRONGLY_ANSWERED),
        (REFUSES, WHO_WON, None),
    ],
)
def test_a_failure_is_put_down_to_the_first_stage_that_failed(says: Says, gold: Question, stage: Stage | None) -> None:
    assert record_of(says, gold).stage is stage


def test_a_reply_withheld_for_its_citation_is_a_violation_and_does_not_end_the_run() -> None:
    engine = WithholdingEngine(RELEASES, {})

    withheld, second = evaluate(engine, QuestionSet((HOW_LONG, WHO_WON), ())).records

    assert withheld == Record(
        HOW_LONG, was_withheld=True, exactness=Exactness(1, ("text[3:9] is not the quote",)), took_ms=None
    )
    assert (withheld.stage, second.stage) == (Stage.WITHHELD, Stage.WITHHELD)


def test_turns_are_asked_with_the_systems_own_answers_as_history() -> None:
    where = Question("c1/1", "Where?", "first turn", "summit.txt", ("Moscow",), conversation="c1")
    who = Question("c1/2", "Who came?", "later turn", "summit.txt", ("leaders",), conversation="c1")
    how_long = Question("c1/3", "How long?", "later turn", "summit.txt", ("30 minutes",), conversation="c1")
    engine = FakeEngine(
        RELEASES,
        {"Where?": Says("Kyiv", "rain.txt"), "Who came?": REFUSES, "How long?": Says("30 minutes", "summit.txt")},
    )

    evaluation = evaluate(engine, QuestionSet((HOW_LONG,), (Conversation("c1", (where, who, how_long)),)), top_k=7)

    assert engine.asked == [
        ("How long?", (), 7),
        ("Where?", (), 7),
        ("Who came?", (Turn("Where?", "Kyiv"),), 7),
        ("How long?", (Turn("Where?", "Kyiv"), Turn("Who came?", None)), 7),
    ]
    assert [record.gold.id for record in evaluation.records] == ["q1", "c1/1", "c1/2", "c1/3"]
    assert (evaluation.index, evaluation.top_k) == (INFO, 7)


def test_progress_counts_every_question_and_turn() -> None:
    turns = tuple(Question(f"c1/{number}", "Who won?", "later turn", None, (), conversation="c1") for number in (1, 2))
    seen: list[tuple[int, int]] = []

    evaluate(
        FakeEngine(RELEASES, {"Who won?": REFUSES}),
        QuestionSet((WHO_WON,), (Conversation("c1", turns),)),
        on_progress=lambda done, total: seen.append((done, total)),
    )

    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_nothing_is_asked_when_an_answer_does_not_stand_in_the_index() -> None:
    engine = FakeEngine({"summit.txt": "Nothing of the kind.", "copy.txt": "30 minutes"}, {})

    with pytest.raises(QuestionSetError, match=r"summit\.txt does not hold '30 minutes'"):
        evaluate(engine, QuestionSet((HOW_LONG,), ()))

    assert engine.asked == []
