"""Correspondence (trao đổi thông tin): notices, requests and what becomes of them between agencies (M9).

Start reading at `rules.py` (states of a letter for each recipient), then `services.py`.
"""
