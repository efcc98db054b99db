"""An offer on its way between people: a file of sealed bytes, or a few QR codes with the same bytes as text.

A QR code holds at most `QR_CHARACTERS` here, so that a phone reads it from a screen or a paper. What is shown as a QR is the offer without
its regulations (the fingerprint is the same); they can follow as a file.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
from typing import Final

import segno
from django.utils.translation import gettext_lazy as _

from giaoban.common.errors import RefusedError
from giaoban.kernel.enrolment import MAX_OFFER_SIZE

QR_PREFIX: Final = "GBO1"
QR_CHARACTERS: Final = 1400
"""Of one code: version 27 of ISO/IEC 18004 at error correction L, still readable at 10 cm."""
MAX_PARTS: Final = 24
MAX_TEXT: Final = 3 * 1024 * 1024
_PART = re.compile(rf"{QR_PREFIX}:([0-9]{{1,2}})/([0-9]{{1,2}}):([A-Za-z0-9_-]+)\Z")


def as_texts(sealed: bytes) -> list[str]:
    """The offer as texts of QR codes, in order; empty when it is too large for QR codes at all."""
    text = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
    pieces = [text[start : start + QR_CHARACTERS] for start in range(0, len(text), QR_CHARACTERS)]
    if len(pieces) > MAX_PARTS:
        return []
    return [f"{QR_PREFIX}:{number}/{len(pieces)}:{piece}" for number, piece in enumerate(pieces, start=1)]


def from_content(content: bytes) -> bytes:
    """The sealed bytes of a file: as they are, or from the texts that a scanner read, one a line in any order.

    Raises RefusedError `offer.parts` when a code is missing, `offer.unreadable` when it is neither.
    """
    if len(content) > MAX_TEXT:
        raise _unreadable()
    if not content.lstrip().startswith(QR_PREFIX.encode()):
        if len(content) > MAX_OFFER_SIZE:
            raise _unreadable()
        return content
    found: dict[int, str] = {}
    wanted = 0
    for line in content.decode("ascii", "replace").split():
        match = _PART.match(line)
        if match is None:
            raise _unreadable()
        number, total, piece = int(match[1]), int(match[2]), match[3]
        if not 1 <= number <= total <= MAX_PARTS or (wanted and total != wanted) or found.get(number, piece) != piece:
            raise _unreadable()
        wanted, found[number] = total, piece
    missing = sorted(set(range(1, wanted + 1)) - set(found))
    if missing:
        raise RefusedError(
            "offer.parts",
            _("The offer is not whole."),
            _("These codes are missing: %(numbers)s.") % {"numbers": ", ".join(map(str, missing))},
            _("Scan all of them into one file, one a line."),
            status=422,
        )
    text = "".join(found[number] for number in range(1, wanted + 1))
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise _unreadable() from None


def as_svg(text: str, *, scale: int = 4) -> bytes:
    """One QR code as a drawing of its own."""
    out = io.BytesIO()
    segno.make_qr(text, error="l").save(out, kind="svg", scale=scale, border=4, xmldecl=False)
    return out.getvalue()


def as_data_uri(text: str) -> str:
    """One QR code for an `img` element."""
    return str(segno.make_qr(text, error="l").svg_data_uri(scale=3, border=4))


def in_terminal(text: str) -> str:
    """One QR code in half-block characters."""
    out = io.StringIO()
    segno.make_qr(text, error="l").terminal(out, border=2, compact=True)
    return out.getvalue()


def _unreadable() -> RefusedError:
    return RefusedError(
        "offer.unreadable",
        _("This is not an offer that can be read."),
        _("It is neither a file of 'giaoban partners offer' nor the text of its QR codes."),
        _("Let the partner make it again, and bring it whole."),
        status=422,
    )
