"""Any Hugging Face question-answering model -> the folder that SpanReader opens. Needs torch, once per model."""

import warnings
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

from qa_service.errors import ModelError
from qa_service.reading.reader_folder import GRAPH, TOKENIZER, describe

INPUTS = ("ids", "mask", "type_ids")
OUTPUTS = ("starts", "ends")
_OPSET = 17
# Positions that RoBERTa and its kin keep for padding, so their 514 positions hold 512 tokens.
_SPARE_POSITIONS = 2
_MOST_TOKENS, _OVERLAP = 384, 96


def export_model(model: str, folder: Path, name: str) -> None:
    """Write `model`, a name or a folder, into `folder`.

    Raises:
        ModelError: It can't be loaded or exported, or has no head for question answering.
    """
    try:
        network, report = AutoModelForQuestionAnswering.from_pretrained(
            model, attn_implementation="eager", dtype=torch.float32, output_loading_info=True
        )
        tokenizer = AutoTokenizer.from_pretrained(model, use_fast=True)
        tokenizer.backend_tokenizer.save(str(folder / TOKENIZER))
    except Exception as error:  # hubs, pickles and configuration files fail in many ways
        raise ModelError(
            f"reader {model!r} can't be loaded: {error}. Name 'span', 'sentence', a folder, or a question-answering "
            "model that can be reached."
        ) from error
    untrained = [key for key in report["missing_keys"] if "qa_outputs" in key]
    if untrained:
        raise ModelError(f"reader {model!r} was not trained for question answering: it has no {untrained[0]}.")
    config = network.config
    export_graph(_WithLogits(network, uses_types=getattr(config, "type_vocab_size", 1) > 1), folder / GRAPH)
    describe(
        folder,
        name=name,
        max_tokens=min(_MOST_TOKENS, config.max_position_embeddings - _SPARE_POSITIONS),
        overlap=_OVERLAP,
        n_vocabulary=config.vocab_size,
        recipe=None,
    )


def export_graph(model: nn.Module, path: Path) -> None:
    """Write the graph of `model(ids, mask, type_ids)`, whose outputs are start and end logits.

    Inputs are int64 (n windows, n tokens); outputs float32 of the same shape.
    """
    sample = torch.ones((2, 8), dtype=torch.long)
    axes = {name: {0: "windows", 1: "tokens"} for name in (*INPUTS, *OUTPUTS)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of constants that the dynamic axes don't touch
        torch.onnx.export(
            _EveryInputUsed(model).eval(),
            (sample, sample, torch.zeros_like(sample)),
            str(path),
            input_names=list(INPUTS),
            output_names=list(OUTPUTS),
            dynamic_axes=axes,
            opset_version=_OPSET,
            dynamo=False,
        )


class _WithLogits(nn.Module):
    """Calls a Hugging Face model by position and hands back its two logits."""

    def __init__(self, model: nn.Module, *, uses_types: bool) -> None:
        super().__init__()
        self._model = model
        self._uses_types = uses_types

    def forward(self, ids: Tensor, mask: Tensor, type_ids: Tensor) -> tuple[Tensor, Tensor]:
        types = {"token_type_ids": type_ids} if self._uses_types else {}
        output = self._model(input_ids=ids, attention_mask=mask, **types)
        return output.start_logits, output.end_logits


class _EveryInputUsed(nn.Module):
    """Keeps `type_ids` an input of the graph for models without token types, so that every export is called alike."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self._model = model

    def forward(self, ids: Tensor, mask: Tensor, type_ids: Tensor) -> tuple[Tensor, Tensor]:
        starts, ends = self._model(ids, mask, type_ids)
        unused = 0.0 * type_ids
        return starts + unused, ends + unused
