"""Template tags of the conferences room."""
