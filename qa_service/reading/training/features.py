"""Sampled items to the tensors of a batch: windows with soft start and end targets."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from qa_service.reading.training.examples import GoldAnswer
from qa_service.reading.windows import Source, Window, WindowCutter

TeacherLogits = Annotated[NDArray[np.float16], "(2, 1 + n passage tokens): start and end logits, null first"]


@dataclass(frozen=True, slots=True)
class Item:
    """One training case. `answers` is empty when the passage holds none.

    Attributes:
        is_beside: Whether it is the question of the item before it, over another passage.
    """

    source: Source
    answers: tuple[GoldAnswer, ...]
    is_beside: bool = False


@dataclass(frozen=True, slots=True)
class Feature:
    """A window and the share of annotators that start, and end, at each token; token 0 stands for no answer.

    Attributes:
        is_beside: As of the item. A window with those that follow it and are beside it is a group, never parted.
        teacher: What a larger model made of the same window, where one was asked.
    """

    window: Window
    start_targets: dict[int, float]
    end_targets: dict[int, float]
    is_beside: bool = False
    teacher: TeacherLogits | None = field(default=None, compare=False)

    def __len__(self) -> int:
        return len(self.window.ids)


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors of shape (n windows, n tokens). `starts` and `ends`: tokens that may begin or end a span, and 0."""

    ids: Tensor
    mask: Tensor
    type_ids: Tensor
    starts: Tensor
    ends: Tensor
    start_targets: Tensor
    end_targets: Tensor


def build_features(items: Sequence[Item], cutter: WindowCutter) -> list[Feature]:
    """Return one feature per item: the window that holds most of its answers, the first one when there are none."""
    by_item: dict[int, list[Window]] = defaultdict(list)
    for window in cutter.cut([item.source for item in items]):
        by_item[window.source].append(window)
    features = []
    for number, windows in sorted(by_item.items()):
        marked = [_feature(window, items[number]) for window in windows]
        features.append(max(marked, key=lambda feature: 1.0 - feature.start_targets.get(0, 0.0)))
    return features


def collate(features: Sequence[Feature], pad_id: int) -> Batch:
    """Return the features as tensors, padded to the longest."""
    shape = (len(features), max(map(len, features)))
    ids = torch.full(shape, pad_id)
    mask, type_ids = torch.zeros(shape, dtype=torch.long), torch.zeros(shape, dtype=torch.long)
    starts, ends = torch.zeros(shape, dtype=torch.bool), torch.zeros(shape, dtype=torch.bool)
    start_targets, end_targets = torch.zeros(shape), torch.zeros(shape)
    for row, feature in enumerate(features):
        window = feature.window
        n, tokens = len(window.ids), slice(window.first, window.first + len(window.offsets))
        ids[row, :n] = torch.tensor(window.ids)
        type_ids[row, :n] = torch.tensor(window.type_ids)
        mask[row, :n] = 1
        starts[row, tokens] = torch.tensor(window.starts)
        ends[row, tokens] = torch.tensor(window.ends)
        starts[row, 0] = ends[row, 0] = True
        for targets, shares in ((start_targets, feature.start_targets), (end_targets, feature.end_targets)):
            for token, share in shares.items():
                targets[row, token] = share
    return Batch(ids, mask, type_ids, starts, ends, start_targets, end_targets)


def in_groups(features: Sequence[Feature]) -> list[list[Feature]]:
    """Return each window with those beside it."""
    groups: list[list[Feature]] = []
    for feature in features:
        if feature.is_beside and groups:
            groups[-1].append(feature)
        else:
            groups.append([feature])
    return groups


def _feature(window: Window, item: Item) -> Feature:
    places = [_place(window, answer) for answer in item.answers] or [None]
    starts = Counter(place[0] if place else 0 for place in places)
    ends = Counter(place[1] if place else 0 for place in places)
    n = len(places)
    shares = [{token: count / n for token, count in counts.items()} for counts in (starts, ends)]
    return Feature(window, shares[0], shares[1], item.is_beside)


def _place(window: Window, answer: GoldAnswer) -> tuple[int, int] | None:
    """Return the first and last token of the answer, widened to whole words; None when it isn't all in the window."""
    begin, end = answer.start, answer.start + len(answer.text)
    tokens = [number for number, (start, stop) in enumerate(window.offsets) if start < end and begin < stop]
    if not tokens or window.offsets[tokens[0]][0] > begin or window.offsets[tokens[-1]][1] < end:
        return None
    first = next((n for n in range(tokens[0], -1, -1) if window.starts[n]), None)
    last = next((n for n in range(tokens[-1], len(window.offsets)) if window.ends[n]), None)
    return None if first is None or last is None else (window.first + first, window.first + last)
