"""Dispatches: what crosses an agency border, and the registers that prove it.

Every other room talks to other agencies through one call, `services.issue(...)`, and listens through the handler it names in
`project/wiring.py`. This room seals and signs, keeps the registers out and in of every agency on this server as Merkle logs
with signed checkpoints, delivers through transports, answers with receipts, and proves all of it again (`verification/`).

It has no kinds of its own: a receipt is a statement, not a dispatch (docs/protocol.md section 7).

Start with `models.py` (what is kept, and what is never changed), then `services.py` (issue, deliver, receive, accept a
receipt), then `verification/`. The rules of the bytes are in `kernel/`.
"""
