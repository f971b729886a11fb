"""A trained reader to ONNX: one fp32 graph, and one with int8 weights.

Int8 is per output channel; one scale for a whole matrix drifts twice as far.
"""

import tempfile
import warnings
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import Tensor, nn

from qa_service.reading.training.span_model import SpanModel

INPUTS = ("ids", "mask", "type_ids")
OUTPUTS = ("starts", "ends")
_OPSET = 17


def export_fp32(model: SpanModel, path: Path) -> None:
    """Write the model's graph. Inputs int64 (n windows, n tokens); outputs float32 logits of the same shape."""
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
    onnx.checker.check_model(str(path))


def export_int8(fp32: Path, path: Path) -> None:
    """Write the graph of `fp32` with int8 weights, one scale per output channel; activations are scaled at run time."""
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(fp32), str(prepared), skip_symbolic_shape=True)
        quantize_dynamic(str(prepared), str(path), per_channel=True, weight_type=QuantType.QInt8)


class _EveryInputUsed(nn.Module):
    """Keeps `type_ids` an input of the graph for models without token types, so that every export is called alike."""

    def __init__(self, model: SpanModel) -> None:
        super().__init__()
        self._model = model

    def forward(self, ids: Tensor, mask: Tensor, type_ids: Tensor) -> tuple[Tensor, Tensor]:
        starts, ends = self._model(ids, mask, type_ids)
        unused = 0.0 * type_ids
        return starts + unused, ends + unused
