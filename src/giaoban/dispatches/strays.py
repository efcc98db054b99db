"""Files that belong to nothing: what an act that was taken back, or a process that was killed, left in the store, swept once a day.

A file is durable before the row that names it commits (`common/storage.py`), so a rolled-back `issue` leaves its files behind; a write that
is killed leaves a file that never got its name.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from giaoban.agencies.models import Agency
from giaoban.common.storage import sweep_unfinished
from giaoban.dispatches import ports, rows, written
from giaoban.dispatches.models import DispatchFile, SetAside, Stream
from giaoban.kernel import envelope

AFTER: Final = timedelta(days=1)
"""No act takes so long: a younger file may belong to one that has not committed."""


def sweep(now: datetime) -> int:
    """Take away the files that no dispatch names, neither kept nor set aside, and what was never finished. How many there were.

    The former not while this server is frozen: what partners return is kept for people to decide on, and its files with it.
    """
    unfinished = sweep_unfinished(older_than=now - AFTER)
    here = Agency.objects.filter(pk__in=Stream.objects.values("sender"))
    if any(ports.may_send(agency) is not None for agency in here):
        return unfinished
    store = written.files()
    store.heal()
    aside = {entry.sha256 for row in SetAside.objects.iterator() for entry in envelope.parse(bytes(row.sealed)).files}
    swept = unfinished
    for piece in rows.pieces(store.names()):
        named = set(DispatchFile.objects.filter(sha256__in=piece).values_list("sha256", flat=True)) | aside
        swept += sum(store.sweep(sha256, older_than=now - AFTER) for sha256 in piece if sha256 not in named)
    return swept
