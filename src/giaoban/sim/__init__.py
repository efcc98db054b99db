"""A seeded simulation of two to five servers that exchange while everything goes wrong (docs/proof.md).

It drives the kernel: `envelope`, `verify`, `exchange`, `receipt`, `register`, `delivery`, `arrivals`, `bundle` and `keyring` decide here
exactly what they decide in the server. What is simulated is the rest of the world: disks that keep only what was committed, clocks,
couriers, people who restore backups, and a partner that lies.

Start with `world` (one run), then `station` (a server), `liar`, and `oracle`, which stands outside and knows what is true. Imports
nothing but the kernel.
"""
