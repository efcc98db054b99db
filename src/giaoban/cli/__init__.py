"""The command line: one more face of the same services, for scripts and for whoever runs the server.

Start with `main.py`: it holds the commands and turns every refusal into three lines and an exit code
(0 done, 1 refused or failed, 2 wrong usage, 3 verification failed). Everything that answers has `--json`.
Imports of Django and of the rooms wait inside the commands, so that `giaoban read` starts at once and needs no database.
"""
