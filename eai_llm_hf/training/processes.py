"""Losses over several processes, so that two processes learn what one would learn from the crops of both."""

import torch
from accelerate import PartialState
from accelerate.utils import reduce


def mean_over_batch(values: torch.Tensor, counted: torch.Tensor) -> torch.Tensor:
    """This process's share of a masked mean over the batches of all processes.

    Gradients and logged losses are averaged over processes, which may have unequal numbers of counted values. So each
    process divides its sum by the mean count of a process. The average is then the sum of all values divided by the
    count of all, as in one process with the whole batch. With one process this is the plain mean. All processes must
    call this function equally often.

    Args:
        values: Any shape, finite also where they are not counted.
        counted: The same shape, bool.

    Returns:
        A scalar; 0 if no process has a counted value.
    """
    processes = PartialState().num_processes
    count = counted.sum()
    if processes > 1:
        count = reduce(count, reduction="sum")
    return (values * counted).sum() * processes / count.clamp(min=1)


def sum_over_processes(values: torch.Tensor) -> torch.Tensor:
    """The sum of a tensor over all processes, the same in each."""
    return reduce(values, reduction="sum") if PartialState().num_processes > 1 else values


__all__ = ["mean_over_batch", "sum_over_processes"]
