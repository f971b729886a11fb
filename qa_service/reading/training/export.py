"""A trained reader to a folder that SpanReader opens: its graph with int8 weights, or in fp32.

Int8 is per output channel; one scale for a whole matrix drifts twice as far.
"""

import logging
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from onnxruntime.transformers.fusion_options import FusionOptions
from onnxruntime.transformers.optimizer import optimize_model

from qa_service.reading.question_answering_model import export_graph
from qa_service.reading.reader_folder import GRAPH, TOKENIZER, describe
from qa_service.reading.training.features import Batch
from qa_service.reading.training.smoothing import smoothed
from qa_service.reading.training.span_model import SpanModel


def export_fp32(model: SpanModel, path: Path) -> None:
    """Write the model's graph, inputs and outputs as `export_graph` says."""
    export_graph(model, path)
    onnx.checker.check_model(str(path))


def export_int8(fp32: Path, path: Path, *, n_heads: int, hidden_size: int) -> None:
    """Write the graph of `fp32` with int8 weights, one scale per output channel; activations are scaled at run time.

    The steps of an attention layer become one where they are BERT's, which takes 0.93 of the time.
    """
    with tempfile.TemporaryDirectory() as folder:
        fused, prepared = Path(folder) / "fused.onnx", Path(folder) / "prepared.onnx"
        logging.disable(logging.WARNING)  # a line per tensor, from the root logger
        try:
            optimize_model(
                str(fp32), "bert", n_heads, hidden_size, optimization_options=_only_attention(), opt_level=0
            ).save_model_to_file(str(fused))
            quant_pre_process(str(fused), str(prepared), skip_symbolic_shape=True)
            quantize_dynamic(
                str(prepared),
                str(path),
                per_channel=True,
                weight_type=QuantType.QInt8,
                # the type of what fused attention returns is not known otherwise
                extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
            )
        finally:
            logging.disable(logging.NOTSET)


def _only_attention() -> FusionOptions:
    options = FusionOptions("bert")
    for name in vars(options):
        if name.startswith("enable_"):
            setattr(options, name, name in {"enable_attention", "enable_shape_inference"})
    return options


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
            config: Any = model.encoder.config
            export_int8(fp32, folder / GRAPH, n_heads=config.num_attention_heads, hidden_size=config.hidden_size)
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
