"""A loop of one's own in PyTorch, reported by a block around it.

Under torchrun each rank runs it, and rank 0 reports.
"""

import sys

import torch

import pulse_wrapper

EPOCHS, BATCHES = 3, 20

torch.manual_seed(1)
model = torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.ReLU(), torch.nn.Linear(16, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)

path = sys.argv[1] if len(sys.argv) > 1 else "status.json"
with pulse_wrapper.training(path, total_epochs=EPOCHS) as run:
    for epoch in range(EPOCHS):
        for batch in range(BATCHES):
            inputs = torch.randn(32, 4)
            loss = torch.nn.functional.mse_loss(model(inputs), inputs.prod(1, keepdim=True))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            # The loss as it is: it is read only when it gets written.
            run.update(epoch=epoch + (batch + 1) / BATCHES, loss=loss)
