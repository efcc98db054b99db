"""Giao Ban: joint conferences of agencies bound by a joint regulation.

Start with ARCHITECTURE.md at the root of the repository.
"""

__version__ = "0.1.0"
