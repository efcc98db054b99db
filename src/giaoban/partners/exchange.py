"""The door to what passes between two servers: the only code that composes a bundle and the only code that takes one in.

The life of a bundle, in the order of docs/protocol.md section 11:

1. `due`: what waits for the partner is collected, dispatches and receipts (`collect`, `is_due`).
2. `composing`: it is put together, and its head is sealed (`compose`). A courier moves it and knows nothing of what is in it.
3. `opening`: at the other end nothing is kept before the station key that was enrolled has signed the head for us (`open_head`).
4. `taking_in`: then every item stands for itself (`take_in`).
5. `composing` again: what goes back at once (`answer`). Where nothing can, receipts stay due until the partner says that it has them.
6. The first server knows that its bundle arrived (`confirm`), or that it never left (`not_sent`, `give_back`), and how the partner
   could be reached (`note`, in `contacts`).
"""

from giaoban.partners.composing import SOFT_ITEMS, Composed, answer, compose, confirm, not_sent
from giaoban.partners.contacts import CALLING, note
from giaoban.partners.due import COLLECT_BYTES, DUE_AGAIN, collect, give_back, is_due, partners_of
from giaoban.partners.opening import (
    SUSPENDED,
    UNKNOWN,
    BundleRefusedError,
    Opening,
    head_size,
    open_head,
    open_stream,
)
from giaoban.partners.spool import spool_folder
from giaoban.partners.taking_in import SENDER_FOREIGN, TakenIn, take_in

__all__ = [
    "CALLING",
    "COLLECT_BYTES",
    "DUE_AGAIN",
    "SENDER_FOREIGN",
    "SOFT_ITEMS",
    "SUSPENDED",
    "UNKNOWN",
    "BundleRefusedError",
    "Composed",
    "Opening",
    "TakenIn",
    "answer",
    "collect",
    "compose",
    "confirm",
    "give_back",
    "head_size",
    "is_due",
    "not_sent",
    "note",
    "open_head",
    "open_stream",
    "partners_of",
    "spool_folder",
    "take_in",
]
