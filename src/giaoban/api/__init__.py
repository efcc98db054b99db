"""The REST API: one more face of the same services, described at `/api/openapi.json`.

A bearer token says who acts: one person, one agency, one role. The session of a browser does not count here. Every answer
that is no success has one shape: `{"code", "what", "why", "how"}`. It has no rules of its own: a route gathers input, calls
one query or service, and shapes the answer (`schemas.py`). Start with `main.py`.
"""
