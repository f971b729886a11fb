"""A reader's figures on held-back questions: gold passage given, and passages without the answer beside it."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from qa_service.answer_measures import auc, exact_match, token_f1
from qa_service.inference import GraphRunner
from qa_service.reading.decoding import Reading, decode
from qa_service.reading.training.examples import Example
from qa_service.reading.training.features import Batch, Feature, collate
from qa_service.reading.training.negatives import Prepared
from qa_service.reading.training.prepare import PreparedSource
from qa_service.reading.training.span_model import SpanModel
from qa_service.reading.windows import Source, WindowCutter

Scorer = Callable[[Batch], tuple[NDArray[np.float32], NDArray[np.float32]]]
"""A batch to its start and end logits."""


@dataclass(frozen=True, slots=True)
class DevSet:
    """Questions with their passage, and per kind questions over a passage that doesn't answer them."""

    examples: tuple[Example, ...]
    unanswerable: dict[str, list[Source]]


def dev_set(source: PreparedSource, n: int, n_unanswerable: int) -> DevSet:
    """Return `n` questions spread over the source, and up to `n_unanswerable` of each kind made from them."""
    items = _spread(source.items, n)
    unanswerable: dict[str, list[Source]] = {"similar": [], "cut_out": [], "swapped": []}
    for item in _spread(items, n_unanswerable):
        example, title = item.example, item.example.title or ""
        if item.similar:
            row = item.similar[0]
            passage, other = source.passages[row], source.titles[row] or ""
            unanswerable["similar"].append(Source(example.question, passage, other))
        if item.without_answer:
            unanswerable["cut_out"].append(Source(example.question, item.without_answer, title))
        if item.swaps:
            unanswerable["swapped"].append(Source(item.swaps[0].question, example.context, title))
    return DevSet(tuple(item.example for item in items), unanswerable)


def torch_scorer(model: SpanModel) -> Scorer:
    """Return a scorer that runs the model."""

    @torch.inference_mode()
    def score(batch: Batch) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        starts, ends = model(batch.ids, batch.mask, batch.type_ids)
        return starts.numpy(), ends.numpy()

    return score


def onnx_scorer(path: Path) -> Scorer:
    """Return a scorer that runs an exported graph on one thread."""
    runner = GraphRunner(path)

    def score(batch: Batch) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        inputs = {"ids": batch.ids.numpy(), "mask": batch.mask.numpy(), "type_ids": batch.type_ids.numpy()}
        [(starts, ends)] = runner.run_each([inputs])
        return starts, ends

    return score


def evaluate(score: Scorer, cutter: WindowCutter, dev: DevSet, *, n_threads: int = 1) -> dict[str, float]:
    """Return the figures, EM, F1 and shares as percentages.

    Returns:
        `em` and `f1` of the best span on answerable questions, whatever the null score; `answered`, the share of these
        whose span beats the null score; `refused_*`, the share of each unanswerable kind where null wins; `auc_*`, of
        span minus null score, answerable against that kind; `has_ans` and `no_ans`, F1 with null counted as an answer.
    """
    readings = read(score, cutter, [Source(e.question, e.context, e.title or "") for e in dev.examples], n_threads)
    answers = [[answer.text for answer in example.answers] for example in dev.examples]
    texts = [
        example.context[reading.spans[0].start : reading.spans[0].end]
        for example, reading in zip(dev.examples, readings, strict=True)
    ]
    gaps = [span_gap(reading) for reading in readings]
    overlaps = [token_f1(text, wanted) for text, wanted in zip(texts, answers, strict=True)]
    figures = {
        "em": _percent([exact_match(text, wanted) for text, wanted in zip(texts, answers, strict=True)]),
        "f1": _percent(overlaps),
        "answered": _percent([gap > 0 for gap in gaps]),
        "has_ans": _percent([overlap * (gap > 0) for overlap, gap in zip(overlaps, gaps, strict=True)]),
    }
    all_refused: list[bool] = []
    for kind, sources in dev.unanswerable.items():
        if sources:
            negative = [span_gap(reading) for reading in read(score, cutter, sources, n_threads)]
            refused = [gap <= 0 for gap in negative]
            all_refused += refused
            is_answerable = [True] * len(gaps) + [False] * len(negative)
            figures[f"auc_{kind}"] = auc([*gaps, *negative], is_answerable) or 0.0
            figures[f"refused_{kind}"] = _percent(refused)
    if all_refused:
        figures["no_ans"] = _percent(all_refused)
    return {name: round(figure, 3) for name, figure in figures.items()}


def read(
    score: Scorer, cutter: WindowCutter, sources: Sequence[Source], n_threads: int = 1, batch_size: int = 8
) -> list[Reading]:
    """Return the reading of each source; each must have at least one token."""
    windows = cutter.cut(sources)
    order = sorted(range(len(windows)), key=lambda row: len(windows[row].ids))
    width = max(len(window.ids) for window in windows)
    starts = np.full((len(windows), width), -np.inf, np.float32)
    ends = starts.copy()

    def fill(rows: list[int]) -> None:
        start, end = score(collate([Feature(windows[row], {}, {}) for row in rows], cutter.pad_id))
        starts[rows, : start.shape[1]] = start
        ends[rows, : end.shape[1]] = end

    with ThreadPoolExecutor(n_threads) as pool:
        list(pool.map(fill, [order[i : i + batch_size] for i in range(0, len(order), batch_size)]))
    readings = decode(windows, starts, ends)
    return [readings[number] for number in range(len(sources))]


def span_gap(reading: Reading) -> float:
    """Return by how much the best span beats the null score."""
    return reading.spans[0].score - reading.null_score


def _spread(items: Sequence[Prepared], n: int) -> list[Prepared]:
    n = min(n, len(items))
    return [items[len(items) * number // n] for number in range(n)]


def _percent(values: Sequence[float]) -> float:
    return 100 * float(np.mean(values))
