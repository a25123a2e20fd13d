"""Fine-tunes a tiny random Llama with LLaMA-Factory, and goes wrong when it is asked to."""

from __future__ import annotations

import json
import os
import pathlib
import sys
import time
from typing import Any

# Its chat templates and logs want a hub: there is none.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("DISABLE_VERSION_CHECK", "1")

from llamafactory.train.tuner import run_exp
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, TrainerCallback

from pulse_wrapper.transformers import PulseCallback

_EXAMPLES = [
    {"instruction": f"Add {a} and {b}.", "input": "", "output": f"It is {a + b}."}
    for a in range(8)
    for b in range(5)
]


class Misfortune(TrainerCallback):
    """Fails at a step, or makes every step slow."""

    def __init__(self, fail_at: int | None, pause: float) -> None:
        self.fail_at, self.pause = fail_at, pause

    def on_step_begin(self, args: Any, state: Any, control: Any, **options: Any) -> None:
        time.sleep(self.pause)
        if state.global_step == self.fail_at:
            raise RuntimeError("out of memory, as asked")


def _make_model(directory: pathlib.Path) -> None:
    """A random model, and a tokenizer trained on the spot: nothing is downloaded."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel()
    tokenizer.decoder = decoders.ByteLevel()
    words = [text for example in _EXAMPLES for text in example.values()]
    tokenizer.train_from_iterator(
        words,
        trainers.BpeTrainer(
            vocab_size=400,
            special_tokens=["<s>", "</s>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", pad_token="</s>"
    ).save_pretrained(directory)
    LlamaForCausalLM(
        LlamaConfig(
            vocab_size=tokenizer.get_vocab_size(),
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            num_key_value_heads=2,
        )
    ).save_pretrained(directory)


def _make_data(directory: pathlib.Path) -> None:
    directory.mkdir(exist_ok=True)
    (directory / "sums.json").write_text(json.dumps(_EXAMPLES))
    (directory / "dataset_info.json").write_text(json.dumps({"sums": {"file_name": "sums.json"}}))


def arguments(output: str) -> dict[str, Any]:
    """What `llamafactory-cli train` takes: batches of 4, so that 40 examples make 10 an epoch."""
    model, data = pathlib.Path(f"{output}-model"), pathlib.Path(f"{output}-data")
    if not model.exists():
        _make_model(model)
        _make_data(data)
    return {
        "model_name_or_path": str(model),
        "stage": "sft",
        "do_train": True,
        "finetuning_type": "full",
        "dataset": "sums",
        "dataset_dir": str(data),
        "template": "default",
        "cutoff_len": 64,
        "output_dir": output,
        "num_train_epochs": 3.0,
        "per_device_train_batch_size": 4,
        "gradient_accumulation_steps": 1,
        "logging_steps": 2,
        "save_strategy": "no",
        "use_cpu": True,
        "report_to": "none",
    }


def train(
    path: str, output: str, *, fail_at: int | None = None, pause: float = 0.0, **changes: Any
) -> None:
    """Train with the changes given."""
    run_exp(
        {**arguments(output), **changes},
        callbacks=[PulseCallback(path, interval=0, dataset="sums"), Misfortune(fail_at, pause)],
    )


if __name__ == "__main__":
    train(**json.loads(sys.argv[1]))
