"""A loop on two ranks of `mp.spawn`, which tells them their rank and sets no variable."""

from __future__ import annotations

import json
import socket
import sys

import torch.multiprocessing
from loop_job import train_spawned

if __name__ == "__main__":
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    path = json.loads(sys.argv[1])["path"]
    torch.multiprocessing.spawn(train_spawned, args=(path, port), nprocs=2)
