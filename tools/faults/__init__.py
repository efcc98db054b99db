"""Real faults on real processes: what dies, fails or loses its power in the middle of an operation, and what is left then.

`operations.py` says what is done and what must hold afterwards; `places.py` makes the servers it is done on; `processes.py` runs it in
a forked process under strace, which injects the fault; `power.py` rebuilds what a disk may hold after a power cut; `series.py`
goes through all points, counts and writes the report. `python -m faults --help` from `tools/`; `make prove` runs the whole.
"""
