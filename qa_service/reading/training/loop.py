"""The training loop: exact resume, atomic checkpoints, work split over threads.

A batch is cut into pieces of similar length that threads work through, one core each. The pieces' gradients are added
in a fixed order, so the result doesn't depend on who was faster, and a core that is busy elsewhere slows only its own.
"""

import json
import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

from qa_service.inference import has_bf16
from qa_service.reading.training.features import Batch, Feature, collate, in_groups
from qa_service.reading.training.span_model import SpanModel

logger = logging.getLogger(__name__)

Loss = Callable[[Tensor, Tensor, Batch, Sequence[Feature]], Tensor]
"""Start logits, end logits, the batch and its features to the sum of the windows' losses."""

_IMPOSSIBLE = -1e4
# What a window beside another adds to the loss by itself: there are several to each that answers, and with all their
# weight the reader would learn that hardly any passage does.
_WEIGHT_BESIDE = 0.15


class Stream(Protocol):
    """Data in rounds, each the same whenever it is asked for."""

    def batches(self, number: int) -> list[list[Feature]]:
        """Return the batches of round `number`, from 0."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train.

    Attributes:
        n_examples: Windows to train on in all. May be raised on resume as long as the decay has not begun.
        warm_up, decay: Shares of `n_examples` at the beginning and the end in which the rate rises and falls linearly.
        n_threads: Pieces worked on at a time; one core each.
        piece_size: Windows per piece.
        evaluate_every: In windows trained on, so that a slow machine doesn't spend its time on figures.
        bf16: Multiply in bfloat16 where the processor can: twice as fast there, several times slower elsewhere.
    """

    n_examples: int
    learning_rate: float
    warm_up: float = 0.06
    decay: float = 0.94
    weight_decay: float = 0.01
    max_norm: float = 1.0
    n_threads: int = 2
    piece_size: int = 8
    checkpoint_s: float = 60.0
    evaluate_every: int = 1600
    bf16: bool = True


@dataclass(slots=True)
class Progress:
    """Where a run stands: `round` and `batch` say what comes next."""

    round: int = 0
    batch: int = 0
    step: int = 0
    n_examples: int = 0
    train_s: float = 0.0


def span_loss(starts: Tensor, ends: Tensor, batch: Batch, features: Sequence[Feature]) -> Tensor:
    """Return the cross-entropy of start and end against the annotators' shares, summed over windows and groups.

    In a window the null score competes with its spans; in a group the spans of all its windows compete with each
    other, which makes scores of different passages comparable.

    References:
        Clark and Gardner, "Simple and effective multi-paragraph reading comprehension", ACL 2018: shared-norm.
    """
    weights = torch.tensor([_WEIGHT_BESIDE if feature.is_beside else 1.0 for feature in features])
    sides = ((starts, batch.starts, batch.start_targets), (ends, batch.ends, batch.end_targets))
    loss = torch.zeros(())
    for logits, allowed, targets in sides:
        loss = loss - (weights[:, None] * targets * masked_log_softmax(logits, allowed)).sum()
        first = 0
        for group in in_groups(features):
            rows = slice(first, first + len(group))
            first += len(group)
            if len(group) > 1:
                # Column 0 is each window's null score; padding is not allowed either.
                together = masked_log_softmax(logits[rows, 1:].reshape(1, -1), allowed[rows, 1:].reshape(1, -1))
                loss = loss - (targets[rows, 1:].reshape(1, -1) * together).sum()
    return loss / 2


def masked_log_softmax(logits: Tensor, allowed: Tensor) -> Tensor:
    """Return log probabilities over the allowed tokens; the others get a very small one."""
    return torch.log_softmax(logits.masked_fill(~allowed, _IMPOSSIBLE), dim=1)


