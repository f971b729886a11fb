import re
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from span_tiny import tiny_model, tiny_tokenizer, tiny_tokenizer_with_wide_frame
from test_span_plan import plan, source

from qa_service.reading.training.distill import TaughtPlan, distillation_loss, label_rounds
from qa_service.reading.training.features import Feature, Item, build_features, collate
from qa_service.reading.training.loop import span_loss
from qa_service.reading.training.plan import Mixture
from qa_service.reading.training.span_model import SpanModel
from qa_service.reading.windows import Source, WindowCutter

MIXTURE = Mixture({"a": 1})


def labelled(folder: Path, n_rounds: int) -> TaughtPlan:
    label_rounds(lambda: tiny_model(1).eval(), plan(MIXTURE, source("a", 9)), n_rounds, folder)
    return TaughtPlan(plan(MIXTURE, source("a", 9)), [folder])


def test_every_feature_carries_the_teachers_logits_for_its_tokens(tmp_path: Path) -> None:
    teacher = tiny_model(1).eval()
    for batch in labelled(tmp_path, 1).batches(0):
        for feature in batch:
            assert feature.teacher is not None
            tensors = collate([feature], 0)
            with torch.no_grad():
                starts, ends = teacher(tensors.ids, tensors.mask, tensors.type_ids)
            first = feature.window.first
            tokens = [0, *range(first, first + len(feature.window.offsets))]
            wanted = torch.stack([starts[0, tokens], ends[0, tokens]])
            torch.testing.assert_close(torch.from_numpy(feature.teacher).float(), wanted, atol=2e-3, rtol=0)


def test_labelled_rounds_come_again_in_another_order(tmp_path: Path) -> None:
    stream = labelled(tmp_path, 2)

    def ids(number: int) -> list[tuple[int, ...]]:
        return [feature.window.ids for batch in stream.batches(number) for feature in batch]

    assert sorted(ids(0)) == sorted(ids(2))
    assert sorted(ids(0)) != sorted(ids(1))
    assert ids(0) != ids(2)


def test_a_labelled_round_is_not_labelled_again(tmp_path: Path) -> None:
    labelled(tmp_path, 1)
    before = (tmp_path / "round-00000.npz").stat().st_mtime_ns
    labelled(tmp_path, 2)
    assert (tmp_path / "round-00000.npz").stat().st_mtime_ns == before
    assert (tmp_path / "round-00001.npz").exists()


def test_a_teacher_whose_labels_are_all_written_is_not_loaded(tmp_path: Path) -> None:
    labelled(tmp_path, 1)

    def load() -> SpanModel:
        raise AssertionError("the teacher was loaded for nothing")

    label_rounds(load, plan(MIXTURE, source("a", 9)), 1, tmp_path)


def test_labels_for_other_windows_are_refused(tmp_path: Path) -> None:
    labelled(tmp_path, 1)
    other = TaughtPlan(plan(Mixture({"a": 1}, unanswerable=1, kinds=(0, 1, 0)), source("a", 9)), [tmp_path])
    with pytest.raises(ValueError, match=re.escape("round-00000.npz was labelled for other windows")):
        other.batches(0)


def test_several_teachers_are_learned_from_in_the_mean(tmp_path: Path) -> None:
    folders = [tmp_path / "first", tmp_path / "second"]
    for seed, folder in enumerate(folders):
        label_rounds(partial(tiny_model, seed), plan(MIXTURE, source("a", 9)), 1, folder)
    first, second, both = (
        [feature.teacher for batch in TaughtPlan(plan(MIXTURE, source("a", 9)), few).batches(0) for feature in batch]
        for few in ([folders[0]], [folders[1]], folders)
    )
    for one, other, mean in zip(first, second, both, strict=True):
        assert one is not None
        assert other is not None
        assert abs(one - other).max() > 0.01
        np.testing.assert_allclose(mean, (one + other) / 2, atol=2e-3)


def test_a_folder_without_labels_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="run label_rounds first"):
        TaughtPlan(plan(MIXTURE, source("a", 9)), [tmp_path])


def one_feature() -> Feature:
    [feature] = build_features([Item(Source("who ?", "in tokyo"), ())], WindowCutter(tiny_tokenizer()))
    return feature


def test_a_student_that_agrees_with_its_teacher_diverges_by_nothing() -> None:
    feature = one_feature()
    batch = collate([feature], 0)
    logits = torch.tensor([[1.0, 0, 0, 0, 2.0, 3.0, 0]])
    taught = Feature(feature.window, {0: 1.0}, {0: 1.0}, teacher=logits[:, [0, 4, 5]].repeat(2, 1).half().numpy())
    loss = distillation_loss(share=1.0, temperature=2.0)
    assert loss(logits, logits, batch, [taught]).item() == pytest.approx(0.0, abs=1e-4)
    assert loss(logits.flip(1), logits, batch, [taught]).item() > 0.1


def test_with_no_share_for_the_teacher_only_the_annotators_count() -> None:
    feature = one_feature()
    batch = collate([feature], 0)
    taught = Feature(feature.window, {0: 1.0}, {0: 1.0}, teacher=torch.rand(2, 3).half().numpy())
    starts, ends = torch.rand(1, 7), torch.rand(1, 7)
    loss = distillation_loss(share=0.0, temperature=2.0)(starts, ends, batch, [taught])
    assert loss.item() == pytest.approx(span_loss(starts, ends, batch, [taught]).item())


def test_models_that_frame_differently_see_the_same_tokens_when_room_is_made_for_the_frame() -> None:
    sources = [Source("who ?", " ".join("abcdefghij"), "tokyo")]
    narrow_cutter = WindowCutter(tiny_tokenizer(), max_tokens=12, overlap=2)
    wide_cutter = WindowCutter(tiny_tokenizer_with_wide_frame(), max_tokens=13, overlap=2)
    narrow_windows, wide_windows = narrow_cutter.cut(sources), wide_cutter.cut(sources)
    assert narrow_cutter.room == wide_cutter.room == 9
    assert [window.offsets for window in narrow_windows] == [window.offsets for window in wide_windows]
