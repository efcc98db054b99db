"""Writes of the directory: `account` (one's own sign-in), `people` (people, roles, tokens), `directory` (agencies and areas).

The directory belongs to no agency, so `by` is a *person* here, except where something is bound to the agency acted for.
Every function checks by itself whether `by` may do it, commits whole or not at all, and raises `RefusedError` otherwise.
"""
