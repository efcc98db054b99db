"""Transports: each a folder that nothing else knows. They move sealed bytes and files, and know nothing of what they mean.

`local` leads to agencies of this server. Others (HTTPS, folder, NATS) take their place beside it and one row in the wiring table.
"""
