"""A trained reader to a folder that SpanReader opens: its graph with int8 weights, or in fp32.

Int8 is per output channel; one scale for a whole matrix drifts twice as far.
"""

import logging
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process

from qa_service.reading.question_answering_model import export_graph
from qa_service.reading.reader_folder import GRAPH, TOKENIZER, describe
from qa_service.reading.training.features import Batch
from qa_service.reading.training.smoothing import smoothed
from qa_service.reading.training.span_model import SpanModel


def export_fp32(model: SpanModel, path: Path) -> None:
    """Write the model's graph, inputs and outputs as `export_graph` says."""
    export_graph(model, path)
    onnx.checker.check_model(str(path))


def export_int8(fp32: Path, path: Path) -> None:
    """Write the graph of `fp32` with int8 weights, one scale per output channel; activations are scaled at run time."""
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        logging.disable(logging.INFO)  # a line per tensor, from the root logger
        try:
            quant_pre_process(str(fp32), str(prepared), skip_symbolic_shape=True)
            quantize_dynamic(str(prepared), str(path), per_channel=True, weight_type=QuantType.QInt8)
        finally:
            logging.disable(logging.NOTSET)


def export_reader(
    model: SpanModel,
    tokenizer: Path,
    folder: Path,
    *,
    name: str,
    max_tokens: int,
    overlap: int,
    recipe: dict[str, object] | None,
    is_int8: bool = True,
    samples: Sequence[Batch] = (),
) -> None:
    """Write a folder that SpanReader opens. `folder` is made; files of an earlier reader in it are replaced.

    With `samples` of what it will read, int8 costs half as much.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as staging:
        fp32 = Path(staging) / GRAPH
        export_fp32(smoothed(model, samples) if is_int8 and samples else model, fp32)
        if is_int8:
            export_int8(fp32, folder / GRAPH)
        else:
            shutil.copyfile(fp32, folder / GRAPH)
    shutil.copyfile(tokenizer, folder / TOKENIZER)
    model.save_config(folder)  # to train it further
    describe(
        folder,
        name=name,
        max_tokens=max_tokens,
        overlap=overlap,
        n_vocabulary=model.n_vocabulary,
        recipe=recipe,
    )
