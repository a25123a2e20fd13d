"""How programs of Python's own library fail."""

from .ending import Ending, script

ENDINGS = {
    "argparse": script(
        "import argparse\nargparse.ArgumentParser().parse_args()\n",
        "python train.py --learnig-rate 1",
    ),
    "assertion": script("assert 1 > 2\n"),
    "atexit": script(
        """
import atexit
def flush():
    raise OSError("cannot flush")
atexit.register(flush)
raise ValueError("bad")
"""
    ),
    "check-call": script(
        "import subprocess\nsubprocess.check_call(['git', 'status'])\n", "python train.py", "git"
    ),
    "direct-cause": script(
        """
try:
    open("weights.bin")
except OSError as error:
    raise RuntimeError("loading failed") from error
"""
    ),
    "during-handling": script(
        """
try:
    {}["key"]
except KeyError:
    raise RuntimeError("cannot recover")
"""
    ),
    "exception": script("raise ValueError('bad shape')\n"),
    "faulthandler": script(
        "import ctypes\nctypes.string_at(0)\n", "python -X faulthandler train.py"
    ),
    "group": script(
        """
def failure(error):
    try:
        raise error
    except Exception as raised:
        return raised
failures = [failure(ValueError("first")), failure(TypeError("second"))]
raise ExceptionGroup("two shards failed", failures)
"""
    ),
    "handled": script(
        """
import logging, sys
try:
    raise ConnectionError("no tracker")
except ConnectionError:
    logging.exception("tracking is off")
for step in range(60):
    print(f"step {step} loss {1 / (step + 1):.3f}", flush=True)
sys.exit("out of data")
"""
    ),
    "ignored": script(
        """
class Loader:
    def __del__(self):
        self._workers
loader = Loader()
raise ValueError("bad")
"""
    ),
    "interrupt": script("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n"),
    "module": script("import no_such_module\n"),
    "multi-line": script(
        r"""
raise RuntimeError("Error(s) in loading state_dict for Net:\n\tMissing key(s): 'a', 'b'.\n"
    "\tsize mismatch for fc.weight: (10, 5) and (2, 5).")
"""
    ),
    "no-file": Ending("python none.py"),
    "pool": script(
        """
import multiprocessing
def load(shard):
    if shard == 3:
        raise ValueError("bad shard 3")
if __name__ == "__main__":
    with multiprocessing.Pool(2) as pool:
        pool.map(load, range(8))
"""
    ),
    "pytest": Ending(
        "python -m pytest -q test_train.py",
        (("test_train.py", "def test_loss():\n    assert 2 < 1, 'loss too high'\n"),),
        ("pytest",),
    ),
    "recursion": script("def f(): return f()\nf()\n"),
    "syntax": script("print((1\n"),
    "system-exit": script("import sys\nsys.exit('no data found')\n"),
    "thread": script(
        """
import threading
def work():
    raise OSError("in a thread")
thread = threading.Thread(target=work)
thread.start()
thread.join()
raise ValueError("in the main thread")
"""
    ),
    "warning-behind": script(
        """
import atexit, warnings
def clean(): warnings.warn("there appear to be 1 leaked objects")
atexit.register(clean)
raise ValueError("bad")
"""
    ),
}
