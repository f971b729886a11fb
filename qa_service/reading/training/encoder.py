"""A sentence-transformers folder to a text encoder for finding negatives: mean of the last layer, unit length."""

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from transformers import AutoModel

from qa_service.reading.training.ranking import Encode, Vectors

_BATCH = 64
_WORD = re.compile(r"\w+")


def load_encoder(folder: Path, max_tokens: int = 192) -> Encode:
    """Return a function that encodes texts with the model of `folder`, batched by length."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(max_tokens)
    tokenizer.enable_padding()
    model = AutoModel.from_pretrained(folder, add_pooling_layer=False).eval()

    @torch.inference_mode()
    def encode(texts: Sequence[str]) -> Vectors:
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        vectors = np.empty((len(texts), model.config.hidden_size), np.float32)
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            encodings = tokenizer.encode_batch([texts[row] for row in rows])
            ids = torch.tensor([encoding.ids for encoding in encodings])
            mask = torch.tensor([encoding.attention_mask for encoding in encodings])
            hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state
            mean = (hidden * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True)
            vectors[rows] = torch.nn.functional.normalize(mean, dim=1).numpy()
        return vectors

    return encode


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
