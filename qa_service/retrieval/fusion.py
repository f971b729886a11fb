"""Several rankings to one."""

from collections.abc import Sequence

from qa_service.types import Ranking, ScoredRow


def reciprocal_rank_fusion(rankings: Sequence[Ranking], k: int = 60) -> list[ScoredRow]:
    """Fuse rankings by the sum of 1 / (k + rank), best first.

    Args:
        rankings: Each best first; ranks count from 1. A row may be missing from some.
        k: Damping constant, > 0. Larger values flatten the top ranks.

    Returns:
        Every row that occurs in any ranking; equal scores are ordered by row number, so results repeat.

    References:
        Cormack, Clarke and Buettcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning
        methods", SIGIR 2009.
    """
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, hit in enumerate(ranking, 1):
            scores[hit.row] = scores.get(hit.row, 0.0) + 1.0 / (k + rank)
    return sorted((ScoredRow(row, score) for row, score in scores.items()), key=lambda hit: (-hit.score, hit.row))
