from pathlib import Path
from typing import cast

import pytest
import torch
from span_tiny import tiny_model
from torch import Tensor
from transformers import BertModel

from qa_service.errors import ModelError
from qa_service.reading.training.export import export_fp32, export_int8
from qa_service.reading.training.features import Batch
from qa_service.reading.training.smoothing import smoothed
from qa_service.reading.training.span_model import SpanModel
from qa_service.reading.training.thaw import thaw


class EncoderByPosition(BertModel):
    """Takes its inputs as the exporter gives them."""

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:  # type: ignore[override]
        return cast(Tensor, super().forward(input_ids=ids, attention_mask=mask).last_hidden_state)


def trained_model() -> SpanModel:
    """The tiny model after every weight has moved."""
    model = tiny_model(seed=0)
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(torch.randn_like(weight), alpha=0.02)
    return model


def test_an_fp32_graph_gives_back_every_weight(tmp_path: Path) -> None:
    model, other = trained_model(), tiny_model(seed=1)
    export_fp32(model, tmp_path / "model.onnx")
    thaw(tmp_path / "model.onnx", other)
    for name, weight in model.state_dict().items():
        assert torch.equal(other.state_dict()[name], weight), name


def test_an_int8_graph_gives_back_what_its_numbers_stand_for(tmp_path: Path) -> None:
    model, other = trained_model(), tiny_model(seed=1)
    export_fp32(model, tmp_path / "model.onnx")
    export_int8(tmp_path / "model.onnx", tmp_path / "int8.onnx", n_heads=2, hidden_size=16)
    thaw(tmp_path / "int8.onnx", other)
    for name, weight in model.state_dict().items():
        step = float(weight.abs().max()) / 127
        assert torch.allclose(other.state_dict()[name], weight, atol=step), name


def test_a_smoothed_int8_graph_gives_back_the_weights_before_smoothing(tmp_path: Path) -> None:
    model, other = trained_model(), tiny_model(seed=1)
    ids = torch.randint(1, 100, (4, 9))
    sample = Batch(ids, torch.ones_like(ids), 0 * ids, *[torch.empty(0)] * 4)
    export_fp32(smoothed(model, [sample]), tmp_path / "model.onnx")
    export_int8(tmp_path / "model.onnx", tmp_path / "int8.onnx", n_heads=2, hidden_size=16)
    thaw(tmp_path / "int8.onnx", other)
    for name, weight in model.state_dict().items():
        assert torch.allclose(other.state_dict()[name], weight, atol=float(weight.abs().max()) / 40), name


def test_an_encoders_graph_leaves_the_head_as_it_was(tmp_path: Path) -> None:
    encoder, model = cast(BertModel, trained_model().encoder), tiny_model(seed=1)
    head = model.head.weight.clone()
    ids = torch.ones((2, 8), dtype=torch.long)
    encoder.__class__ = EncoderByPosition
    torch.onnx.export(encoder, (ids, ids), str(tmp_path / "encoder.onnx"), opset_version=17, dynamo=False)
    thaw(tmp_path / "encoder.onnx", model)
    for name, weight in encoder.state_dict().items():
        assert torch.equal(model.encoder.state_dict()[name], weight), name
    assert torch.equal(model.head.weight, head)


def test_a_damaged_graph_is_said(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"\xff" * 100)
    with pytest.raises(ModelError, match=r"model\.onnx can't be read"):
        thaw(tmp_path / "model.onnx", tiny_model())


def test_a_graph_of_another_model_is_refused(tmp_path: Path) -> None:
    model = trained_model()
    export_fp32(model, tmp_path / "model.onnx")
    model.head = torch.nn.Linear(16, 3)
    with pytest.raises(ModelError, match=r"head\.bias is missing or has another shape"):
        thaw(tmp_path / "model.onnx", model)
