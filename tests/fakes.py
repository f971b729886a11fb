"""Deterministic stand-ins: the same text gives the same vector, and shared words give near vectors."""

import re
import zlib
from collections.abc import Callable, Sequence

import numpy as np

from qa_service.types import Document, Passage, Vector, Vectors


class WordEmbedder:
    """Implements Embedder by hashed word counts; a token is a word."""

    def __init__(self, name: str = "words", dimension: int = 256, max_tokens: int = 256) -> None:
        self.name = name
        self.dimension = dimension
        self.max_tokens = max_tokens
        self.n_encoded = 0

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) + 2 for text in texts]

    def encode_passages(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> Vectors:
        self.n_encoded += len(texts)
        if on_progress:
            on_progress(len(texts))
        return self.encode_sentences(texts)

    def encode_sentences(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                vectors[row, zlib.crc32(word.encode()) % self.dimension] += 1.0
            vectors[row, 0] += 1e-3  # a text without words has a direction too
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def encode_question(self, text: str) -> Vector:
        vector: Vector = self.encode_sentences([text])[0]
        return vector


def passage(text: str, *, document_id: str = "a.txt", number: int = 1, start: int = 0, **context: object) -> Passage:
    """Return a passage of `text` that begins at `start` of its release."""
    fields = {"title": "A release", **context}
    return Passage(document_id=document_id, number=number, start=start, end=start + len(text), text=text, **fields)  # type: ignore[arg-type]


def document(text: str, *, document_id: str = "a.txt", **fields: object) -> Document:
    """Return a document without a title block or sections, unless given."""
    return Document(**{"id": document_id, "text": text, "title": "A release", "sha256": str(hash(text)), **fields})  # type: ignore[arg-type]