class Trainer:
    """Trains a model along a plan and keeps its state in a folder.

    Args:
        folder: Holds `checkpoint.pt`, `previous.pt` and `log.jsonl`. A checkpoint there is resumed.
        pad_id: Of the model's tokenizer.
        evaluate: Called now and then with the model; what it returns goes into the log.
        on_progress: Called after each step with the examples done and the examples in all.
    """

    def __init__(
        self,
        model: SpanModel,
        plan: Stream,
        recipe: Recipe,
        *,
        folder: Path,
        pad_id: int,
        evaluate: Callable[[SpanModel], dict[str, float]],
        loss: Loss = span_loss,
        on_progress: Callable[[int, int], None] = lambda *_: None,
    ) -> None:
        self._model = model.train()
        self._plan = plan
        self._recipe = recipe
        self._folder = folder
        self._pad_id = pad_id
        self._evaluate = evaluate
        self._loss = loss
        self._on_progress = on_progress
        self._parameters = [p for p in model.parameters() if p.requires_grad]
        self._optimizer = torch.optim.AdamW(
            self._parameters, recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True
        )
        self._bf16 = recipe.bf16 and has_bf16()
        self._is_stopping = False
        self._pace_s = 0.0
        self.progress = Progress()
        folder.mkdir(parents=True, exist_ok=True)

    def resume(self) -> bool:
        """Load the newest checkpoint that can be read; return whether there was one."""
        for name in ("checkpoint.pt", "previous.pt"):
            path = self._folder / name
            try:
                state = torch.load(path, weights_only=True, mmap=True)
            except FileNotFoundError:
                continue
            except (RuntimeError, EOFError, ValueError) as error:
                logger.warning("%s can't be read (%s): trying the one before", path, error)
                continue
            self._model.load_state_dict(state["model"])
            self._optimizer.load_state_dict(state["optimizer"])
            self.progress = Progress(**state["progress"])
            torch.set_rng_state(state["rng"])
            logger.info("resumed at %s", self.progress)
            return True
        return False

    def run(self) -> None:
        """Train until `n_examples` are done, or until `stop`; save then, and evaluate what is finished."""
        self._log({"event": "start", "threads": self._recipe.n_threads, "bf16": self._bf16})
        saved = time.monotonic()
        with ThreadPoolExecutor(self._recipe.n_threads) as pool:
            for features in self._batches():
                began = time.monotonic()
                loss = self._step(features, pool)
                self._pass_time(time.monotonic() - began)
                entry = {"event": "step", "loss": loss, "rate": self._rate(), "n": len(features)}
                self._log({**entry, "left_s": round(self.left_s())})
                self._on_progress(min(self.progress.n_examples, self._recipe.n_examples), self._recipe.n_examples)
                if self._is_stopping:
                    break
                if time.monotonic() - saved > self._recipe.checkpoint_s:
                    self.save()
                    saved = time.monotonic()
                every = self._recipe.evaluate_every
                if self.progress.n_examples // every > (self.progress.n_examples - len(features)) // every:
                    self._log({"event": "evaluation", **self._evaluate(self._model.eval())})
                    self._model.train()
        self.save()
        if self.is_finished:
            self._log({"event": "evaluation", "final": True, **self._evaluate(self._model.eval())})

    def stop(self) -> None:
        """Make `run` save and return after the step it is at; safe in a signal handler."""
        self._is_stopping = True

    @property
    def is_finished(self) -> bool:
        """Whether all examples are done."""
        return self.progress.n_examples >= self._recipe.n_examples

    def left_s(self) -> float:
        """Return the seconds that the rest of the run will take at the pace of the last steps."""
        n_left = max(0, self._recipe.n_examples - self.progress.n_examples)
        return self._pace_s * n_left * self.progress.step / max(1, self.progress.n_examples)

    def _pass_time(self, step_s: float) -> None:
        self.progress.train_s += step_s
        self._pace_s = 0.95 * self._pace_s + 0.05 * step_s if self._pace_s else step_s

    def save(self) -> None:
        """Write a checkpoint so that a cut at any moment leaves a whole one."""
        state = {
            "model": self._model.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "progress": {name: getattr(self.progress, name) for name in Progress.__slots__},
            "rng": torch.get_rng_state(),
        }
        fresh, newest = self._folder / "fresh.pt", self._folder / "checkpoint.pt"
        with fresh.open("wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        if newest.exists():
            newest.replace(self._folder / "previous.pt")
        fresh.replace(newest)

    def _batches(self) -> Iterator[list[Feature]]:
        while self.progress.n_examples < self._recipe.n_examples:
            batches = self._plan.batches(self.progress.round)
            while self.progress.batch < len(batches) and self.progress.n_examples < self._recipe.n_examples:
                batch = batches[self.progress.batch]
                # Counted before the work, so that a checkpoint taken after it points at the next batch.
                self.progress.batch += 1
                self.progress.n_examples += len(batch)
                yield batch
            if self.progress.batch >= len(batches):
                self.progress.round += 1
                self.progress.batch = 0

    def _step(self, features: Sequence[Feature], pool: ThreadPoolExecutor) -> float:
        pieces = _in_pieces(features, self._recipe.piece_size)

        def work(piece: Sequence[Feature]) -> tuple[float, Sequence[Tensor]]:
            batch = collate(piece, self._pad_id)
            with torch.autocast("cpu", torch.bfloat16, enabled=self._bf16):
                starts, ends = self._model(batch.ids, batch.mask, batch.type_ids)
            loss = self._loss(starts.float(), ends.float(), batch, piece) / len(features)
            return loss.item(), torch.autograd.grad(loss, self._parameters)

        losses = []
        for number, (loss, gradients) in enumerate(pool.map(work, pieces)):
            losses.append(loss)
            for parameter, gradient in zip(self._parameters, gradients, strict=True):
                parameter.grad = gradient if number == 0 else parameter.grad.add_(gradient)  # type: ignore[union-attr]
        torch.nn.utils.clip_grad_norm_(self._parameters, self._recipe.max_norm)
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate()
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self.progress.step += 1
        return sum(losses)

    def _rate(self) -> float:
        return self._recipe.learning_rate * rate_factor(
            self.progress.n_examples / self._recipe.n_examples, self._recipe
        )

    def _log(self, entry: dict[str, object]) -> None:
        head = {
            "time": time.strftime("%H:%M:%S"),
            **{name: getattr(self.progress, name) for name in Progress.__slots__},
        }
        with (self._folder / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps({**head, **entry}) + "\n")


def _in_pieces(features: Sequence[Feature], size: int) -> list[list[Feature]]:
    """Return runs of about equal length, of about `size` windows, that part no group."""
    least = len(features) / -(-len(features) // size)
    pieces: list[list[Feature]] = []
    for group in in_groups(features):
        if pieces and len(pieces[-1]) + len(group) / 2 <= least:
            pieces[-1] += group
        else:
            pieces.append(group)
    return pieces


def rate_factor(done: float, recipe: Recipe) -> float:
    """Return the learning rate's factor when the share `done` of the run is over: up, level, down to 0."""
    rising = done / recipe.warm_up if recipe.warm_up else 1.0
    falling = (1.0 - done) / recipe.decay if recipe.decay else 1.0
    return max(0.0, min(1.0, rising, falling))
