import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import span_run_tiny
import torch
from span_run_tiny import train

from qa_service.reading.training.loop import Recipe, masked_log_softmax, rate_factor
from qa_service.reading.training.span_model import SpanModel

pytestmark = pytest.mark.slow


def losses(folder: Path) -> dict[int, float]:
    """Loss by step; a step that was repeated after a cut counts as last logged."""
    entries = map(json.loads, (folder / "log.jsonl").read_text().splitlines())
    return {entry["step"]: entry["loss"] for entry in entries if entry["event"] == "step"}


def same_weights(a: SpanModel, b: SpanModel) -> bool:
    pairs = zip(a.state_dict().values(), b.state_dict().values(), strict=True)
    return all(torch.equal(x, y) for x, y in pairs)


def test_a_killed_run_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    whole = train(tmp_path / "whole", 96)
    cut = tmp_path / "cut"
    process = subprocess.Popen([sys.executable, span_run_tiny.__file__, str(cut), "96", "0.1"])
    while not (cut / "checkpoint.pt").exists():
        assert process.poll() is None
        time.sleep(0.05)
    time.sleep(0.4)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert 0 < max(losses(cut)) < max(losses(tmp_path / "whole"))
    resumed = train(cut, 96)
    assert losses(cut) == losses(tmp_path / "whole")
    assert same_weights(resumed, whole)


def test_the_result_does_not_depend_on_the_number_of_threads(tmp_path: Path) -> None:
    assert same_weights(train(tmp_path / "one", 32, n_threads=1), train(tmp_path / "two", 32, n_threads=2))


def test_a_stopped_run_saves_where_it_is_and_goes_on_from_there(tmp_path: Path) -> None:
    whole = train(tmp_path / "whole", 48)
    train(tmp_path / "cut", 48, stop_after=2)
    assert list(losses(tmp_path / "cut")) == [1, 2]
    assert same_weights(train(tmp_path / "cut", 48), whole)


def test_a_torn_checkpoint_falls_back_to_the_one_before(tmp_path: Path) -> None:
    whole = train(tmp_path / "whole", 48)
    train(tmp_path / "cut", 48)
    newest = tmp_path / "cut" / "checkpoint.pt"
    newest.replace(tmp_path / "cut" / "previous.pt")
    newest.write_bytes((tmp_path / "cut" / "previous.pt").read_bytes()[:1000])
    assert same_weights(train(tmp_path / "cut", 48), whole)


def test_training_lowers_the_loss(tmp_path: Path) -> None:
    train(tmp_path, 240)
    curve = list(losses(tmp_path).values())
    assert sum(curve[-8:]) < 0.6 * sum(curve[:8])


@pytest.mark.parametrize(("done", "factor"), [(0.0, 0.0), (0.05, 0.5), (0.1, 1.0), (0.6, 1.0), (0.8, 0.5), (1.0, 0.0)])
def test_the_rate_rises_stays_and_falls(done: float, factor: float) -> None:
    assert rate_factor(done, Recipe(100, 1.0, warm_up=0.1, decay=0.4)) == pytest.approx(factor)


def test_tokens_that_are_not_allowed_get_no_probability() -> None:
    allowed = torch.tensor([[True, False, True]])
    probabilities = masked_log_softmax(torch.tensor([[1.0, 9.0, 1.0]]), allowed).exp()
    assert probabilities.tolist() == [[0.5, 0.0, 0.5]]
