import pytest

from qa_service.reading.training.measures import auc, exact_match, f1


def test_case_articles_and_punctuation_do_not_count() -> None:
    assert exact_match("The 30 minutes.", ["hours", "30 minutes"]) == 1
    assert exact_match("30", ["30 minutes"]) == 0


def test_f1_is_the_best_overlap_with_any_answer() -> None:
    assert f1("about 30 minutes", ["an hour", "30 minutes"]) == pytest.approx(0.8)
    assert f1("Tokyo", ["Kyoto"]) == 0


def test_repeated_words_count_as_often_as_both_have_them() -> None:
    assert f1("very very good", ["very good"]) == pytest.approx(0.8)


def test_auc_counts_pairs_in_order_and_ties_half() -> None:
    assert auc([2.0, 1.0], [1.0, 0.0]) == pytest.approx(0.875)
