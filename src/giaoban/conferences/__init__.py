"""Conferences (hội nghị giao ban): prepare, agree, hold, conclude, follow up (M5-M8).

The host drafts on its own island; the invitation takes the conference to the others. Each party calls the roll of its own
site and hands in contributions; the host keeps the minutes. Conclusions are proposed to the co-chairs as one text with one
digest; when all have accepted that digest, minutes and notice go out and the tasks begin on every island.

Kinds of dispatch: `conference.invitation`, `conference.agenda_changed`, `conference.cancelled`, `conference.opened`,
`conference.attendance`, `conference.contribution`, `conference.conclusions_proposed`, `conference.conclusions_accepted`,
`conference.conclusions_objected`, `conference.minutes`, `conference.conclusion`.

Start reading at `rules.py` (states, guards, dates), then the acts: `preparing.py`, `holding.py`, `concluding.py`, `past.py`, all behind
the door `services.py`; `papers.py` writes the official documents.
"""
