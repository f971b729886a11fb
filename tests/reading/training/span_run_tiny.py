"""A whole training run in a process of its own, to be killed; arguments: folder, number of examples, seconds a step."""

import sys
import time
from pathlib import Path

import torch
from span_tiny import tiny_model, tiny_tokenizer
from test_span_plan import plan, source
from torch import Tensor

from qa_service.reading.training.features import Batch, Feature
from qa_service.reading.training.loop import Recipe, Trainer, span_loss
from qa_service.reading.training.plan import Mixture
from qa_service.reading.training.span_model import SpanModel
from qa_service.reading.windows import WindowCutter


def train(folder: Path, n_examples: int, pause_s: float = 0.0, n_threads: int = 2, stop_after: int = 0) -> SpanModel:
    torch.set_num_threads(1)

    def slow_loss(starts: Tensor, ends: Tensor, batch: Batch, features: list[Feature]) -> Tensor:
        time.sleep(pause_s)
        if trainer.progress.step + 1 == stop_after:
            trainer.stop()
        return span_loss(starts, ends, batch, features)

    model = tiny_model()
    trainer = Trainer(
        model,
        plan(Mixture({"a": 1}), source("a", 12)),
        Recipe(n_examples, 0.01, n_threads=n_threads, piece_size=2, checkpoint_s=0.2, evaluate_every=10**9),
        folder=folder,
        pad_id=WindowCutter(tiny_tokenizer()).pad_id,
        evaluate=lambda _: {},
        loss=slow_loss,  # type: ignore[arg-type]
    )
    trainer.resume()
    trainer.run()
    return model


if __name__ == "__main__":
    train(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
