"""Question and filters to hits: dense and lexical search, fused by reciprocal rank."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from qa_service.protocols import Embedder, PassageIndex
from qa_service.retrieval.fusion import reciprocal_rank_fusion
from qa_service.types import Filters, Hit, Passage, Ranking

# Rows that each ranker hands to the fusion. Cormack et al. fuse whole runs; the tail can't reach the top ten.
_DEPTH = 50
# A title block's words are in every passage of its release, as context; it matches best only for being short.
# Weighted so, passage hit@5 on the sample questions rose from 0.93 to 0.97 (docs/evaluation.md).
_TITLE_BLOCK_WEIGHT = 0.9
# A ranker on its own counts for both, so that scores, and confidences fitted on them, stay on one scale.
_ALONE_WEIGHT = 2.0


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
        depth = max(k, _DEPTH)
        dense: Ranking = ()
        lexical: Ranking = ()
        if self._ranker is not Ranker.LEXICAL:
            dense = self._index.search_dense(self._embedder.encode_question(question), depth, filters)
        if self._ranker is not Ranker.DENSE:
            lexical = self._index.search_lexical(question, depth, filters)
        fused = reciprocal_rank_fusion([dense, lexical])[:depth]
        passages = self._passages([hit.row for hit in fused])
        weight = 1.0 if self._ranker is Ranker.HYBRID else _ALONE_WEIGHT
        cosines = {hit.row: hit.score for hit in dense}
        bm25 = {hit.row: hit.score for hit in lexical}
        hits = [
            Hit(
                row=hit.row,
                passage=passage,
                score=weight * hit.score * (_TITLE_BLOCK_WEIGHT if passage.is_title_block else 1.0),
                cosine=cosines.get(hit.row),
                bm25=bm25.get(hit.row),
            )
            for hit, passage in zip(fused, passages, strict=True)
        ]
        return sorted(hits, key=lambda hit: (-hit.score, hit.row))[:k]
