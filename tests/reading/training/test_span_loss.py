import math

import pytest
import torch
from span_tiny import tiny_tokenizer
from torch import Tensor

from qa_service.reading.training.examples import GoldAnswer
from qa_service.reading.training.features import Item, build_features, collate
from qa_service.reading.training.loop import span_loss
from qa_service.reading.windows import Source, WindowCutter

# [CLS] who ? [SEP] and two words of the passage; null is token 0.
RIGHT = Item(Source("who ?", "tokyo in"), (GoldAnswer("tokyo", 0),))
OTHER = Source("who ?", "in xyz")


def loss_of(items: list[Item], logits: Tensor) -> float:
    cutter = WindowCutter(tiny_tokenizer())
    features = build_features(items, cutter)
    batch = collate(features, cutter.pad_id)
    padded = torch.zeros(batch.ids.shape)
    padded[:, : logits.shape[1]] = logits
    return float(span_loss(padded, padded, batch, features))


def row(null: float, first: float, second: float = -20.0) -> list[float]:
    return [null, 0.0, 0.0, 0.0, first, second]


def test_alone_a_span_competes_with_the_null_score_of_its_window() -> None:
    assert loss_of([RIGHT], torch.tensor([row(0.0, 0.0)])) == pytest.approx(math.log(2), abs=1e-4)


def test_beside_another_it_competes_with_the_spans_over_there_as_well() -> None:
    sure_alone = [RIGHT, Item(OTHER, ())]
    beside = [RIGHT, Item(OTHER, (), is_beside=True)]
    level, below = torch.tensor([row(-20, 5.0), row(20, 5.0)]), torch.tensor([row(-20, 5.0), row(20, -9.0)])
    assert loss_of(sure_alone, level) == pytest.approx(0.0, abs=1e-4)
    assert loss_of(beside, level) == pytest.approx(math.log(2), abs=0.01)
    assert loss_of(beside, below) == pytest.approx(0.0, abs=0.01)


def test_a_window_beside_another_weighs_less_by_itself() -> None:
    wrongly_sure = torch.tensor([row(-20, 30.0), row(-20, 3.0)])
    alone = loss_of([RIGHT, Item(OTHER, ())], wrongly_sure)
    beside = loss_of([RIGHT, Item(OTHER, (), is_beside=True)], wrongly_sure)
    assert alone == pytest.approx(23.0, abs=0.1)
    assert beside == pytest.approx(0.15 * alone, rel=0.01)
