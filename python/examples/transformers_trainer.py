"""The Hugging Face Trainer, reported by a callback; the model is tiny and random."""

import sys
import tempfile

import torch
from transformers import LlamaConfig, LlamaForCausalLM, Trainer, TrainingArguments

import pulse_wrapper
from pulse_wrapper.transformers import PulseCallback

path = sys.argv[1] if len(sys.argv) > 1 else "status.json"

# The callback alone reports the training. The block around the script adds what comes before and
# after it: loading, saving, evaluating.
with pulse_wrapper.training(path), tempfile.TemporaryDirectory() as output:
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=64,
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            num_key_value_heads=2,
        )
    )
    words = torch.randint(0, 64, (40, 8))
    trainer = Trainer(
        model=model,
        args=TrainingArguments(
            output_dir=output,
            num_train_epochs=3,
            per_device_train_batch_size=4,
            logging_steps=5,
            # Without it a loss that is NaN is logged as an average.
            logging_nan_inf_filter=False,
            save_strategy="no",
        ),
        train_dataset=[{"input_ids": row, "labels": row} for row in words],
        callbacks=[PulseCallback(path)],
    )
    trainer.train()
    trainer.save_model(output)
