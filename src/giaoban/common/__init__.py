"""Small things every room uses: the clock, errors for people, the access door, durable files, formats.

Knows nothing of the domain and imports nothing above the kernel.
"""
