"""Question and filters to hits: dense and lexical search, fused by reciprocal rank."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from enum import StrEnum

from qa_service.protocols import Embedder, PassageIndex
from qa_service.retrieval.fusion import reciprocal_rank_fusion
from qa_service.types import Filters, Hit, Passage, Ranking, Vector

# Rows that each ranker hands to the fusion. Cormack et al. fuse whole runs; the tail can't reach the top ten.
_DEPTH = 50
# A title block's words are in every passage of its release, as context; it matches best only for being short.
# Weighted so, passage hit@5 on the sample questions rose from 0.93 to 0.97 (docs/evaluation.md).
_TITLE_BLOCK_WEIGHT = 0.9
# A ranker on its own counts for both, so that scores stay on one scale.
_ALONE_WEIGHT = 2.0
# Of a follow-up's three searches: with what it leans on, alone, and alone in the releases that answered that. Coarsely
# chosen on the conversations of senate and sample; shares between these and half of them change a turn or two.
_SHARES = (0.3, 0.3, 0.4)
_SHARES_WITHOUT_FAVOURED = (0.5, 0.5, 0.0)
_OTHER_RELEASE_WEIGHT = 0.7


class Ranker(StrEnum):
    """How passages are found."""

    HYBRID = "hybrid"
    DENSE = "dense"
    LEXICAL = "lexical"


class Retriever:
    """Searches one passage index."""

    def __init__(
        self,
        index: PassageIndex,
        embedder: Embedder,
        passages: Callable[[Sequence[int]], list[Passage]],
        ranker: Ranker = Ranker.HYBRID,
    ) -> None:
        """Take what it searches with; `passages` returns the passages of rows, in order."""
        self._index = index
        self._embedder = embedder
        self._passages = passages
        self._ranker = ranker

    def retrieve(self, question: str, k: int, filters: Filters) -> list[Hit]:
        """Return up to `k` hits that `filters` allow, best first."""
        return self._search(question, self._vector(question), max(k, _DEPTH), filters)[:k]

    def retrieve_in_context(
        self, question: str, context: str, k: int, filters: Filters, *, favoured: Sequence[str] = ()
    ) -> list[Hit]:
        """Return up to `k` hits for a question that leans on others, best first.

        Args:
            question: As it is read.
            context: What it leans on.
            favoured: Releases that answered that. They are searched once more on their own, and others count less.
        """
        vector = self._vector(question)
        joined = f"{context} {question}"
        shares = _SHARES if favoured else _SHARES_WITHOUT_FAVOURED
        runs = [
            self._search(joined, self._vector(joined), _DEPTH, filters),
            self._search(question, vector, _DEPTH, filters),
            self._search(question, vector, _DEPTH, replace(filters, document_ids=tuple(favoured))) if favoured else [],
        ]
        total: dict[int, float] = {}
        best: dict[int, Hit] = {}
        for share, run in zip(shares, runs, strict=True):
            for hit in run:
                total[hit.row] = total.get(hit.row, 0.0) + share * hit.score
                if hit.row not in best or hit.score > best[hit.row].score:
                    best[hit.row] = hit
        return in_order(
            replace(best[row], score=best[row].score * self._favour(best[row], favoured))
            for row in sorted(total, key=lambda row: (-total[row], row))[:k]
        )

    def _favour(self, hit: Hit, favoured: Sequence[str]) -> float:
        return 1.0 if not favoured or hit.passage.document_id in favoured else _OTHER_RELEASE_WEIGHT

    def _vector(self, question: str) -> Vector | None:
        return None if self._ranker is Ranker.LEXICAL else self._embedder.encode_question(question)

    def _search(self, question: str, vector: Vector | None, depth: int, filters: Filters) -> list[Hit]:
        dense: Ranking = () if vector is None else self._index.search_dense(vector, depth, filters)
        lexical: Ranking = ()
        if self._ranker is not Ranker.DENSE:
            lexical = self._index.search_lexical(question, depth, filters)
        fused = reciprocal_rank_fusion([dense, lexical])[:depth]
        passages = self._passages([hit.row for hit in fused])
        weight = 1.0 if self._ranker is Ranker.HYBRID else _ALONE_WEIGHT
        cosines = {hit.row: hit.score for hit in dense}
        hits = [
            Hit(
                row=hit.row,
                passage=passage,
                score=weight * hit.score * (_TITLE_BLOCK_WEIGHT if passage.is_title_block else 1.0),
                rank=0,  # until they are in order
                cosine=cosines.get(hit.row),
            )
            for hit, passage in zip(fused, passages, strict=True)
        ]
        return in_order(sorted(hits, key=lambda hit: (-hit.score, hit.row)))


def in_order(hits: Iterable[Hit]) -> list[Hit]:
    """Return the hits with the ranks of this order."""
    return [replace(hit, rank=rank) for rank, hit in enumerate(hits)]
