"""The way by files: a folder that both sides see, or a stick that somebody carries. The same bundles as over the network.

`files.py` writes and reads the files, distrusting everything that lies in a folder; `transport.py` ties them to deliveries.
"""
