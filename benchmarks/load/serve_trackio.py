"""Trackio's dashboard without a browser: serve_trackio.py DIRECTORY PORT."""

import os
import sys

os.environ["TRACKIO_DIR"] = sys.argv[1]

import trackio  # noqa: E402

trackio.show(project="bench", open_browser=False, block_thread=True, server_port=int(sys.argv[2]))
