"""Question and filters to hits."""

from qa_service.retrieval.fusion import reciprocal_rank_fusion
from qa_service.retrieval.retriever import Ranker, Retriever, in_order

__all__ = ["Ranker", "Retriever", "in_order", "reciprocal_rank_fusion"]
