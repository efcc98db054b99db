"""The way over the network: one POST carries a bundle there, its answer brings a bundle back (protocol section 11).

`listener.py` is the side that can be reached, `transport.py` the side that calls. Both know bytes, limits and clocks of the wire; what
is in a bundle only `partners/exchange.py` knows.
"""
