"""What the methods minimise has the published form."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from degrade.train.batches import Batch  # noqa: E402
from degrade.train.methods import create_method  # noqa: E402
from degrade.train.settings import Settings  # noqa: E402

Asked = Callable[..., dict[str, Any]]
LN2 = math.log(2)


class Scaled(torch.nn.Module):  # type: ignore[misc, name-defined]
    """Half of what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.tensor(0.5))

    def forward(self, pictures: Any) -> Any:
        return pictures * self.weight


class Undecided(torch.nn.Module):  # type: ignore[misc, name-defined]
    """A discriminator whose logits are 0."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.tensor(0.0))

    def forward(self, *pictures: Any) -> Any:
        return pictures[0] * self.weight


def stepped(method: Any, batch: Batch) -> tuple[dict[str, float], dict[str, float]]:
    """(what a step gives, what each optimiser was to minimise)."""
    minimised: dict[str, float] = {}
    given = method.step(batch, lambda name, loss: minimised.update({name: float(loss.detach())}))
    return {name: float(value) for name, value in given.items()}, minimised


def ones() -> Any:
    return torch.ones(2, 3, 8, 8)


def test_pix2pix(asked: Asked) -> None:
    method = create_method(Settings.of(asked("pix2pix_generator")), "rgb")
    method.networks["model"] = method.running["model"] = Scaled()
    method.networks["discriminator"] = method.running["discriminator"] = Undecided()
    losses, minimised = stepped(method, Batch(["a", "b"], ones(), ones() * 0.75, None, []))
    assert losses["l1"] == pytest.approx(2 * 0.25)
    assert minimised["model"] == losses["loss"] == pytest.approx(LN2 + 100 * 0.5)
    assert minimised["discriminator"] == pytest.approx(2 * LN2)


def test_cyclegan(asked: Asked) -> None:
    method: Any = create_method(Settings.of(asked("cyclegan")), "rgb")
    for side in ("clean", "degraded"):
        for name, stub in ((f"to_{side}", Scaled()), (f"judge_{side}", Undecided())):
            setattr(method.network, name, stub)
            method.running[name] = stub
    losses, minimised = stepped(method, Batch(["a", "b"], ones(), ones(), None, []))
    assert losses["cycle"] == pytest.approx(2 * (1 - 0.25) * 2)
    assert losses["identity"] == pytest.approx(2 * (1 - 0.5) * 2)
    assert minimised["generators"] == losses["loss"] == pytest.approx(2 * LN2 + 8 * 3 + 0.5 * 2)
    assert minimised["discriminators"] == pytest.approx(2 * LN2)


def test_cyclegan_has_no_identity_term_unless_it_is_asked_for(asked: Asked) -> None:
    method = create_method(Settings.of(asked("cyclegan", {"identity": 0})), "rgb")
    losses, _ = stepped(method, Batch(["a"] * 2, *torch.rand(2, 2, 3, 32, 32), None, []))
    assert "identity" not in losses
    assert losses["loss"] == pytest.approx(losses["deceit"] + 8 * losses["cycle"], rel=1e-5)


def a_batch(real: list[bool]) -> Batch:
    torch.manual_seed(3)
    degraded, clean = torch.rand(2, len(real), 3, 32, 32)
    return Batch(["k"] * len(real), degraded, clean, (degraded[:, :1] > 0.9).float(), [], torch.tensor(real))


def test_the_autoencoders(asked: Asked) -> None:
    method: Any = create_method(Settings.of(asked("triplet_vae")), "rgb")
    batch = a_batch([True, False])
    losses, minimised = stepped(method, batch)
    for side, given in (("degraded", batch.degraded), ("clean", batch.clean)):
        terms = {name: losses[f"{side}_{name}"] for name in ("deceit", "features", "divergence", "l1")}
        expected = terms["deceit"] + 10 * terms["features"] + terms["divergence"] + 10 * terms["l1"]
        expected += losses["degraded_aligned"] if side == "degraded" else 0
        assert minimised[side] == pytest.approx(expected, rel=1e-5)
        codes = getattr(method.network, side).encode(given)
        assert terms["divergence"] == pytest.approx(float(codes.square().mean().detach()), rel=1e-5)
    judge, codes = method.networks["judge_codes"], method.network.degraded.encode(batch.degraded)
    real, made = (judge(codes[n : n + 1])[0][-1] for n in (0, 1))
    assert losses["degraded_aligned"] == pytest.approx(float((real - 1).square().mean().detach()), rel=1e-4)
    told = (real.square().mean() + (made - 1).square().mean()) / 2
    assert minimised["judge_codes"] == pytest.approx(float(told.detach()), rel=1e-4)


@pytest.mark.parametrize("real", [[True, True], [False, False]])
def test_a_batch_of_one_kind_alone_teaches_what_it_can(asked: Asked, real: list[bool]) -> None:
    method = create_method(Settings.of(asked("triplet_vae")), "rgb")
    losses, minimised = stepped(method, a_batch(real))
    assert set(minimised) == set(method.optimisers)
    assert all(math.isfinite(value) for value in losses.values())
    assert (losses["degraded_aligned"] > 0) is real[0]
    alone = a_batch(real)
    assert all(
        math.isfinite(v) for v in stepped(method, Batch(alone.keys, alone.degraded, alone.clean, None, []))[1].values()
    )


@pytest.mark.parametrize("non_local", [False, True])
def test_the_mapping(asked: Asked, non_local: bool) -> None:
    method: Any = create_method(Settings.of(asked("triplet_mapping", {"non_local": non_local})), "rgb")
    method.train()
    batch = a_batch([False, False])
    losses, minimised = stepped(method, batch)
    assert minimised["mapping"] == losses["loss"]
    expected = losses["deceit"] + 10 * losses["features"] + 60 * losses["codes"]
    assert losses["loss"] == pytest.approx(expected, rel=1e-5)
    network = method.network
    with torch.no_grad():
        codes = network.mapped_codes(network.degraded.encode(batch.degraded), batch.mask)
        apart = (codes - network.clean.encode(batch.clean)).abs().mean()
    assert losses["codes"] == pytest.approx(float(apart), rel=1e-5)
    assert (network.degraded.training, network.clean.training, network.mapping.training) == (False, False, True)
    with torch.no_grad():
        filled, plain = method.predict(batch, network), network(batch.degraded)
    assert torch.equal(filled, plain) is not non_local
