"""Texts to unit vectors."""

from qa_service.embedding.sentence_transformer import SentenceTransformerEmbedder

__all__ = ["SentenceTransformerEmbedder"]
