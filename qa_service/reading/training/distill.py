"""Larger readers' judgement of every token, kept on disk, and a small reader trained to share it.

A teacher reads the same windows as the student. Both must cut text into the same tokens, as BERT and MPNet do.

References:
    Hinton, Vinyals and Dean, "Distilling the knowledge in a neural network", 2015.
"""

import logging
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from qa_service.inference import has_bf16
from qa_service.reading.training.features import Batch, Feature, TeacherLogits, collate
from qa_service.reading.training.loop import Loss, masked_log_softmax, span_loss
from qa_service.reading.training.plan import Plan
from qa_service.reading.training.span_model import SpanModel

logger = logging.getLogger(__name__)

_FORBIDDEN = -1e4


def label_rounds(
    load_teacher: Callable[[], SpanModel],
    plan: Plan,
    n_rounds: int,
    folder: Path,
    *,
    n_threads: int = 2,
    batch_size: int = 8,
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> None:
    """Write the teacher's logits for rounds 0 to `n_rounds` - 1; a round whose file is there is left as it is.

    `plan` is the student's, but with the teacher's cutter, whose windows must hold the same passage tokens.
    """
    folder.mkdir(parents=True, exist_ok=True)
    teacher = None
    for number in range(n_rounds):
        on_progress(number, n_rounds)
        path = _path(folder, number)
        if not path.exists():
            teacher = teacher or load_teacher().eval()
            features = plan.features(number)
            logits = _label(teacher, features, pad_id=plan.cutter.pad_id, n_threads=n_threads, batch_size=batch_size)
            fresh = path.with_suffix(".fresh")
            with fresh.open("wb") as file:
                lengths = [len(feature.window.offsets) for feature in features]
                np.savez(file, lengths=np.array(lengths), logits=np.concatenate(logits, axis=1))
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
            logger.info("labelled round %d: %d windows", number, len(features))


class TaughtPlan:
    """A plan whose features carry the mean of the teachers' logits. The labelled rounds come again in new orders.

    Args:
        plan: Of the student.
        folders: One a teacher, written by `label_rounds` for the same sources, mixture, seed and round size.
    """

    def __init__(self, plan: Plan, folders: Sequence[Path]) -> None:
        self._plan = plan
        self._folders = folders
        self._n_rounds = 0
        while all(_path(folder, self._n_rounds).exists() for folder in folders):
            self._n_rounds += 1
        if not self._n_rounds:
            raise FileNotFoundError(f"{folders[0]} holds no labelled round: run label_rounds first")

    def batches(self, number: int) -> list[list[Feature]]:
        """Return the batches of round `number`, counted on through the labelled rounds."""
        labelled = number % self._n_rounds
        features = self._plan.features(labelled)
        lengths = [len(feature.window.offsets) for feature in features]
        judgements = [_judgement(_path(folder, labelled), lengths) for folder in self._folders]
        parts = np.split(np.mean(judgements, axis=0), np.cumsum([length + 1 for length in lengths])[:-1], axis=1)
        taught = [replace(feature, teacher=part) for feature, part in zip(features, parts, strict=True)]
        return self._plan.in_batches(taught, number)


def distillation_loss(*, share: float, temperature: float) -> Loss:
    """Return a loss of which `share` is the divergence from the teacher and the rest the annotators' cross-entropy."""

    def loss(starts: Tensor, ends: Tensor, batch: Batch, features: Sequence[Feature]) -> Tensor:
        hard = span_loss(starts, ends, batch, features)
        soft = [
            _divergence(logits, allowed, _spread(features, allowed, side), temperature)
            for side, (logits, allowed) in enumerate(((starts, batch.starts), (ends, batch.ends)))
        ]
        return (1 - share) * hard + share * temperature**2 * (soft[0] + soft[1]) / 2

    return loss


def _label(
    teacher: SpanModel, features: Sequence[Feature], *, pad_id: int, n_threads: int, batch_size: int
) -> list[TeacherLogits]:
    order = sorted(range(len(features)), key=lambda row: len(features[row]))
    logits: list[TeacherLogits] = [np.empty((2, 0), np.float16)] * len(features)

    @torch.inference_mode()
    def fill(rows: Sequence[int]) -> None:
        batch = collate([features[row] for row in rows], pad_id)
        with torch.autocast("cpu", torch.bfloat16, enabled=has_bf16()):
            logits_of_both = teacher(batch.ids, batch.mask, batch.type_ids)
        both = torch.stack(logits_of_both).float().numpy()
        for place, row in enumerate(rows):
            window = features[row].window
            tokens = [0, *range(window.first, window.first + len(window.offsets))]
            logits[row] = both[:, place, tokens].astype(np.float16)

    with ThreadPoolExecutor(n_threads) as pool:
        list(pool.map(fill, [order[i : i + batch_size] for i in range(0, len(order), batch_size)]))
    return logits


def _spread(features: Sequence[Feature], allowed: Tensor, side: int) -> Tensor:
    """Return the teacher's logits of one side at the places of the student's tokens."""
    spread = torch.full(allowed.shape, _FORBIDDEN)
    for row, feature in enumerate(features):
        if feature.teacher is None:
            raise ValueError("a feature without the teacher's logits can't be learned from it")
        known = torch.from_numpy(feature.teacher[side].astype(np.float32))
        spread[row, 0] = known[0]
        spread[row, feature.window.first : feature.window.first + len(known) - 1] = known[1:]
    return spread


def _divergence(student: Tensor, allowed: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    wanted = masked_log_softmax(teacher / temperature, allowed)
    given = masked_log_softmax(student / temperature, allowed)
    return (wanted.exp() * (wanted - given)).sum()


def _judgement(path: Path, lengths: Sequence[int]) -> TeacherLogits:
    """Return a round's logits, of shape (2, n tokens and null scores of all its windows).

    Raises:
        ValueError: They are of windows with other lengths.
    """
    with np.load(path) as file:
        if file["lengths"].tolist() != lengths:
            raise ValueError(f"{path} was labelled for other windows: label the plan anew")
        logits: TeacherLogits = file["logits"]
    return logits


def _path(folder: Path, number: int) -> Path:
    return folder / f"round-{number:05}.npz"
