import torch
from span_tiny import tiny_model
from torch import Tensor

from qa_service.reading.training.features import Batch
from qa_service.reading.training.smoothing import FACTOR, smoothed
from qa_service.reading.training.span_model import SpanModel


def batch(seed: int) -> Batch:
    ids = torch.randint(1, 100, (3, 11), generator=torch.Generator().manual_seed(seed))
    return Batch(ids, torch.ones_like(ids), 0 * ids, *[torch.empty(0)] * 4)


def logits(model: SpanModel, of: Batch) -> Tensor:
    with torch.no_grad():
        return torch.cat(model.eval()(of.ids, of.mask, of.type_ids))


def test_a_smoothed_model_computes_the_same_and_the_model_stays_as_it_was() -> None:
    model = tiny_model(seed=0)
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    other = smoothed(model, [batch(1), batch(2)])
    torch.testing.assert_close(logits(other, batch(3)), logits(model, batch(3)), atol=1e-5, rtol=1e-4)
    assert all(torch.equal(weight, before[name]) for name, weight in model.state_dict().items())


def test_channels_of_a_layers_input_become_more_alike() -> None:
    model = tiny_model(seed=0)
    layer = model.encoder.encoder.layer[0].output.dense  # type: ignore[union-attr, index]
    peaks: list[Tensor] = []
    layer.register_forward_pre_hook(lambda _layer, inputs: peaks.append(inputs[0].abs().amax((0, 1))))
    logits(model, batch(1))
    other = smoothed(model, [batch(1)])
    factor = getattr(other.encoder.encoder.layer[0].output.dense, FACTOR)  # type: ignore[union-attr, index]
    spread = (peaks[0] * factor).max() / (peaks[0] * factor).median()
    assert spread < peaks[0].max() / peaks[0].median()
