"""SentenceTransformer -> the ONNX folder that OnnxEncoder opens. Needs torch, so it runs at build time only."""

import logging
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from sentence_transformers import SentenceTransformer

from qa_service.embedding.onnx_encoder import (
    GRAPH,
    TOKENIZER,
    WEIGHTS,
    EncoderDescription,
    OnnxEncoder,
    write_description,
)
from qa_service.errors import ModelError
from qa_service.files import sha256_of

logger = logging.getLogger(__name__)

_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_OPSET = 17
_CHECK = [
    "When did they meet?",
    "On May 9, Prime Minister Koizumi met President Putin in the Kremlin for 30 minutes. " * 4,
]
_LEAST_COSINE = 0.9999


class _UnitVectors(torch.nn.Module):
    """The model from token ids to unit vectors, as one graph."""

    def __init__(self, model: SentenceTransformer, names: Sequence[str]) -> None:
        super().__init__()
        self.model = model
        self.names = names

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        features = self.model(dict(zip(self.names, inputs, strict=True)))
        return torch.nn.functional.normalize(features["sentence_embedding"], dim=1)


def export_encoder(model: SentenceTransformer, folder: Path, name: str) -> None:
    """Write the ONNX export of `model` into `folder` and check it against the model.

    Raises:
        ModelError: The model can't be exported, or the export gives other vectors.
    """
    sample = model.tokenizer(_CHECK, padding=True, truncation=True, return_tensors="pt")
    names = [key for key in _INPUTS if key in sample]
    wrapper = _UnitVectors(model, names).eval()
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")  # the exporter warns of itself being the older one
            torch.onnx.export(
                wrapper,
                tuple(sample[key] for key in names),
                str(folder / GRAPH),
                input_names=names,
                output_names=["vectors"],
                dynamic_axes={key: {0: "batch", 1: "tokens"} for key in names} | {"vectors": {0: "batch"}},
                opset_version=_OPSET,
                dynamo=False,
            )
        _move_weights_out(folder)
        model.tokenizer.backend_tokenizer.save(str(folder / TOKENIZER))
    except Exception as error:  # the exporter raises whatever the model's own code does
        raise ModelError(f"embedding model {name} can't be exported to ONNX: {error}") from error
    expected = model.encode(_CHECK, normalize_embeddings=True, show_progress_bar=False)
    prompts = model.prompts or {}
    write_description(
        folder,
        EncoderDescription(
            name=name,
            dimension=int(expected.shape[1]),
            max_tokens=int(model.max_seq_length or 512),
            question_prefix=prompts.get("query") or "",
            passage_prefix=prompts.get("document") or prompts.get("passage") or "",
            graph_sha256=sha256_of(folder / GRAPH),
            weights_sha256=sha256_of(folder / WEIGHTS),
            tokenizer_sha256=sha256_of(folder / TOKENIZER),
        ),
    )
    cosines = np.sum(expected * OnnxEncoder(folder).encode(_CHECK), axis=1)
    if cosines.min() < _LEAST_COSINE:
        raise ModelError(f"the ONNX export of {name} differs from the model: cosine {cosines.min():.4f}")


def _move_weights_out(folder: Path) -> None:
    graph = onnx.load(folder / GRAPH)
    onnx.save(graph, folder / GRAPH, save_as_external_data=True, all_tensors_to_one_file=True, location=WEIGHTS)
