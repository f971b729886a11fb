from hypothesis import given
from hypothesis import strategies as st

from qa_service.retrieval import reciprocal_rank_fusion
from qa_service.types import ScoredRow


def ranking(*rows: int) -> list[ScoredRow]:
    return [ScoredRow(row, float(-place)) for place, row in enumerate(rows)]


def test_a_row_in_both_rankings_beats_one_that_leads_a_single_one() -> None:
    fused = reciprocal_rank_fusion([ranking(1, 2), ranking(3, 2)])
    assert [hit.row for hit in fused] == [2, 1, 3]
    assert [hit.score for hit in fused] == [2 / 62, 1 / 61, 1 / 61]


def test_equal_scores_are_ordered_by_row() -> None:
    assert [hit.row for hit in reciprocal_rank_fusion([ranking(9), ranking(4)])] == [4, 9]


def test_one_ranking_keeps_its_order() -> None:
    assert [hit.row for hit in reciprocal_rank_fusion([ranking(5, 3, 8), []])] == [5, 3, 8]


rows = st.lists(st.integers(0, 20), unique=True, max_size=10)


@given(rows, rows)
def test_every_row_occurs_once_best_first(a: list[int], b: list[int]) -> None:
    fused = reciprocal_rank_fusion([ranking(*a), ranking(*b)])
    assert sorted(hit.row for hit in fused) == sorted({*a, *b})
    assert [hit.score for hit in fused] == sorted((hit.score for hit in fused), reverse=True)
