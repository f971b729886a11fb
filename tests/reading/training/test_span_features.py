from span_tiny import tiny_tokenizer

from qa_service.reading.training.examples import GoldAnswer
from qa_service.reading.training.features import Item, build_features, collate, in_groups
from qa_service.reading.windows import Source, WindowCutter


def test_targets_are_the_annotators_shares_of_start_and_end() -> None:
    passage = "the minister spoke in tokyo"
    answers = (GoldAnswer("tokyo", 22), GoldAnswer("tokyo", 22), GoldAnswer("in tokyo", 19), GoldAnswer("spoke", 13))
    [feature] = build_features([Item(Source("who ?", passage), answers)], WindowCutter(tiny_tokenizer()))
    first = feature.window.first
    assert feature.start_targets == {first + 4: 0.5, first + 3: 0.25, first + 2: 0.25}
    assert feature.end_targets == {first + 4: 0.75, first + 2: 0.25}


def test_without_answers_all_weight_is_on_the_null_token() -> None:
    [feature] = build_features([Item(Source("who ?", "tokyo"), ())], WindowCutter(tiny_tokenizer()))
    assert feature.start_targets == feature.end_targets == {0: 1.0}


def test_an_answer_that_cuts_a_word_is_widened_to_it() -> None:
    [feature] = build_features(
        [Item(Source("who ?", "in xyz on"), (GoldAnswer("y", 4),))], WindowCutter(tiny_tokenizer())
    )
    assert feature.start_targets == {feature.window.first + 1: 1.0}
    assert feature.end_targets == {feature.window.first + 3: 1.0}


def test_the_window_that_holds_the_answer_is_the_one_trained_on() -> None:
    passage = " ".join("abcdefghij")
    cutter = WindowCutter(tiny_tokenizer(), max_tokens=9, overlap=1)
    [feature] = build_features([Item(Source("who ?", passage), (GoldAnswer("j", 18),))], cutter)
    start, end = feature.window.offsets[-1]
    assert passage[start:end] == "j"
    assert 0 not in feature.start_targets


def test_a_batch_pads_to_its_longest_window_and_allows_only_the_passage_and_null() -> None:
    cutter = WindowCutter(tiny_tokenizer())
    items = [Item(Source("who ?", "tokyo xy"), (GoldAnswer("tokyo", 0),)), Item(Source("who ?", "."), ())]
    batch = collate(build_features(items, cutter), cutter.pad_id)
    assert batch.ids.shape == (2, 8)
    assert batch.mask.sum(1).tolist() == [8, 6]
    assert batch.starts.long().tolist() == [[1, 0, 0, 0, 1, 1, 0, 0], [1, 0, 0, 0, 1, 0, 0, 0]]
    assert batch.ends.long().tolist() == [[1, 0, 0, 0, 1, 0, 1, 0], [1, 0, 0, 0, 1, 0, 0, 0]]
    assert batch.start_targets.tolist() == [[0, 0, 0, 0, 1, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0]]


def test_a_group_is_a_window_with_those_beside_it() -> None:
    items = [Item(Source("who ?", "tokyo"), (), is_beside=n in {1, 3, 4}) for n in range(5)]
    assert list(map(len, in_groups(build_features(items, WindowCutter(tiny_tokenizer()))))) == [2, 3]


def test_an_answer_that_no_window_holds_whole_is_not_marked() -> None:
    cutter = WindowCutter(tiny_tokenizer(), max_tokens=12, overlap=2)
    passage = "a b c d e f g h i j k l m n"
    answer = GoldAnswer("e f g h i j k l m", passage.index("e"))
    [feature] = build_features([Item(Source("who ?", passage), (answer,))], cutter)
    assert (feature.start_targets, feature.end_targets) == ({0: 1.0}, {0: 1.0})
