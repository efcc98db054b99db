"""The same three agencies as in the tests of the room of dispatches."""

from tests.dispatches.conftest import committed_house, house, kinds

__all__ = ["committed_house", "house", "kinds"]
