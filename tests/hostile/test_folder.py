"""A folder that others filled, and receipts that are due."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest
from tests.partners import ceremony, servers
from tests.partners.servers import NOW, Estate
from tests.transports import stations
from tests.transports.stations import Pair, arrived, read, send, write

from giaoban.dispatches.models import Receipt
from giaoban.kernel.bundle import ItemType
from giaoban.partners import exchange
from giaoban.partners.models import Partner, ReceiptDue
from giaoban.transports.folder import files
from giaoban.transports.folder.files import Fate


def test_a_heap_of_foreign_files_hides_no_bundle(pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_SHOWN", 10)
    for number in range(200):
        (tmp_path / f"0{number:03d}.docx").touch()
    send(pair.police, "một")
    (tmp_path / "aaaaaaaa-bbbbbbbb-00000001.gbb").write_bytes(write(pair.police))

    with pair.military.here():
        found = list(files.take_folder(tmp_path, now=NOW))

    assert [each.fate for each in found] == [Fate.TAKEN, *[Fate.IGNORED] * 10]
    assert arrived(pair.military) == 1


def test_a_bundle_that_was_taken_confirms_only_the_receipts_in_it(pair: Pair) -> None:
    for number in range(3):
        send(pair.police, f"số {number}")
    taken = read(pair.military, write(pair.police), one_way=True)
    room = max(len(each) for each in taken.receipts) + 100

    with pair.military.here():
        composed = exchange.compose(Partner.objects.get(), now=stations.LATER, soft_bytes=room)
        composed.close()
        exchange.confirm(composed)

        assert composed.receipts == 1
        assert ReceiptDue.objects.count() == 2, "those that found no room are still due"


def test_one_partner_does_not_confirm_what_went_to_another(pair: Pair, estate: Estate) -> None:
    third = estate.server("third")
    with third.here():
        servers.administrators("an")
        servers.agency("HQ", "Chi cục Hải quan Nam Vân")
    ceremony.enrol(pair.military, third)
    send(pair.police, "một")
    read(pair.military, write(pair.police), one_way=True)
    bundle = str(uuid.uuid4())
    with pair.military.here():
        other = Partner.objects.get(agencies__agency__code="HQ")
        ReceiptDue.objects.create(partner=other, receipt=Receipt.objects.latest("pk"), sent_in=bundle, sent_at=NOW)
    manifest, parts = stations.taken_apart(write(pair.police))
    said = [(item.type, part if item.type is not ItemType.STATUS else with_taken(part, bundle)) for item, part in parts]

    read(pair.military, stations.put_together(pair.police, manifest, said))

    with pair.military.here():
        assert ReceiptDue.objects.filter(partner=other).count() == 1


def with_taken(content: bytes, uid: str) -> bytes:
    """The same status, which says that it had that bundle of ours."""
    return json.dumps({**json.loads(content), "taken": [uid]}).encode()
