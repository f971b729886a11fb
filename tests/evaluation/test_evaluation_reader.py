from collections.abc import Sequence

import pytest

from qa_service.evaluation import evaluate_reader
from qa_service.reading.training.examples import Example, GoldAnswer
from qa_service.types import Passage, Span

TEXT = "They met in Moscow for 30 minutes."


class ScriptedReader:
    """Reads, for each question, the words and the margin it was given."""

    name = "scripted"

    def __init__(self, readings: dict[str, tuple[str, float]]) -> None:
        self.readings = readings
        self.contexts: list[str] = []

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        self.contexts += [passage.context for passage in passages]
        words, margin = self.readings[question]
        start = passages[0].text.index(words)
        return [Span(start, start + len(words), margin, 0.0)]


def example(question: str, answer: str | None, title: str | None = "Summit") -> Example:
    answers = (GoldAnswer(answer, TEXT.index(answer)),) if answer else ()
    return Example(question, "test", "an article", question, TEXT, answers, title)


def test_a_refusal_counts_against_has_ans_but_not_against_the_span() -> None:
    reader = ScriptedReader({"how long": ("30 minutes", 2.0), "where": ("Moscow", -1.0)})
    figures = evaluate_reader(reader, [example("how long", "30 minutes"), example("where", "Moscow")])
    assert {name: figure.value for name, figure in figures.items()} == {
        "exact_match": 1.0,
        "f1": 1.0,
        "has_ans_exact_match": 0.5,
        "has_ans_f1": 0.5,
    }


def test_questions_over_one_passage_are_drawn_together() -> None:
    reader = ScriptedReader({"how long": ("30 minutes", 2.0), "where": ("met", 1.0)})
    figure = evaluate_reader(reader, [example("how long", "30 minutes"), example("where", "Moscow")])["f1"]
    assert (figure.low, figure.value, figure.high) == (0.5, 0.5, 0.5)


def test_unanswerable_questions_are_right_when_the_null_score_wins() -> None:
    reader = ScriptedReader({"how long": ("30", 2.0), "who": ("Moscow", -1.0), "why": ("Moscow", 1.0)})
    figures = evaluate_reader(reader, [example("how long", "30 minutes"), example("who", None), example("why", None)])
    assert figures["no_ans"].value == 0.5
    assert figures["f1"].value == pytest.approx(2 / 3)
    assert figures["all_exact_match"].value == pytest.approx(1 / 3)
    assert figures["all_f1"].value == pytest.approx((2 / 3 + 1) / 3)
    assert figures["auc"].value == 1.0


def test_the_title_is_read_as_context_where_there_is_one() -> None:
    reader = ScriptedReader({"where": ("Moscow", 1.0)})
    evaluate_reader(reader, [example("where", "Moscow"), example("where", "Moscow", title=None)])
    assert reader.contexts == ["Summit", ""]
