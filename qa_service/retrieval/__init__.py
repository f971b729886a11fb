"""Question and filters to hits."""

from qa_service.retrieval.fusion import reciprocal_rank_fusion
from qa_service.retrieval.retriever import Ranker, Retriever

__all__ = ["Ranker", "Retriever", "reciprocal_rank_fusion"]
