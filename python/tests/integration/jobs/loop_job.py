"""A loop of one's own in PyTorch on two ranks, and one of them may fail."""

from __future__ import annotations

import json
import os
import sys
import time

import torch
import torch.distributed as dist

import pulse_wrapper


def train(
    path: str, output: str, *, fail_at: int | None = None, fail_rank: int = 0, pause: float = 0.0
) -> None:
    """Average the gradients of two ranks, in 10 batches an epoch."""
    dist.init_process_group("gloo")
    torch.manual_seed(1)
    model = torch.nn.Linear(4, 1)
    with pulse_wrapper.training(path, total_epochs=3, interval=0) as run:
        for step in range(30):
            time.sleep(pause)
            if step == fail_at and os.environ["RANK"] == str(fail_rank):
                raise RuntimeError("out of memory, as asked")
            inputs = torch.randn(8, 4)
            loss = torch.nn.functional.mse_loss(model(inputs), inputs.sum(1, keepdim=True))
            model.zero_grad()
            loss.backward()
            for weight in model.parameters():
                dist.all_reduce(weight.grad)
                weight.data -= 0.01 * weight.grad
            run.update(epoch=(step + 1) / 10, loss=loss)
    dist.destroy_process_group()


def train_spawned(rank: int, path: str, port: int) -> None:
    """One rank of `mp.spawn`, which sets no variable."""
    os.environ.pop("RANK", None)
    with pulse_wrapper.training(path, total_epochs=6, interval=0) as run:
        dist.init_process_group("gloo", f"tcp://127.0.0.1:{port}", world_size=2, rank=rank)
        # The second rank ends long before the first.
        for epoch in range(6 if rank == 0 else 3):
            run.update(epoch=epoch + 1, loss=1 / (epoch + 1) + rank, message=f"rank {rank}")
        dist.barrier()
        dist.destroy_process_group()


if __name__ == "__main__":
    train(**json.loads(sys.argv[1]))
