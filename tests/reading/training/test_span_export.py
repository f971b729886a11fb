from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from span_tiny import save_tiny, tiny_model

from qa_service.reading.question_answering_model import INPUTS
from qa_service.reading.training.export import export_fp32, export_int8
from qa_service.reading.training.span_model import SpanModel


def run(path: Path, ids: torch.Tensor, mask: torch.Tensor) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(str(path))
    feeds = dict(zip(INPUTS, (ids.numpy(), mask.numpy(), np.zeros_like(ids.numpy())), strict=True))
    return list(session.run(["starts", "ends"], feeds))


def test_the_exported_graph_gives_torchs_logits_at_any_shape(tmp_path: Path) -> None:
    model = tiny_model().eval()
    export_fp32(model, tmp_path / "model.onnx")
    for shape in ((1, 5), (3, 17)):
        ids, mask = torch.randint(1, 100, shape), torch.ones(shape, dtype=torch.long)
        mask[0, 3:] = 0
        with torch.no_grad():
            wanted = model(ids, mask, torch.zeros_like(ids))
        for got, want in zip(run(tmp_path / "model.onnx", ids, mask), wanted, strict=True):
            np.testing.assert_allclose(got, want.numpy(), atol=1e-5)


def test_int8_weights_are_smaller_and_stay_close(tmp_path: Path) -> None:
    export_fp32(tiny_model(), tmp_path / "model.onnx")
    export_int8(tmp_path / "model.onnx", tmp_path / "int8.onnx", n_heads=2, hidden_size=16)
    kinds = [node.op_type for node in onnx.load(tmp_path / "int8.onnx").graph.node]
    assert kinds.count("QAttention") == 2  # one node a layer
    ids, mask = torch.randint(1, 100, (2, 9)), torch.ones((2, 9), dtype=torch.long)
    mask[0, 5:] = 0
    assert (tmp_path / "int8.onnx").stat().st_size < (tmp_path / "model.onnx").stat().st_size
    exact, rough = run(tmp_path / "model.onnx", ids, mask), run(tmp_path / "int8.onnx", ids, mask)
    np.testing.assert_allclose(rough[0][mask == 1], exact[0][mask == 1], atol=0.02)


def test_a_saved_model_loads_with_its_head(tmp_path: Path) -> None:
    model = save_tiny(tmp_path / "reader").eval()
    loaded = SpanModel.load(tmp_path / "reader").eval()
    ids, mask = torch.randint(1, 100, (2, 9)), torch.ones((2, 9), dtype=torch.long)
    with torch.no_grad():
        for got, want in zip(loaded(ids, mask, 0 * ids), model(ids, mask, 0 * ids), strict=True):
            torch.testing.assert_close(got, want)
