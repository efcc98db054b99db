"""The first letter of a forward: its sealed bytes travel as a file, so that each receiver checks them and believes nobody's word.

A forward says who wrote the letter, under what number, and the digest of its dispatch (`border.Origin`). The file shows it: the bytes
have that digest and say the same; and where this server knows the key that signed them, the signature is checked too. A forward of
a forward hands on the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

from giaoban.common.clock import day_of
from giaoban.common.errors import RefusedError
from giaoban.common.storage import StorageError, store_of
from giaoban.dispatches.keys import find_key
from giaoban.dispatches.written import reference_of
from giaoban.kernel import envelope, verify
from giaoban.kernel.errors import ErrorCode, KernelError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from giaoban.correspondence.models import Letter
    from giaoban.dispatches.models import Dispatch
    from giaoban.kernel.envelope import Envelope

MEDIA_TYPE: Final = "application/vnd.giaoban.dispatch"
"""Of the sealed bytes of a dispatch, as a file."""
NAME: Final = "01-van-ban-goc.dispatch"


class Proof(StrEnum):
    """How far the first letter is proven on this server."""

    SIGNED = "signed"
    """Its sender's key is known here, and signed exactly these bytes."""
    KEY_UNKNOWN = "key_unknown"
    """The bytes have the stated digest, but no key to check them with is known here."""
    KEY_ENDED = "key_ended"
    """Signed with a key that its agency has since ended for that number: no longer believed."""
    WRONG = "wrong"
    """The signature is not by the key it names, or the bytes are damaged here."""
    ABSENT = "absent"
    """The forward came without them: nothing but the word of the agency that forwarded it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What is known of the first letter of a forward."""

    proof: Proof
    files: frozenset[str] = frozenset()
    """SHA-256 of the files it was sent with."""


def file_of(files: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The sealed first letter among the files of a letter."""
    return next((file for file in files if file["media_type"] == MEDIA_TYPE), None)


def show(letter: Letter) -> Shown:
    """How far the origin of `letter` is proven here, read anew: a key may have become known, or ended, since it came."""
    file = file_of(letter.files)
    if file is None:
        return Shown(Proof.ABSENT)
    try:
        sealed = store_of("correspondence" if letter.dispatch_id is None else "dispatches").read(file["sha256"])
        said = envelope.parse(sealed)
    except (StorageError, KernelError):
        return Shown(Proof.WRONG)
    return Shown(_proof(sealed), frozenset(entry.sha256 for entry in said.files))


def check(origin: Mapping[str, str], sha256: str, dispatch: Dispatch) -> None:
    """Raise `RefusedError` `letter.origin` unless the file came with the dispatch and is what the origin (as a letter keeps it) says.

    An unknown or ended key refuses nothing here: keys become known later, and the page says what is proven.
    """
    came = dispatch.files.filter(sha256=sha256, size__lte=envelope.MAX_SEALED_SIZE).exists()
    sealed = store_of("dispatches").read(sha256) if came else b""
    try:
        agrees = envelope.digest_of(sealed) == origin["digest"] and _told(envelope.parse(sealed)) == {
            name: origin[name] for name in ("uid", "sender", "reference", "on", "summary")
        }
    except KernelError:
        agrees = False
    if not agrees or _proof(sealed) is Proof.WRONG:
        raise RefusedError(
            "letter.origin",
            _("The first letter that came with this forward is not what it says."),
            _("Its sealed bytes have another digest, sender, number or summary, or a wrong signature."),
            _("The sender should forward it again from the letter as it came."),
        )


def _told(said: Envelope) -> dict[str, str]:
    return {
        "uid": str(said.payload.get("letter")),
        "sender": said.sender,
        "reference": reference_of(said),
        "on": day_of(said.issued_at).isoformat(),
        "summary": str(said.payload.get("summary")),
    }


def _proof(sealed: bytes) -> Proof:
    try:
        verify.verify_origin(sealed, keys=find_key)
    except KernelError as error:
        return {
            ErrorCode.KEY_UNKNOWN: Proof.KEY_UNKNOWN,
            ErrorCode.KEY_REVOKED: Proof.KEY_ENDED,
            ErrorCode.KEY_NOT_YET: Proof.KEY_ENDED,
        }.get(error.code, Proof.WRONG)
    return Proof.SIGNED
