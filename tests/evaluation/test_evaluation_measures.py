import pytest

from qa_service.answer_measures import auc, exact_match, normalise_answer, token_f1
from qa_service.evaluation.measures import (
    Figure,
    ReliabilityBin,
    bootstrap_figure,
    expected_calibration_error,
    hit,
    holds,
    mean_figure,
    reciprocal_rank,
    reliability_bins,
)


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("The  Kremlin,\n Moscow.", "kremlin moscow"),
        ("an hour and a half", "hour and half"),
        ("44-pound", "44pound"),
        ("theatre", "theatre"),
        ("“Corridor”", "“corridor”"),  # the official script strips ASCII punctuation only
    ],
)
def test_answers_are_normalised_as_squad_does(text: str, normalised: str) -> None:
    assert normalise_answer(text) == normalised


@pytest.mark.parametrize(
    ("answer", "gold", "em", "f1"),
    [
        ("The Kremlin.", ["the kremlin"], 1.0, 1.0),
        ("about 30 minutes", ["30 minutes"], 0.0, 0.8),  # 2 shared of 3 and 2: 4/5
        ("Paris", ["London"], 0.0, 0.0),
        ("5 million", ["roughly 5 million yen", "5 million yen"], 0.0, 0.8),  # the better of 2/3 and 4/5
        ("no no no", ["no no"], 0.0, 0.8),  # tokens count as often as they occur in both
        ("the", ["a"], 1.0, 1.0),  # neither has a token left
        ("the", ["Kremlin"], 0.0, 0.0),
        ("anything", [], 0.0, 0.0),
    ],
)
def test_exact_match_and_f1_take_the_best_gold_answer(answer: str, gold: list[str], em: float, f1: float) -> None:
    assert exact_match(answer, gold) == em
    assert token_f1(answer, gold) == pytest.approx(f1)


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("They met\n  in Moscow.", "MET IN", True),
        ("Cafe\u0301 Prague", "café", True),
        ("The caf\u00e9", "cafe", False),
        ("Straße", "STRASSE", True),
        ("They met.", "they meet", False),
    ],
)
def test_words_are_found_whatever_their_case_white_space_and_composition(text: str, words: str, expected: bool) -> None:
    assert holds(text, words) is expected


@pytest.mark.parametrize(
    ("rank", "at_1", "at_3", "reciprocal"), [(1, 1, 1, 1.0), (3, 0, 1, 1 / 3), (4, 0, 0, 0.25), (None, 0, 0, 0.0)]
)
def test_hits_and_reciprocal_rank_count_from_one(rank: int | None, at_1: int, at_3: int, reciprocal: float) -> None:
    assert (hit(rank, 1), hit(rank, 3), reciprocal_rank(rank)) == (at_1, at_3, reciprocal)


@pytest.mark.parametrize(
    ("scores", "labels", "expected"),
    [
        ([0.9, 0.8, 0.2, 0.1], [True, True, False, False], 1.0),
        ([0.1, 0.2, 0.8, 0.9], [True, True, False, False], 0.0),
        ([0.9, 0.3, 0.5, 0.1], [True, True, False, False], 0.75),  # 3 of 4 pairs in order
        ([0.5, 0.5, 0.5], [True, False, False], 0.5),
        ([0.9, 0.0, 0.0], [True, True, False], 0.75),  # one pair in order, one tied
    ],
)
def test_auc_counts_pairs_in_order_and_ties_half(scores: list[float], labels: list[bool], expected: float) -> None:
    assert auc(scores, labels) == pytest.approx(expected)


@pytest.mark.parametrize("labels", [[True, True], [False, False], []])
def test_auc_is_undefined_without_both_classes(labels: list[bool]) -> None:
    assert auc([0.5] * len(labels), labels) is None


def test_calibration_error_weighs_the_gap_of_each_bin_by_its_answers() -> None:
    confidences = [0.95, 0.85, 0.9, 0.2]
    right = [True, False, True, False]

    bins = reliability_bins(confidences, right, n_bins=2)

    assert bins == [
        ReliabilityBin(0.0, 0.5, 1, pytest.approx(0.2), 0.0),
        ReliabilityBin(0.5, 1.0, 3, pytest.approx(0.9), pytest.approx(2 / 3)),
    ]
    assert expected_calibration_error(confidences, right, n_bins=2) == pytest.approx((0.2 + 3 * (0.9 - 2 / 3)) / 4)


def test_a_confidence_on_an_edge_falls_into_the_lower_bin() -> None:
    bins = reliability_bins([0.0, 0.1, 0.7, 1.0], [True] * 4)

    assert [one.n for one in bins] == [2, 0, 0, 0, 0, 0, 1, 0, 0, 1]
    assert bins[1] == ReliabilityBin(pytest.approx(0.1), pytest.approx(0.2), 0, None, None)


def test_calibration_error_is_undefined_without_answers() -> None:
    assert expected_calibration_error([], []) is None


def test_a_mean_of_eighty_hits_in_a_hundred_has_the_interval_of_its_binomial() -> None:
    figure = mean_figure([1.0] * 80 + [0.0] * 20, range(100))

    assert (figure.value, figure.n) == (0.8, 100)
    assert figure.low == pytest.approx(0.8 - 1.96 * 0.04, abs=0.012)  # standard error sqrt(0.8 * 0.2 / 100) = 0.04
    assert figure.high == pytest.approx(0.8 + 1.96 * 0.04, abs=0.012)


def test_the_same_values_give_the_same_interval() -> None:
    values = [0.13, 0.57, 0.91, 0.34, 0.72]

    assert mean_figure(values, range(5)) == mean_figure(values, range(5))


def test_turns_that_fail_together_widen_the_interval() -> None:
    values = [1.0] * 12 + [0.0] * 12
    conversations = [number // 4 for number in range(24)]

    alone, together = mean_figure(values, range(24)), mean_figure(values, conversations)

    assert alone.value == together.value == 0.5
    assert together.low < alone.low < 0.5 < alone.high < together.high


def test_groups_of_unequal_size_keep_the_mean_of_the_values() -> None:
    assert mean_figure([1.0, 1.0, 1.0, 0.0], ["a", "a", "a", "b"]).value == 0.75
    large = [number for number in range(10) for _ in range(9)]
    figure = mean_figure([1.0] * 90 + [0.0] * 10, [*large, *range(10, 20)])
    assert 0.7 < figure.low < figure.value == 0.9 < figure.high


def test_a_mean_of_nothing_is_undefined() -> None:
    assert mean_figure([], []) == Figure(None, None, None, 0)


def test_resamples_without_a_statistic_are_left_out_of_the_interval() -> None:
    scores, labels = [0.9, 0.1], [True, False]  # half the resamples hold one class only

    figure = bootstrap_figure(2, lambda rows: auc([scores[row] for row in rows], [labels[row] for row in rows]))

    assert figure == Figure(1.0, 1.0, 1.0, 2)


def test_an_undefined_statistic_has_no_interval() -> None:
    assert bootstrap_figure(3, lambda rows: None) == Figure(None, None, None, 3)
