"""A truthful status file for any training job, in the PULSE v1 format (Order 16.2-FINAL).

`training` reports what is inside its block, `wrap` a loop; ``pulse_wrapper.transformers``,
``.lightning`` and ``.keras`` have callbacks, and `show` shows a server in a notebook. Below them
are the four functions of the order, which write one state each, atomically:

Example:
    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "status.json")
    >>> write_running_status(path, epoch=2.5, total_epochs=3.0, loss=0.42, message="step 250")
    >>> status = read_status(path)
    >>> f"{status.calculate_progress():.1f} %"
    '83.3 %'
"""

from .decoder import decode
from .details import PulseDocument, RunDetails
from .encoder import encode
from .errors import PulseError
from .loop import Loop, wrap
from .notebook import show
from .reader import read_status, safe_read_status
from .run import Run
from .status import STATES, TrainingStatus, calculate_progress
from .training import training
from .writer import (
    write_done_status,
    write_error_status,
    write_idle_status,
    write_running_status,
    write_status,
)

__version__ = "0.3.0"

__all__ = [
    "STATES",
    "Loop",
    "PulseDocument",
    "PulseError",
    "Run",
    "RunDetails",
    "TrainingStatus",
    "calculate_progress",
    "decode",
    "encode",
    "read_status",
    "safe_read_status",
    "show",
    "training",
    "wrap",
    "write_done_status",
    "write_error_status",
    "write_idle_status",
    "write_running_status",
    "write_status",
]
