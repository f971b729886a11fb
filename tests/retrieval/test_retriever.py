from collections.abc import Sequence
from dataclasses import replace

import pytest
from fakes import WordEmbedder, passage

from qa_service.retrieval import Ranker, Retriever
from qa_service.types import Filters, Passage, Ranking, ScoredRow, Vector


class FixedIndex:
    """Implements PassageIndex: row 1 is nearest in meaning, row 2 in words, row 0 second in both."""

    def search_dense(self, vector: Vector, k: int, filters: Filters) -> Ranking:
        return [ScoredRow(1, 0.9), ScoredRow(0, 0.8)][:k]

    def search_lexical(self, text: str, k: int, filters: Filters) -> Ranking:
        return [ScoredRow(2, 7.0), ScoredRow(0, 6.0)][:k]

    def __len__(self) -> int:
        return 3

    def close(self) -> None: ...


def numbered(rows: Sequence[int]) -> list[Passage]:
    return [passage(f"Passage {row}") for row in rows]


@pytest.mark.parametrize(
    ("ranker", "rows"), [(Ranker.HYBRID, [0, 1, 2]), (Ranker.DENSE, [1, 0]), (Ranker.LEXICAL, [2, 0])]
)
def test_each_ranker_gives_its_order(ranker: Ranker, rows: list[int]) -> None:
    hits = Retriever(FixedIndex(), WordEmbedder(), numbered, ranker).retrieve("question", 5, Filters())
    assert [hit.row for hit in hits] == rows
    assert [hit.passage.text for hit in hits] == [f"Passage {row}" for row in rows]
    assert [hit.rank for hit in hits] == list(range(len(rows)))


def test_a_hit_says_how_near_in_meaning_it_is_when_that_ranker_found_it() -> None:
    hits = Retriever(FixedIndex(), WordEmbedder(), numbered).retrieve("question", 5, Filters())
    assert [(hit.row, hit.cosine) for hit in hits] == [(0, 0.8), (1, 0.9), (2, None)]


def test_k_bounds_the_hits() -> None:
    hits = Retriever(FixedIndex(), WordEmbedder(), numbered).retrieve("question", 1, Filters())
    assert [hit.row for hit in hits] == [0]  # second for each ranker, first for both


@pytest.mark.parametrize("ranker", [Ranker.DENSE, Ranker.LEXICAL])
def test_first_with_one_ranker_scores_like_first_with_both(ranker: Ranker) -> None:
    [first, *_] = Retriever(FixedIndex(), WordEmbedder(), numbered, ranker).retrieve("question", 5, Filters())
    assert first.score == pytest.approx(2 / 61)


class ReleaseIndex(FixedIndex):
    """Implements PassageIndex: rows 0 and 1 are of the first release, 2 and 3 of the second; any words find all."""

    def search_dense(self, vector: Vector, k: int, filters: Filters) -> Ranking:
        rows = [2, 0, 3, 1] if filters.document_ids is None else [0, 1]
        return [ScoredRow(row, 0.9 - place / 10) for place, row in enumerate(rows)][:k]

    def search_lexical(self, text: str, k: int, filters: Filters) -> Ranking:
        return self.search_dense(WordEmbedder().encode_question(text), k, filters)


def of_two_releases(rows: Sequence[int]) -> list[Passage]:
    return [passage(f"Passage {row}", document_id="second.txt" if row > 1 else "first.txt") for row in rows]


def test_a_title_block_counts_less_than_what_is_found_right_behind_it() -> None:
    def with_title_block(rows: Sequence[int]) -> list[Passage]:
        return [replace(each, is_title_block=row == 2) for row, each in zip(rows, of_two_releases(rows), strict=True)]

    hits = Retriever(ReleaseIndex(), WordEmbedder(), with_title_block).retrieve("How long?", 4, Filters())
    assert [hit.row for hit in hits] == [0, 3, 1, 2]


def test_a_question_in_context_favours_the_releases_that_it_leans_on() -> None:
    retriever = Retriever(ReleaseIndex(), WordEmbedder(), of_two_releases)
    plain = retriever.retrieve("How long?", 4, Filters())
    favoured = retriever.retrieve_in_context("How long?", "Who met?", 4, Filters(), favoured=["first.txt"])
    assert [hit.row for hit in plain] == [2, 0, 3, 1]
    assert [hit.row for hit in favoured] == [0, 1, 2, 3]
    assert [hit.rank for hit in favoured] == [0, 1, 2, 3]
    assert favoured[0].score == pytest.approx(2 / 61)
    assert favoured[2].score < plain[0].score


def test_a_question_in_context_with_no_release_to_favour_keeps_the_scores_of_its_searches() -> None:
    retriever = Retriever(ReleaseIndex(), WordEmbedder(), of_two_releases)
    assert retriever.retrieve_in_context("How long?", "Who met?", 2, Filters()) == retriever.retrieve(
        "How long?", 2, Filters()
    )
