"""PyTorch Lightning, reported by a callback, failures included."""

import sys

import torch
from lightning.pytorch import LightningModule, Trainer
from torch.utils.data import DataLoader, TensorDataset

from pulse_wrapper.lightning import PulseCallback


class Regression(LightningModule):
    """A linear model."""

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 1)

    def training_step(self, batch, index):
        """Give the loss; the callback takes it from here."""
        inputs, targets = batch
        return torch.nn.functional.mse_loss(self.layer(inputs), targets)

    def configure_optimizers(self):
        """Descend."""
        return torch.optim.SGD(self.parameters(), lr=0.05)


path = sys.argv[1] if len(sys.argv) > 1 else "status.json"
inputs = torch.randn(160, 4)
trainer = Trainer(
    max_epochs=3,
    callbacks=[PulseCallback(path)],
    accelerator="cpu",
    logger=False,
    enable_checkpointing=False,
)
trainer.fit(
    Regression(), DataLoader(TensorDataset(inputs, inputs.sum(1, keepdim=True)), batch_size=8)
)
