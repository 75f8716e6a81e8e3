"""Weights averaged over the last steps: smoother than any one step's, and often better."""

from __future__ import annotations

from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn


def averaged(network: nn.Module, memory: float) -> AveragedModel:
    """A copy of `network` whose `update_parameters(network)` moves its weights by 1 - `memory` of the way; the first
    call takes them over, and so does every call the buffers (B. T. Polyak, A. B. Juditsky, doi:10.1137/0330046)."""
    copy = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(memory))  # type: ignore[no-untyped-call]
    copy.eval()
    return copy
