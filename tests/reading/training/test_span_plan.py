import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from span_tiny import tiny_tokenizer

from qa_service.reading.training.examples import Example, GoldAnswer
from qa_service.reading.training.features import Item
from qa_service.reading.training.negatives import Prepared
from qa_service.reading.training.plan import Mixture, Plan, shortened
from qa_service.reading.training.prepare import PreparedSource
from qa_service.reading.training.swaps import Swap
from qa_service.reading.windows import WindowCutter


def split(text: str) -> Sequence[tuple[int, int]]:
    return [match.span() for match in re.finditer(r"[^.\s][^.]*\.", text)]


def source(name: str, n: int, title: str | None = "tokyo") -> PreparedSource:
    passages = tuple(f"the minister spoke on monday {number}." for number in range(n))
    items = tuple(
        Prepared(
            Example(f"{name}{n_}", name, "a", f"who spoke {n_} ?", passages[n_], (GoldAnswer("minister", 4),), title),
            similar=((n_ + 1) % n,),
            without_answer="in tokyo. on monday.",
            swaps=(Swap("who swapped ?", needs_title=True),),
        )
        for n_ in range(n)
    )
    return PreparedSource(name, passages, (title,) * n, items)


def plan(mixture: Mixture, *sources: PreparedSource, seed: int = 0) -> Plan:
    return Plan(
        sources, mixture, cutter=WindowCutter(tiny_tokenizer()), split=split, seed=seed, round_size=8, batch_size=3
    )


def test_a_round_is_the_same_however_it_is_reached() -> None:
    mixture = Mixture({"a": 1})
    walked = plan(mixture, source("a", 20))
    walked.batches(0)
    walked.batches(1)
    assert walked.batches(2) == plan(mixture, source("a", 20)).batches(2)
    assert walked.batches(2) != plan(mixture, source("a", 20), seed=1).batches(2)


def test_sources_share_a_round_by_weight() -> None:
    items = plan(Mixture({"a": 3, "b": 1, "c": 0}), source("a", 9), source("b", 9, title=None), source("c", 9)).items(0)
    assert len(items) == 8


def test_a_source_of_the_smallest_weight_is_read_too() -> None:
    items = plan(Mixture({"a": 999, "b": 1}), source("a", 9), source("b", 9, title="kyoto")).items(0)
    assert len(items) == 9


def test_every_question_comes_once_before_any_comes_twice() -> None:
    stream = plan(Mixture({"a": 1}, unanswerable=0, mistyped=0, in_keywords=0), source("a", 12))
    questions = [item.source.question for number in range(3) for item in stream.items(number)]
    assert sorted(questions[:12]) == sorted(questions[12:]) == sorted(f"who spoke {n} ?" for n in range(12))


def test_each_kind_of_unanswerable_item_has_no_answers() -> None:
    passages = {}
    for number, kind in enumerate(("similar", "cut out", "swapped")):
        kinds = tuple(float(n == number) for n in range(3))
        stream = plan(Mixture({"a": 1}, unanswerable=1, kinds=kinds, context=0), source("a", 9))  # type: ignore[arg-type]
        items = stream.items(0)
        assert all(item.answers == () for item in items)
        passages[kind] = items[0].source
    assert passages["similar"].question[:-2].split()[-1] not in passages["similar"].passage
    assert passages["cut out"].passage == "in tokyo. on monday."
    assert passages["swapped"].question == "who swapped ?"
    assert passages["swapped"].context.startswith("tokyo")


def test_a_source_without_titles_gets_a_sentence_of_the_passage_as_context() -> None:
    items = plan(Mixture({"a": 1}, unanswerable=0, context=1), source("a", 9, title=None)).items(0)
    assert all(item.source.context.casefold().startswith("the minister spoke on monday") for item in items)


def test_a_batch_holds_windows_of_similar_length() -> None:
    batches = plan(Mixture({"a": 1}), source("a", 9)).batches(0)
    lengths = sorted((min(map(len, batch)), max(map(len, batch))) for batch in batches)
    assert all(upper <= lower for (_, upper), (lower, _) in pairwise(lengths))
    assert sum(map(len, batches)) == 8


def test_passages_beside_an_answerable_one_ask_the_same_and_hold_no_answer() -> None:
    stream = plan(Mixture({"a": 1}, unanswerable=0, n_beside=2), source("a", 9))
    items = stream.items(0)
    leads = [item for item in items if not item.is_beside]
    assert len(leads) == 8
    assert all(item.answers for item in leads)
    assert len(items) > len(leads)
    for before, item in pairwise(items):
        if item.is_beside:
            assert item.source.question == before.source.question
            assert item.source.passage != before.source.passage
            assert item.answers == ()


def test_beside_stands_a_passage_without_its_answer_three_times_in_ten_and_a_context_where_the_first_has_one() -> None:
    stream = plan(Mixture({"a": 1}, unanswerable=0, n_beside=2, context=0.5), source("a", 9))
    groups: list[list[Item]] = []
    for item in (item for number in range(30) for item in stream.items(number)):
        groups.append([item]) if not item.is_beside else groups[-1].append(item)
    n_cut_out = sum("in tokyo. on monday." in [item.source.passage for item in group] for group in groups)
    assert 0.2 < n_cut_out / len(groups) < 0.4
    with_context = [group for group in groups if group[0].source.context]
    assert 0.4 < len(with_context) / len(groups) < 0.6
    assert all(item.source.context for group in with_context for item in group)


def test_the_nearer_a_passage_is_the_more_often_it_is_drawn() -> None:
    given = source("a", 9)
    near = replace(given, items=tuple(replace(item, similar=(1, 2, 3, 4)) for item in given.items))
    stream = plan(Mixture({"a": 1}, unanswerable=1, kinds=(1, 0, 0)), near)
    drawn = Counter(item.source.passage for number in range(50) for item in stream.items(number))
    assert [drawn[passage] / 400 for passage in given.passages[1:5]] == pytest.approx([0.5, 0.21, 0.16, 0.13], abs=0.07)


def test_no_batch_parts_a_passage_from_those_beside_it() -> None:
    stream = plan(Mixture({"a": 1}, unanswerable=0.3, n_beside=1), source("a", 9))
    batches = stream.batches(0)
    assert not any(batch[0].is_beside for batch in batches)
    assert max(map(len, batches)) <= 3
    assert sum(map(len, batches)) == len(stream.features(0))


def test_a_shortened_passage_keeps_its_answers_in_place() -> None:
    passage = "It rained. The sun came. Lugar spoke. All left. Night fell."
    for seed in range(20):
        text, answers = shortened(passage, [GoldAnswer("Lugar", 25)], split, random.Random(seed))
        assert len(text) < len(passage)
        assert text[answers[0].start :].startswith("Lugar spoke.")
