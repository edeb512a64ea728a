"""Where the log goes, for every process of the program."""

from __future__ import annotations

import logging
import os
import sys


def log_to_stderr(level: int) -> None:
    """Lines for the journal where systemd reads them (it adds the time), with the time elsewhere."""
    form = "%(levelname)s %(name)s %(message)s"
    logging.basicConfig(
        level=level,
        format=form if os.environ.get("JOURNAL_STREAM") else f"%(asctime)s {form}",
        stream=sys.stderr,
        force=True,
    )
