"""The directory: localities through time, agencies, people and their roles, sign-in, keys.

Start with `models.py`, then `queries.py`; the access door is `rules.py` (who may knock) and `middleware.py` (who is knocking), the
menu is `context.py`, and sign-in is `views/door.py`. It sends no dispatches: on one server the directory is common, and between servers
it travels by enrolment.
"""
