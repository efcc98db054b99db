"""Correspondence (trao đổi thông tin): letters between agencies and what becomes of each for every recipient (M9).

A letter is drafted by an officer, signed by an approver, numbered, sealed and sent as one dispatch to its recipients. Each recipient
then has a *handling* of it with one state in the national codes; every step of it is an event that goes back to the sender as a
dispatch. A linked reply closes the request by itself; more time, taking back and replacing are acts of their own, asked and answered.

Kinds of dispatch: `letter.notice`, `letter.request`, `letter.verification`, `letter.reply`, `letter.forward`, `letter.recall`,
`letter.replacement`, `letter.reminder` (letters, one payload), `letter.steps` (a recipient tells what it did),
`letter.extension_decided` (the sender answers a request for more time), `letter.overdue` (a machine reminds, after the deadline).

Start reading at `kernel/correspondence.py` (states and deadlines), then `rules.py`, `services.py`.
"""
