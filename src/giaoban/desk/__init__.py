"""The desk: "Việc cần làm" (what waits for a person, by deadline), the next conference, what arrived, and search over all rooms.

Reads only. Start with `queries.py`. It sends no dispatches.
"""
