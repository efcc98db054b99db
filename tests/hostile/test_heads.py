"""What the head of a bundle may cost whoever reads it, before anybody has signed it."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.partners.servers import NOW
from tests.transports import stations
from tests.transports.stations import Pair

from giaoban.kernel import bundle
from giaoban.partners.exchange import BundleRefusedError
from giaoban.transports import heads
from giaoban.transports.folder import files
from giaoban.transports.https.door import Door
from giaoban.transports.https.listener import RefusedBundleError

SIGNATURE = b"," * 64


def head_of(body: bytes) -> bytes:
    """A head that says this, signed by nobody."""
    name = bundle.BUNDLE_TYPE.encode()
    sealed = b"DSSEv1 %d %s %d %s%s" % (len(name), name, len(body), body, SIGNATURE)
    return bundle.MAGIC + len(sealed).to_bytes(4, "big") + sealed


def costly() -> bytes:
    """Four million bytes of small numbers."""
    return head_of(b'{"a":[' + b"0," * 2_000_000 + b"0]}")


def largest() -> bytes:
    """A manifest of as many items as there may be, by a station that nobody knows."""
    items = [{"type": "dispatch", "size": 1, "sha256": f"{number:064x}"} for number in range(bundle.MAX_ITEMS)]
    ids = {name: str(uuid.uuid4()) for name in ("uid", "sender", "receiver")}
    said = {"version": 1, **ids, "key": "0" * 32, "number": 1, "created_at": "2026-11-22T01:00:00Z", "items": items}
    return head_of(json.dumps(said).encode())


@pytest.mark.parametrize(
    ("make", "items", "code"), [(costly, 0, "bundle.manifest"), (largest, bundle.MAX_ITEMS, "station.unknown")]
)
def test_what_no_head_can_have_is_counted_before_it_is_read(
    pair: Pair, tmp_path: Path, make: Callable[[], bytes], items: int, code: str
) -> None:
    head = make()
    file = tmp_path / "a.gbb"
    file.write_bytes(head + b"x" * items)
    with pair.military.here():
        with pytest.raises(RefusedBundleError) as by_https:
            Door().examine(head, len(head) + items)
        with pytest.raises(BundleRefusedError) as by_stream:
            heads.open_stream(io.BytesIO(head), len(head) + items, now=NOW)
        by_folder = files.take(file, now=NOW)

    assert (by_https.value.code, by_stream.value.code, by_folder.code) == (code, code, code)


def test_a_head_that_a_partner_signed_is_believed(pair: Pair) -> None:
    content = stations.write(pair.police)
    with pair.military.here():
        opening = heads.open_stream(io.BytesIO(content), len(content), now=NOW)

    assert opening.manifest.sender != opening.manifest.receiver
