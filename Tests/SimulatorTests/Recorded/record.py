"""Records what real trainers write, each document with the time at which it came.

usage: record.py [NAME…], with a Python that has the frameworks (`python/run-integrations` makes
one); all recordings that it has the frameworks for, unless some are named. Each is a line a
document: when it came, which process and which run it is of, and what it says. Nothing is made up:
the jobs train, are killed with SIGKILL, fail with an exception, and go on from their checkpoints.
"""

from __future__ import annotations

import importlib.util
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
from typing import Any

_HERE = pathlib.Path(__file__).parent
_ROOT = _HERE.parents[2]
_JOBS = _ROOT / "python" / "tests" / "integration" / "jobs"
_BINARY = os.environ.get("PULSE_BINARY") or str(_ROOT / ".build" / "debug" / "pulse")
_PAUSE = 0.05

#: A loop of one's own, which keeps its weights and where it was.
_LOOP = """
import json, sys, time, torch, pulse_wrapper
options = json.loads(sys.argv[1])
torch.manual_seed(1)
model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
step = 0
if options["resume"]:
    state = torch.load(options["resume"])
    model.load_state_dict(state["model"])
    step = state["step"]
epochs = options["epochs"]
with pulse_wrapper.training(
    options["path"], total_epochs=epochs, epoch=step / 10, interval=0
) as run:
    while step < epochs * 10:
        time.sleep(options["pause"])
        if step == options["fail_at"]:
            raise RuntimeError("out of memory, as asked")
        inputs = torch.randn(8, 4)
        loss = torch.nn.functional.mse_loss(model(inputs), inputs.sum(1, keepdim=True))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
        if step % 5 == 0:
            torch.save({"model": model.state_dict(), "step": step}, options["output"] + ".pt")
        run.update(epoch=step / 10, loss=loss)
"""

#: A script that knows nothing of Pulse, under `pulse run`.
_PLAIN = """
import json, os, pathlib, sys
options = json.loads(sys.argv[1])
pathlib.Path(options["output"] + ".pid").write_text(str(os.getpid()))
sys.path.insert(0, options["jobs"])
import plain_trainer_job as job

class Trainer(job.Trainer):
    def train(self):
        return super().train(resume_from_checkpoint=options["resume"])

job.Trainer = Trainer
job.main(
    pause=options["pause"], output_dir=options["output"], save_strategy="steps", save_steps=8,
    disable_tqdm=True,
)
"""


def _loop(**options: Any) -> dict[str, Any]:
    return {"script": _LOOP, "resume": None, "fail_at": None, "epochs": 3, **options}


def _plain(**options: Any) -> dict[str, Any]:
    # transformers reports by itself every few seconds only.
    return {"script": _PLAIN, "resume": None, "pause": 1.0, **options}


def _steps(job: str, **options: Any) -> dict[str, Any]:
    """A job of the Trainer's that keeps a checkpoint every five steps."""
    return {"job": job, "save_strategy": "steps", "save_steps": 5, **options}


_LIGHTNING = {"job": "lightning", "enable_checkpointing": True}

