"""How launchers of ranks, frameworks, and libraries around them fail."""

from .ending import Ending, script

#: Two ranks, of which one fails while the other goes on.
_RANKS = """
import os, sys, time
if os.environ["RANK"] == "1":
    {failure}
time.sleep(60)
"""
#: What `torchrun` runs.
_LAUNCH = "python -m torch.distributed.run --standalone --nproc-per-node=2 train.py"


def _ranks(failure: str, command: str = _LAUNCH) -> Ending:
    return script(_RANKS.format(failure=failure), command, "torch")


_ACCELERATE = "python -m accelerate.commands.launch --cpu --num_processes=1 train.py"
_HYDRA = """
import hydra
@hydra.main(version_base=None, config_path=".", config_name="config")
def main(config):
    {body}
main()
"""


def _hydra(body: str, *overrides: str, config: str = "model: {}\n") -> Ending:
    text = _HYDRA.format(body=body).lstrip("\n")
    return Ending(
        " ".join(["python", "train.py", *overrides]),
        (("train.py", text), ("config.yaml", config)),
        ("hydra",),
    )


_DATA = """
import os, signal
from torch.utils.data import DataLoader, Dataset
class Data(Dataset):
    def __len__(self): return 4
    def __getitem__(self, index):
        {failure}
if __name__ == "__main__":
    for batch in DataLoader(Data(), num_workers=1):
        pass
"""
_SPAWN = """
import os, signal, torch.multiprocessing
def train(rank):
    if rank == 1:
        {failure}
if __name__ == "__main__":
    torch.multiprocessing.spawn(train, nprocs=2)
"""

ENDINGS = {
    "absl": script(
        """
from absl import app, flags
flags.DEFINE_float("lr", 0.1, "")
app.run(lambda _: None)
""",
        "python train.py --lr=x",
        "absl",
    ),
    "accelerate": script("raise ValueError('bad')\n", _ACCELERATE, "accelerate"),
    "accelerate-exit": script("import sys\nsys.exit('no data found')\n", _ACCELERATE, "accelerate"),
    "accelerate-killed": script(
        "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n", _ACCELERATE, "accelerate"
    ),
    "data-loader": script(_DATA.format(failure="return {}['label']"), "python train.py", "torch"),
    "data-loader-killed": script(
        _DATA.format(failure="os.kill(os.getpid(), signal.SIGKILL)"), "python train.py", "torch"
    ),
    "deepspeed": script(
        "raise ValueError('bad batch')\n", "deepspeed --num_gpus 2 train.py", "deepspeed"
    ),
    "gloo-peer": script(
        """
import os, torch, torch.distributed as dist
dist.init_process_group("gloo")
rank = dist.get_rank()
for step in range(3):
    if step == 2 and rank == 1:
        raise ValueError("bad batch")
    dist.all_reduce(torch.zeros(1))
""",
        _LAUNCH,
        "torch",
    ),
    "hydra": _hydra("raise ValueError('bad')"),
    "hydra-instantiate": _hydra(
        "hydra.utils.instantiate(config.model)",
        config="model: {_target_: builtins.int, _args_: [x]}\n",
    ),
    "hydra-missing-key": _hydra("config.lr"),
    "hydra-override": _hydra("pass", "lr=1"),
    "init-process-group": script(
        "import torch.distributed as dist\ndist.init_process_group('gloo')\n",
        "python train.py",
        "torch",
    ),
    "keras-bar-killed": script(
        """
import os, signal
import keras, numpy
class Kill(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 6: os.kill(os.getpid(), signal.SIGKILL)
model = keras.Sequential([keras.layers.Dense(1)])
model.compile("sgd", "mse")
inputs = numpy.ones((20, 4))
model.fit(inputs, inputs[:, :1], batch_size=2, epochs=3, callbacks=[Kill()])
""",
        "python train.py",
        "keras",
    ),
    "lightning": script(
        """
import torch, lightning.pytorch
from torch.utils.data import DataLoader
class Model(lightning.pytorch.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(1, 1)
    def training_step(self, batch, index):
        if index == 3: raise ValueError("bad")
        return self.layer(batch).mean()
    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), 0.1)
lightning.pytorch.Trainer(max_epochs=1, accelerator="cpu", logger=False).fit(
    Model(), DataLoader(torch.ones(8, 1)))
""",
        "python train.py",
        "lightning",
    ),
    "pydantic": script(
        """
import pydantic
class Config(pydantic.BaseModel):
    lr: float
Config(lr="fast")
""",
        "python train.py",
        "pydantic",
    ),
    "rich-bar": script(
        """
from rich.console import Console
from rich.progress import Progress
with Progress(console=Console(force_terminal=True)) as progress:
    task = progress.add_task("Epoch 1", total=10)
    progress.update(task, advance=3)
    progress.refresh()
    raise ValueError("bad")
""",
        "python train.py",
        "rich",
    ),
    "rich-traceback": script(
        "import rich.traceback\nrich.traceback.install()\nraise ValueError('bad')\n",
        "python train.py",
        "rich",
    ),
    "spawn": script(_SPAWN.format(failure="raise ValueError('bad')"), "python train.py", "torch"),
    "spawn-killed": script(
        _SPAWN.format(failure="os.kill(os.getpid(), signal.SIGKILL)"), "python train.py", "torch"
    ),
    "state-dict": script(
        """
import torch
torch.nn.Linear(4, 3).load_state_dict(torch.nn.Linear(4, 5).state_dict())
""",
        "python train.py",
        "torch",
    ),
    "torch-shapes": script(
        "import torch\ntorch.nn.Linear(5, 2)(torch.ones(4, 8))\n", "python train.py", "torch"
    ),
    "torchrun": _ranks("raise ValueError('bad batch')"),
    "torchrun-both": script("raise ValueError('bad batch')\n", _LAUNCH, "torch"),
    "torchrun-exit": _ranks("sys.exit('no data found')"),
    "torchrun-killed": _ranks("os.kill(os.getpid(), 9)"),
    "torchrun-record": script(
        """
import os, time
from torch.distributed.elastic.multiprocessing.errors import record
@record
def main():
    if os.environ["RANK"] == "1":
        raise ValueError("bad batch")
    time.sleep(60)
main()
""",
        _LAUNCH,
        "torch",
    ),
    "tqdm": script(
        """
from tqdm import tqdm
for step in tqdm(range(10)):
    if step == 3: raise ValueError("bad")
""",
        "python train.py",
        "tqdm",
    ),
    "transformers": script(
        "from transformers import AutoConfig\nAutoConfig.from_pretrained('no-such/model')\n",
        "python train.py",
        "transformers",
    ),
    "typer-option": script(
        """
import typer
def main(lr: float): pass
typer.run(main)
""",
        "python train.py x",
        "typer",
    ),
    "typer": script(
        """
import typer
def main(): raise ValueError("bad")
typer.run(main)
""",
        "python train.py",
        "typer",
    ),
}
