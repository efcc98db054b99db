"""Partners (đối tác liên thông): the other servers we exchange with, and how each is known and reached (M12).

A *station* is one server with its key and its TLS certificate; a *partner* is another station, enrolled in person by two people.
Nobody is trusted at first contact. Everything that travels between two stations is a *bundle* (`kernel/bundle.py`), whatever carries it.

Start reading at `models.py`, then `services.py` (how a partner becomes one) and `exchange.py` (what a bundle brings and takes back).
"""
