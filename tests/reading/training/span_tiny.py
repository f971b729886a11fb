"""A word-level tokenizer and a two-layer model that build in milliseconds."""

from pathlib import Path

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel

from qa_service.reading.training.span_model import SpanModel

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
LETTERS = list("abcdefghijklmnopqrstuvwxyz0123456789")


def tiny_tokenizer() -> Tokenizer:
    """Word pieces over single characters and a few words, framed as BERT does."""
    words = ["who", "spoke", "the", "minister", "in", "tokyo", "on", "monday", ".", "?", "-", ",", "$", "|"]
    vocabulary = [*SPECIAL, *words, *LETTERS, *(f"##{letter}" for letter in LETTERS)]
    tokenizer = Tokenizer(models.WordPiece({word: n for n, word in enumerate(vocabulary)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


def tiny_tokenizer_with_wide_frame() -> Tokenizer:
    """The same pieces, framed with one mark more between two texts, as MPNet does."""
    tokenizer = tiny_tokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] [SEP] $B [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


def tiny_model(seed: int = 0) -> SpanModel:
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=200, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=257, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    config._attn_implementation = "eager"
    return SpanModel(BertModel(config, add_pooling_layer=False), 16, uses_types=True)


def save_tiny(folder: Path) -> SpanModel:
    """Write the tiny model and its tokenizer as a reader's folder; return the model."""
    model = tiny_model()
    tokenizer = folder.parent / "tiny-tokenizer.json"
    tiny_tokenizer().save(str(tokenizer))
    model.save(folder, tokenizer)
    return model
