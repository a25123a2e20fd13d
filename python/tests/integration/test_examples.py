"""The examples as their user starts them."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys

import pytest

from pulse_wrapper import read_status

_PYTHON = pathlib.Path(__file__).parents[2]


def _run(name: str, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, str(_PYTHON / "examples" / name), *arguments],
        env={**os.environ, "PYTHONPATH": str(_PYTHON / "src")},
        check=True,
        timeout=300,
    )


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("torch_loop.py", "torch"),
        ("transformers_trainer.py", "transformers"),
        ("lightning_fit.py", "lightning"),
        ("keras_fit.py", "keras"),
    ],
)
def test_an_example_trains_and_is_done(path: str, name: str, module: str) -> None:
    pytest.importorskip(module)
    _run(name, path)
    status = read_status(path)
    assert (status.status, status.epoch, status.total_epochs) == ("done", 3.0, 3.0)
    assert status.message == "Training completed"
    assert status.loss > 0


def test_the_example_for_llamafactory_trains_and_is_done(path: str, tmp_path: pathlib.Path) -> None:
    pytest.importorskip("llamafactory")
    from jobs import llamafactory_job

    arguments = llamafactory_job.arguments(str(tmp_path / "output"))
    # JSON is YAML.
    (tmp_path / "train.yaml").write_text(json.dumps(arguments))
    _run("llamafactory_sft.py", str(tmp_path / "train.yaml"), path)
    assert read_status(path).status == "done"
    assert read_status(path).epoch == 3.0


def test_the_example_for_llamafactory_tells_of_a_model_that_is_not_there(
    path: str, tmp_path: pathlib.Path
) -> None:
    pytest.importorskip("llamafactory")
    from jobs import llamafactory_job

    arguments = llamafactory_job.arguments(str(tmp_path / "output"))
    arguments["model_name_or_path"] = str(tmp_path / "missing")
    (tmp_path / "train.yaml").write_text(json.dumps(arguments))
    with pytest.raises(subprocess.CalledProcessError):
        _run("llamafactory_sft.py", str(tmp_path / "train.yaml"), path)
    assert read_status(path).status == "error"
