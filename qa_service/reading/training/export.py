"""A trained reader to a folder that SpanReader opens: its graph with int8 weights, or in fp32.

Int8 is per output channel; one scale for a whole matrix drifts twice as far.
"""

import tempfile
from pathlib import Path

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process

from qa_service.reading.question_answering_model import export_graph
from qa_service.reading.training.span_model import SpanModel


def export_fp32(model: SpanModel, path: Path) -> None:
    """Write the model's graph, inputs and outputs as `export_graph` says."""
    export_graph(model, path)
    onnx.checker.check_model(str(path))


def export_int8(fp32: Path, path: Path) -> None:
    """Write the graph of `fp32` with int8 weights, one scale per output channel; activations are scaled at run time."""
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(fp32), str(prepared), skip_symbolic_shape=True)
        quantize_dynamic(str(prepared), str(path), per_channel=True, weight_type=QuantType.QInt8)
