"""The packaged reader as a Hugging Face question-answering model, so that other systems can read with the same weights.

A SpanModel is a BertModel with a linear head of two rows, start and end: exactly BertForQuestionAnswering. Positions
are absolute and segments two, question and passage, as in any BERT. Needs torch.
"""

from pathlib import Path

import torch
from torch import Tensor
from transformers import BertConfig, BertForQuestionAnswering, PreTrainedTokenizerFast

from qa_service.reading import PACKAGED_NAME
from qa_service.reading.training.span_model import SpanModel
from qa_service.training import load_base

# Both run the same sums in torch, perhaps in another order.
_MOST_DIFFERENT = 1e-3


def save_reader(folder: Path) -> float:
    """Write the packaged reader's weights and tokenizer; return how far its logits are from SpanModel's, at most.

    Raises:
        ValueError: They are not the same model.
    """
    model, tokenizer_file = load_base(PACKAGED_NAME)
    converted = as_question_answering(model)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(tokenizer_file),
        model_max_length=converted.config.max_position_embeddings,
        cls_token="[CLS]",
        sep_token="[SEP]",
        pad_token="[PAD]",
        unk_token="[UNK]",
        mask_token="[MASK]",
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )
    sample = tokenizer("Who signed the treaty?", "The treaty was signed by the ministers.", return_tensors="pt")
    difference = largest_difference(model, converted, sample["input_ids"], sample["token_type_ids"])
    if difference > _MOST_DIFFERENT:
        raise ValueError(f"the converted reader's logits are {difference} from the packaged reader's")
    converted.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return difference


def as_question_answering(model: SpanModel) -> BertForQuestionAnswering:
    """Return a model with the same weights.

    Raises:
        TypeError: Its encoder is no BERT.
    """
    config = model.encoder.config
    if not isinstance(config, BertConfig):
        raise TypeError(f"the reader is built on {type(config).__name__}: only a BERT can be handed on in this way")
    labels = {"id2label": {0: "start", 1: "end"}, "label2id": {"start": 0, "end": 1}}
    converted = BertForQuestionAnswering(BertConfig.from_dict(config.to_dict() | labels)).eval()
    converted.bert.load_state_dict(model.encoder.state_dict())
    converted.qa_outputs.load_state_dict(model.head.state_dict())
    return converted


def largest_difference(model: SpanModel, converted: BertForQuestionAnswering, ids: Tensor, types: Tensor) -> float:
    """Return how far the logits of two models are apart on the same window, at most."""
    mask = torch.ones_like(ids)
    with torch.inference_mode():
        starts, ends = model.eval()(ids, mask, types)
        output = converted(input_ids=ids, attention_mask=mask, token_type_ids=types)
    apart = torch.stack([starts - output.start_logits, ends - output.end_logits])
    return float(apart.abs().max())
