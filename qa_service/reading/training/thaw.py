"""An exported model back to torch: the packaged reader, of which only the graph is shipped, or an encoder's export.

The exporter stores equal tensors once, so a graph whose model was never trained may not come back whole.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor

from qa_service.errors import ModelError
from qa_service.reading.training.smoothing import FACTOR
from qa_service.reading.training.span_model import CONFIG, SpanModel

_ROOT = "_model."  # what `export_graph` calls the model inside its wrapper


def thaw(graph: Path, model: SpanModel) -> None:
    """Give `model` the weights of an exported graph, int8 ones as the numbers they stand for.

    The graph of an encoder leaves the head as it is.

    Raises:
        ModelError: The graph can't be read, or is of another model.
    """
    try:
        weights = dict(_weights(onnx.load(str(graph))))
    except (OSError, DecodeError) as error:
        raise ModelError(f"{graph} can't be read: {error}") from error
    is_reader = any(name.startswith(_ROOT) for name in weights)
    part, root = (model, _ROOT) if is_reader else (model.encoder, "")
    wanted = part.state_dict()
    found = {name: weights.get(root + name) for name in wanted}
    strange = sorted(name for name, weight in found.items() if weight is None or weight.shape != wanted[name].shape)
    if strange:
        raise ModelError(f"{graph} does not fit its {CONFIG}: {strange[0]} is missing or has another shape")
    part.load_state_dict(found)


def _weights(model: onnx.ModelProto) -> Iterator[tuple[str, Tensor]]:
    """Yield each parameter by its name in torch. Matrices lost their names and are known by the node that uses them.

    Attention that is one node has the matrices of query, key and value side by side.
    """
    arrays = {array.name: numpy_helper.to_array(array) for array in model.graph.initializer}
    for name in arrays:
        if not name.endswith(("_scale", "_zero_point")):
            plain = name.removesuffix("_quantized")
            yield plain, _tensor(arrays, plain)
    for node in model.graph.node:
        if node.op_type in {"MatMul", "MatMulInteger"} and node.input[1] in arrays:
            module = node.name.strip("/").rsplit("/", 1)[0].replace("/", ".")
            matrix = _tensor(arrays, node.input[1].removesuffix("_quantized"))
            if (factor := f"{module}.{FACTOR}") in arrays:
                matrix *= _tensor(arrays, factor)[:, None]
            yield f"{module}.weight", matrix.T.contiguous()
        elif node.op_type == "QAttention":
            module = node.output[0].strip("/").rsplit("/", 1)[0].replace("/", ".")
            matrix = _tensor(arrays, node.input[1].removesuffix("_quantized"))
            parts = zip(
                ("query", "key", "value"), matrix.chunk(3, 1), _tensor(arrays, node.input[2]).chunk(3), strict=True
            )
            for part, weight, bias in parts:
                yield f"{module}.{part}.weight", weight.T.contiguous()
                yield f"{module}.{part}.bias", bias.contiguous()


def _tensor(arrays: dict[str, NDArray[np.generic]], name: str) -> Tensor:
    if name in arrays:
        return torch.from_numpy(arrays[name].astype(np.float32))
    whole = arrays[f"{name}_quantized"].astype(np.float32) - arrays[f"{name}_zero_point"].astype(np.float32)
    return torch.from_numpy(whole * arrays[f"{name}_scale"].astype(np.float32))
