"""Benchmarks: each prints figures as JSON, with the goal beside the figure where the project has set one.

    make bench                            all but `start`
    .venv/bin/python -m bench reading     some of them: machine, reading, kernel, registers, dossier, page, territory, server
    .venv/bin/python -m bench all         `start` too: `make run` from a fresh clone, which takes minutes

They run on data of their own in a temporary folder. Each prints, from the same run, what the machine does bare or the least
that such work can cost, so that figures of different machines and of busy ones can be compared. Medians of `runs`.
"""
