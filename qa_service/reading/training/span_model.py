"""The reader as a torch module: an encoder and, per token, how likely it starts and how likely it ends the answer.

Training only; serving runs the exported graph and never imports this module.
"""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PretrainedConfig

CONFIG = "config.json"
_HEAD = "span_head.safetensors"
_AS_TRAINED: dict[str, Any] = {"attn_implementation": "eager", "add_pooling_layer": False, "dtype": torch.float32}


def _config(folder: Path) -> PretrainedConfig:
    """Return the configuration, with dropout off: with soft targets and few epochs it costs more than it gives."""
    config: PretrainedConfig = AutoConfig.from_pretrained(folder)
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    return config


def _uses_types(config: PretrainedConfig) -> bool:
    return getattr(config, "type_vocab_size", 1) > 1


class SpanModel(nn.Module):
    """Start and end logits per token; those of token 0 add up to the null score.

    Args:
        encoder: Any transformer that returns `last_hidden_state`.
    """

    def __init__(self, encoder: nn.Module, hidden_size: int, *, uses_types: bool) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = nn.Linear(hidden_size, 2)
        self.uses_types = uses_types
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    @classmethod
    def load(cls, folder: Path) -> "SpanModel":
        """Return the model of a folder: a trained reader, or a plain encoder that gets a fresh head."""
        config = _config(folder)
        encoder = AutoModel.from_pretrained(folder, config=config, **_AS_TRAINED)
        model = cls(encoder, config.hidden_size, uses_types=_uses_types(config))
        if (folder / _HEAD).exists():
            model.head.load_state_dict(load_file(folder / _HEAD))
        return model

    @classmethod
    def untrained(cls, folder: Path) -> "SpanModel":
        """Return a model with fresh weights, built as the folder's `config.json` says."""
        config = _config(folder)
        encoder = AutoModel.from_config(config, **_AS_TRAINED)  # type: ignore[no-untyped-call]
        return cls(encoder, config.hidden_size, uses_types=_uses_types(config))

    @property
    def n_vocabulary(self) -> int:
        """Tokens that the model has vectors for."""
        return int(self.encoder.config.vocab_size)  # type: ignore[union-attr, arg-type]

    def save(self, folder: Path, tokenizer: Path) -> None:
        """Write weights, configuration and the tokenizer's file, in the form that `load` reads."""
        folder.mkdir(parents=True, exist_ok=True)
        self.encoder.save_pretrained(folder)  # type: ignore[operator]
        save_file(self.head.state_dict(), folder / _HEAD)
        (folder / "tokenizer.json").write_bytes(tokenizer.read_bytes())
        self.save_config(folder)

    def save_config(self, folder: Path) -> None:
        """Write `config.json`, from which `untrained` builds a model of this form."""
        config = self.encoder.config.to_diff_dict()  # type: ignore[union-attr, operator]
        (folder / CONFIG).write_text(json.dumps(config, indent=1, sort_keys=True) + "\n", "utf-8")

    def freeze_lowest(self, n_layers: int) -> None:
        """Keep the embeddings and the lowest layers as they are: a third less work per frozen layer, little lost."""
        self.encoder.embeddings.requires_grad_(False)
        for layer in self.encoder.encoder.layer[:n_layers]:  # type: ignore[union-attr, index]
            layer.requires_grad_(False)
        # MPNet's position bias is shared by all layers: trained, it would need every layer's gradient.
        bias = getattr(self.encoder.encoder, "relative_attention_bias", None)
        if bias is not None:
            bias.requires_grad_(False)

    def forward(self, ids: Tensor, mask: Tensor, type_ids: Tensor) -> tuple[Tensor, Tensor]:
        """Return start and end logits, each of shape (n windows, n tokens)."""
        inputs = {"input_ids": ids, "attention_mask": mask}
        if self.uses_types:
            inputs["token_type_ids"] = type_ids
        logits = self.head(self.encoder(**inputs).last_hidden_state)
        return logits[..., 0], logits[..., 1]
