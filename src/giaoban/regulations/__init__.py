"""The regime: regulations through time, what they regulate, and who coordinates with whom under them.

A `Regulation` has its instruments, content areas, indicators and time limits. A `Coordination` binds one regulation to a
level, an area and its parties; conferences, reports, tasks and exchange all hang on one. Everything is edited on screens.
Start with `models.py`, then `queries.py`. It sends no dispatches: the regime is public law, common to the server.
"""
