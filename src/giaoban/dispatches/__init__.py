"""Dispatches: what crosses an agency border, and the registers that prove it."""
