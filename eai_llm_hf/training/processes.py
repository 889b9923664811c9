"""What processes that train together must agree on, so that two of them learn what one with their crops would."""

import torch
from accelerate import PartialState
from accelerate.utils import reduce


def mean_over_batch(values: torch.Tensor, counted: torch.Tensor) -> torch.Tensor:
    """This process's part of a mean over the batch of all processes, which hold unequal numbers of counted values.

    Gradients and logged losses are averaged over processes. So each divides its sum by the mean count of a process;
    the average is then the sum of all values over the count of all, as in one process with the whole batch. In one
    process it is the plain mean. Every process must call it equally often.

    Args:
        values: Any shape, finite also where they do not count.
        counted: The same shape, bool.

    Returns:
        A scalar; 0 where nothing counts in any process.
    """
    processes = PartialState().num_processes
    count = counted.sum()
    if processes > 1:
        count = reduce(count, reduction="sum")
    return (values * counted).sum() * processes / count.clamp(min=1)


__all__ = ["mean_over_batch"]
