import json

from evaluation_fakes import REFUSES, FakeEngine, Says, WithholdingEngine
from rich.console import Console, RenderableType

from qa_service.evaluation.questions import Conversation, Question, QuestionSet
from qa_service.evaluation.report import as_failures, as_json, as_table
from qa_service.evaluation.run import Evaluation, evaluate

RELEASES = {"summit.txt": "The leaders met in Moscow. They talked for [about] 30 minutes."}
PASSAGES = [("summit.txt", "They talked for [about] 30 minutes.")]
QUESTIONS = QuestionSet(
    (
        Question("q1", "How long?", "number", "summit.txt", ("30 minutes",)),
        Question("q2", "How [bold]long[/] was it?", "number", "summit.txt", ("30 minutes", "[about] 30 minutes")),
        Question("q3", "Who won?", "unanswerable", None, (), miss="near"),
        Question("q4", "Until when?", "date", "summit.txt", ("30 minutes",)),
    ),
    (
        Conversation(
            "c1",
            (
                Question("c1/1", "Where?", "first turn", "summit.txt", ("Moscow",), conversation="c1"),
                Question("c1/2", "Who came?", "later turn", "summit.txt", ("leaders",), conversation="c1"),
            ),
        ),
    ),
)
PLAN = {
    "How long?": Says("30 minutes", "summit.txt", 0.9, PASSAGES),
    "How [bold]long[/] was it?": Says("Moscow", "summit.txt", 0.75, PASSAGES),
    "Who won?": Says("leaders", "summit.txt", 0.5, PASSAGES),
    "Until when?": Says(None, passages=PASSAGES),
    "Where?": Says("Moscow", "summit.txt", 0.9),
    "Who came?": Says("leaders", "summit.txt", 0.9, interpreted_as="Who came to Moscow?"),
}


def evaluated() -> Evaluation:
    return evaluate(FakeEngine(RELEASES, PLAN), QUESTIONS)


def plain(renderable: RenderableType) -> list[str]:
    console = Console(width=100, color_system=None, force_terminal=False)
    with console.capture() as captured:
        console.print(renderable)
    return [line.rstrip() for line in captured.get().splitlines()]


def test_the_json_is_made_of_json_values_under_stable_keys() -> None:
    report = as_json(evaluated())

    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert list(report) == [
        "index",
        "top_k",
        "figures",
        "kinds",
        "reliability_bins",
        "exactness",
        "latency_ms",
        "records",
    ]
    assert list(report["figures"]) == ["retrieval", "answers", "refusals", "follow_ups", "confidence"]
    assert report["index"] == {"version": "v1", "documents": 2, "passages": 4}
    assert report["figures"]["answers"]["cited_right"]["value"] == 0.3333
    assert report["figures"]["refusals"]["refused_off_topic"] == {"value": None, "low": None, "high": None, "n": 0}
    assert report["exactness"] == {"checked": 30, "violations": []}
    assert report["latency_ms"] == {"p50": 10.0, "p95": 10.0, "note": "of this machine, under its load during this run"}


def test_the_json_holds_one_object_per_question_with_what_came_of_it() -> None:
    records = as_json(evaluated())["records"]

    assert [record["id"] for record in records] == ["q1", "q2", "q3", "q4", "c1/1", "c1/2"]
    assert records[1] == {
        "id": "q2",
        "question": "How [bold]long[/] was it?",
        "interpreted_as": None,
        "kind": "number",
        "miss": None,
        "gold_documents": ["summit.txt"],
        "gold_answers": ["30 minutes", "[about] 30 minutes"],
        "document_rank": 1,
        "passage_rank": 1,
        "answer": "Moscow",
        "quote": "The leaders met in Moscow.",
        "cited_document": "summit.txt",
        "confidence": 0.75,
        "reason": None,
        "exact_match": 0.0,
        "f1": 0.0,
        "answer_in_quote": False,
        "cited_right": False,
        "cited_right@3": False,
        "stage": "wrong sentence",
        "violations": [],
        "took_ms": 10.0,
    }
    assert (records[3]["reason"], records[3]["stage"]) == ("low_confidence", "wrongly refused")


def test_the_table_is_plain_text_off_a_terminal_with_intervals_kinds_and_exactness() -> None:
    lines = plain(as_table(evaluated()))

    assert lines[0] == "Snapshot v1: 6 questions, 10 passages each"
    assert "  cited right             0.333  0.000 to 1.000  3" in lines
    assert "  refused off topic           -               -  0" in lines
    assert "number  2          1.000        0.500  0.500        0.500    0.000    0.000 to 1.000" in lines
    assert lines[-2:] == [
        "Exactness: 30 slices compared with the releases, 0 violations",
        "Latency: p50 10.0 ms, p95 10.0 ms (of this machine, under its load during this run)",
    ]


def test_failures_show_the_question_what_was_wanted_what_came_and_the_stage() -> None:
    assert plain(as_failures(evaluated())) == [
        "3 of 6 questions failed",
        "",
        "q2  How [bold]long[/] was it?",
        "  stage   wrong sentence",
        "  wanted  30 minutes | [about] 30 minutes  [summit.txt]",
        "  got     Moscow  [summit.txt] 0.75",
        "  quote   The leaders met in Moscow.",
        "",
        "q3  Who won?",
        "  stage   wrongly answered",
        "  wanted  a refusal",
        "  got     leaders  [summit.txt] 0.50",
        "  quote   The leaders met in Moscow.",
        "",
        "q4  Until when?",
        "  stage   wrongly refused",
        "  wanted  30 minutes  [summit.txt]",
        "  got     refused (low_confidence)",
    ]


def test_a_quote_that_is_the_answer_is_not_shown_twice() -> None:
    engine = FakeEngine(RELEASES, {"How long?": Says("The leaders met in Moscow.", "summit.txt", 0.5, PASSAGES)})

    lines = plain(as_failures(evaluate(engine, QuestionSet(QUESTIONS.questions[:1], ()))))

    assert lines[-1] == "  got     The leaders met in Moscow.  [summit.txt] 0.50"


def test_a_failed_follow_up_shows_how_it_was_read() -> None:
    engine = FakeEngine(RELEASES, {**PLAN, "Who came?": Says("30", "summit.txt", interpreted_as="Who came to Moscow?")})

    lines = plain(as_failures(evaluate(engine, QuestionSet((), QUESTIONS.conversations))))

    assert lines[2:4] == ["c1/2  Who came?", "  read as Who came to Moscow?"]


def test_violations_are_shown_with_the_question_they_came_from() -> None:
    evaluation = evaluate(WithholdingEngine(RELEASES, {}), QuestionSet(QUESTIONS.questions[:1], ()))

    assert plain(as_table(evaluation))[-2:] == [
        "Exactness: 1 slices compared with the releases, 1 violations",
        "  q1: text[3:9] is not the quote",
    ]
    assert plain(as_failures(evaluation))[3:] == [
        "  stage   withheld for a bad citation",
        "  wanted  30 minutes  [summit.txt]",
        "  got     text[3:9] is not the quote",
    ]


def test_an_evaluation_without_an_answerable_question_still_has_a_table() -> None:
    evaluation = evaluate(FakeEngine(RELEASES, {"Who won?": REFUSES}), QuestionSet(QUESTIONS.questions[2:3], ()))

    assert "  refused unanswerable    1.000  1.000 to 1.000  1" in plain(as_table(evaluation))
