"""Encoders for finding negatives: one that remembers, and one that needs no model."""

import re
import zlib
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qa_service.reading.training.ranking import Encode, Vectors

_WORD = re.compile(r"\w+")


def remembering(encode: Encode) -> Encode:
    """Return an encoder that encodes no text twice."""
    known: dict[str, NDArray[np.float32]] = {}

    def remember(texts: Sequence[str]) -> Vectors:
        fresh = list(dict.fromkeys(text for text in texts if text not in known))
        if fresh:
            known.update(zip(fresh, encode(fresh), strict=True))
        return np.stack([known[text] for text in texts])

    return remember


def encode_bags(texts: Sequence[str], dimension: int = 512) -> Vectors:
    """Return hashed bags of words, rare words weighing more: a stand-in for a model where texts are short and many."""
    words = [_WORD.findall(text.casefold()) for text in texts]
    n_texts = Counter(word for bag in words for word in set(bag))
    vectors = np.zeros((len(texts), dimension), np.float32)
    for row, bag in enumerate(words):
        for word in bag:
            vectors[row, zlib.crc32(word.encode()) % dimension] += 1 / np.sqrt(n_texts[word])
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return vectors
