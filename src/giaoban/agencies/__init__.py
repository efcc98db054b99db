"""The directory: localities through time, agencies, people and their roles, sign-in, keys.

Start with `models.py`, then `queries.py`. It sends no dispatches: on one server the directory is common, and between servers
it travels by enrolment.
"""
