"""What PULSE v2 adds to a document, as the tests tell it."""

#: Nothing of it is known.
NOTHING = {
    "profile": None,
    "dataset": None,
    "steps_done": None,
    "total_steps": None,
    "lr": None,
    "batch_size": None,
    "gpu_memory_usage": None,
    "metrics": {},
    "run": None,
    "attempt": None,
}
#: All of it is.
FULL = {
    "profile": "qwen-lora",
    "dataset": "alpaca_en",
    "steps_done": 310,
    "total_steps": 372,
    "lr": 1.2e-05,
    "batch_size": 64,
    "gpu_memory_usage": 21474836480,
    "metrics": {"eval_loss": 0.51, "grad_norm": 0.8},
    "run": "4f1c9a",
    "attempt": 1,
}
