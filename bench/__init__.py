"""Benchmarks: each prints figures as JSON, with the goal beside the figure where the project has set one.

    make bench                            all of them
    .venv/bin/python -m bench reading     some of them: machine, reading, kernel, registers, dossier, page, server, start

They run on data of their own in a temporary folder. Figures depend on the machine: `machine` says what it can do bare.
"""
