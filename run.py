"""The WSGI entry `run:app`; `python run.py` serves for development."""

import gc

import pypinyin  # noqa: F401  # its dictionary takes half a second, which the first household to be saved need not wait

from survey import create_app

app = create_app()

# What a process is made of stays: the collector need not look through it again whenever a page made many lists. 5,000
# households of a tablet's feed took 4.1 s of CPU so, and 6.5 s without (docs/benchmarks.md names the machine).
gc.collect()
gc.freeze()

if __name__ == "__main__":
    app.run(host="127.0.0.1", port=8000)
