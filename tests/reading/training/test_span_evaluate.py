from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from span_tiny import tiny_model, tiny_tokenizer
from test_span_plan import source

from qa_service.reading.training.evaluate import dev_set, evaluate, onnx_scorer, read, span_gap, torch_scorer
from qa_service.reading.training.export import export_fp32
from qa_service.reading.training.features import Batch
from qa_service.reading.windows import Source, WindowCutter


def score_word(word: str, height: float) -> object:
    """Score one word of the vocabulary, so that a passage with it is answered by it and another is refused."""
    number = tiny_tokenizer().token_to_id(word)

    def score(batch: Batch) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        logits = height * (batch.ids == number).numpy().astype(np.float32)
        logits[:, 0] = 1.0
        return logits, logits

    return score


def test_a_reader_that_finds_the_answer_and_refuses_without_it_gets_full_marks() -> None:
    dev = dev_set(source("a", 9), n=4, n_unanswerable=4)
    figures = evaluate(score_word("minister", 5.0), WindowCutter(tiny_tokenizer()), dev)  # type: ignore[arg-type]
    assert {name: figures[name] for name in ("em", "f1", "answered", "has_ans")} == dict.fromkeys(
        ("em", "f1", "answered", "has_ans"), 100.0
    )
    assert (figures["refused_cut_out"], figures["auc_cut_out"]) == (100.0, 1.0)
    assert (figures["refused_similar"], figures["auc_similar"]) == (0.0, 0.5)
    assert figures["no_ans"] == 33.333


def test_a_right_span_below_the_null_score_counts_for_f1_and_not_for_has_ans() -> None:
    dev = dev_set(source("a", 9), n=4, n_unanswerable=4)
    figures = evaluate(score_word("minister", 0.5), WindowCutter(tiny_tokenizer()), dev)  # type: ignore[arg-type]
    assert (figures["f1"], figures["answered"], figures["has_ans"]) == (100.0, 0.0, 0.0)


def test_readings_come_in_the_order_of_the_sources_whatever_their_length() -> None:
    sources = [Source("who ?", passage) for passage in ("x " * 40 + "tokyo", "tokyo", "x tokyo x")]
    readings = read(score_word("tokyo", 5.0), WindowCutter(tiny_tokenizer()), sources, 2, 1)  # type: ignore[arg-type]
    assert [reading.spans[0].start for reading in readings] == [80, 0, 2]
    assert [span_gap(reading) for reading in readings] == [8.0, 8.0, 8.0]


def test_torch_and_its_export_read_alike(tmp_path: Path) -> None:
    model = tiny_model().eval()
    export_fp32(model, tmp_path / "model.onnx")
    sources = [Source("who ?", "the minister spoke in tokyo on monday"), Source("who ?", "tokyo", "monday")]
    cutter = WindowCutter(tiny_tokenizer())
    ours, theirs = (
        read(score, cutter, sources) for score in (torch_scorer(model), onnx_scorer(tmp_path / "model.onnx"))
    )
    for one, other in zip(ours, theirs, strict=True):
        assert (one.spans[0].start, one.spans[0].end) == (other.spans[0].start, other.spans[0].end)
        np.testing.assert_allclose(span_gap(one), span_gap(other), atol=1e-5)
