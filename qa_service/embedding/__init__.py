"""Texts to unit vectors."""

from qa_service.embedding.sentence_transformer import SentenceTransformerEmbedder, model_source

__all__ = ["SentenceTransformerEmbedder", "model_source"]
