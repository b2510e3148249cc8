"""Where a worker keeps what it has not sealed yet: a folder of its own, which goes with it.

A killed process cannot tidy up, and half a ledger in clear may not stay on a disk. So each worker's temporary files lie
in one folder that it holds a lock on; whoever starts later empties the folders that nobody holds.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def own_scratch(folder: Path) -> Iterator[Path]:
    """Let this process make its temporary files in a folder of its own until the block ends."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    sweep_scratch(folder)
    own = Path(tempfile.mkdtemp(prefix="worker-", dir=folder))
    handle = os.open(own, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    before, tempfile.tempdir = tempfile.tempdir, str(own)
    try:
        yield own
    finally:
        tempfile.tempdir = before
        shutil.rmtree(own, ignore_errors=True)
        os.close(handle)


def sweep_scratch(folder: Path) -> None:
    """Remove the folders of workers that are gone: a lock ends with its process, however that ended."""
    for each in folder.glob("worker-*"):
        handle = os.open(each, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(each, ignore_errors=True)
        finally:
            os.close(handle)
