"""From optimizer steps to epochs: where a training limited in steps ends."""

from __future__ import annotations


def epochs_after(steps: float, batches: int, accumulation: int = 1) -> float:
    """Tell the epochs that so many optimizer steps make.

    A step takes `accumulation` batches; the last one of an epoch takes what is left. That is how
    the Hugging Face Trainer and Lightning count.

    Example:
        >>> epochs_after(5, batches=10)
        0.5
        >>> [round(epochs_after(steps, batches=10, accumulation=4), 2) for steps in range(5)]
        [0.0, 0.4, 0.8, 1.0, 1.4]

    Args:
        steps: Optimizer steps, 0 or more.
        batches: Batches of an epoch, 1 or more.
        accumulation: Batches of a step.
    """
    steps_per_epoch = -(-batches // accumulation)
    epochs, rest = divmod(steps, steps_per_epoch)
    return epochs + min(rest * accumulation, batches) / batches