#: Processes, one after the other: `kill_at` an epoch; `new` for one that begins another run.
#: `resume` names the checkpoint below the folder of the first.
RECORDINGS: dict[str, list[dict[str, Any]]] = {
    "loop-killed-resumed": [_loop(kill_at=1.3), _loop(resume="output.pt")],
    "loop-failed-rerun": [_loop(fail_at=14), _loop(new=True)],
    "loop-extended": [_loop(epochs=1), _loop(epochs=2, resume="output.pt")],
    "transformers-killed-resumed": [
        _steps("transformers", kill_at=1.3),
        _steps("transformers", resume="output/checkpoint-10"),
    ],
    "transformers-failed-resumed": [
        _steps("transformers", fail_at=18),
        _steps("transformers", resume="output/checkpoint-15"),
    ],
    "transformers-killed-rerun": [
        {"job": "transformers", "kill_at": 0.8},
        {"job": "transformers", "new": True},
    ],
    "lightning-killed-resumed": [
        {**_LIGHTNING, "kill_at": 1.4},
        {**_LIGHTNING, "resume": "output/checkpoints/epoch=0-step=10.ckpt"},
    ],
    "lightning-failed-resumed": [
        {**_LIGHTNING, "fail_at": 25},
        {**_LIGHTNING, "resume": "output/checkpoints/epoch=1-step=20.ckpt"},
    ],
    "keras-failed-rerun": [{"job": "keras", "fail_at": 15}, {"job": "keras", "new": True}],
    "keras-killed-continued": [
        {"job": "keras", "kill_at": 1.4},
        {"job": "keras", "initial_epoch": 1},
    ],
    "transformers-pulse-run-resumed": [
        _plain(kill_at=2.2, pause=2.0),
        _plain(resume="output/checkpoint-32", pause=2.0),
    ],
    "transformers-pulse-run-quick": [
        _plain(kill_at=2.2),
        _plain(resume="output/checkpoint-32"),
    ],
    "transformers-pulse-run-rerun": [_plain(kill_at=0.6), _plain(new=True)],
    "llamafactory-killed-resumed": [
        _steps("llamafactory", kill_at=1.3),
        _steps("llamafactory", resume_from_checkpoint="output/checkpoint-10"),
    ],
    "llamafactory-failed-resumed": [
        _steps("llamafactory", fail_at=18),
        _steps("llamafactory", resume_from_checkpoint="output/checkpoint-15"),
    ],
}


class Recorder:
    """Watches a status file closer than any trainer writes it."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.path = folder / "status.json"
        self.start = time.monotonic()
        self.lines: list[dict[str, Any]] = []
        self.last = b""

    def see(self, process: int, run: int) -> None:
        try:
            document = self.path.read_bytes()
        except FileNotFoundError:
            return
        if document == self.last:
            return
        self.last = document
        self.lines.append(
            {
                "at": round(time.monotonic() - self.start, 3),
                "process": process,
                "run": run,
                "document": json.loads(document),
            }
        )

    def run(self, process: int, run: int, options: dict[str, Any]) -> None:
        options = {key: value for key, value in options.items() if key != "new"}
        job, script = options.pop("job", None), options.pop("script", None)
        kill_at = options.pop("kill_at", None)
        for key in ("resume", "resume_from_checkpoint"):
            if options.get(key):
                options[key] = str(self.folder / options[key])
        folder = {"path": str(self.path), "output": str(self.folder / "output")}
        options = {"pause": _PAUSE, **options, **folder}
        command = [sys.executable, *(["-c", script] if script else [str(_JOBS / f"{job}_job.py")])]
        is_run = script == _PLAIN
        if is_run:
            options["jobs"] = str(_JOBS)
            command = [_BINARY, "run", "--status-file", str(self.path), "--", *command]
        child = subprocess.Popen(
            [*command, json.dumps(options)],
            env={
                **os.environ,
                "PYTHONPATH": str(_ROOT / "python" / "src"),
                "KERAS_BACKEND": "torch",
                "OMP_NUM_THREADS": "1",
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        is_killed = False
        while child.poll() is None:
            self.see(process, run)
            if kill_at and self.lines and self.lines[-1]["process"] == process:
                if self.lines[-1]["document"]["epoch"] >= kill_at:
                    # Of `pulse run` the command: it tells what became of it.
                    pid = self.folder / "output.pid"
                    os.kill(int(pid.read_text()) if is_run else child.pid, signal.SIGKILL)
                    kill_at = None
                    is_killed = True
            time.sleep(0.001)
        self.see(process, run)
        if child.returncode and not is_killed and not options.get("fail_at"):
            sys.exit(f"{options}: {child.stderr.read() if child.stderr else ''}")


def record(name: str, processes: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(pathlib.Path(folder))
        run = 1
        for number, options in enumerate(processes, 1):
            run += "new" in options
            recorder.run(number, run, options)
    text = "".join(json.dumps(line) + "\n" for line in recorder.lines)
    (_HERE / f"{name}.jsonl").write_text(text)
    print(f"{name}: {len(recorder.lines)} documents")


def main() -> None:
    for name in sys.argv[1:] or RECORDINGS:
        framework = name.partition("-")[0].replace("loop", "torch")
        if importlib.util.find_spec(framework) is None:
            print(f"{name}: {framework} is not installed")
        else:
            record(name, RECORDINGS[name])


if __name__ == "__main__":
    main()
