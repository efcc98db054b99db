"""Sample data: an invented province and district, played through the real services at past instants.

Nothing here writes a table of another room directly: what a newcomer sees is what the services made, registers and all.
Start with `build.py`.
"""
