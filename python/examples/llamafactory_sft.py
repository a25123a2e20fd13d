"""LLaMA-Factory, reported by a callback: `python llamafactory_sft.py train.yaml status.json`.

It takes the file that `llamafactory-cli train` takes. Without a line of code, `pulse run` follows
the log that LLaMA-Factory writes.
"""

import pathlib
import sys

import yaml
from llamafactory.train.tuner import run_exp

import pulse_wrapper
from pulse_wrapper.transformers import PulseCallback

arguments = yaml.safe_load(pathlib.Path(sys.argv[1]).read_text())
path = sys.argv[2] if len(sys.argv) > 2 else "status.json"

# The block around it tells of a model or a dataset that can't be loaded.
with pulse_wrapper.training(path):
    run_exp(arguments, callbacks=[PulseCallback(path)])
