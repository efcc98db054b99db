"""The face of this room to other agencies: one kind of dispatch, the greeting after an enrolment.

A greeting proves the whole way: it is sealed with the agency's key, goes by the new route, is registered there and comes back as a
receipt. It carries both offers' fingerprints, so that both registers say for ever which keys were compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from giaoban.common.errors import RefusedError
from giaoban.dispatches import rows
from giaoban.partners.models import Partner, PartnerAgency, PartnerFinding, ReceivedOffer

if TYPE_CHECKING:
    from datetime import datetime

    from giaoban.agencies.models import Agency
    from giaoban.dispatches.ports import Received

KIND_HELLO: Final = "exchange.hello"
HELLO_SUMMARY: Final = "Lời chào liên thông"
"""As registers on both sides name it: Vietnamese always, like every summary."""

Group = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
Fingerprint = Annotated[list[Group], Field(min_length=12, max_length=12)]


class Hello(BaseModel):
    """The first dispatch between two agencies whose stations were enrolled."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    station: UUID
    """Uid of the sender's station."""
    own: Fingerprint
    """Of the sender's own offer, as its people read it aloud."""
    heard: Fingerprint
    """Of the receiver's offer, as two people of the sender typed it."""


def groups_of(fingerprint: str) -> list[str]:
    """60 digits as twelve groups of five."""
    digits = fingerprint.replace(" ", "")
    return [digits[start : start + 5] for start in range(0, len(digits), 5)]


def on_hello(received: Received, *, holder: Agency, now: datetime) -> None:
    """Keep as a finding that the sender greets under a fingerprint other than the one approved here; nothing else follows.

    Not a refusal: an agency that joined the partner's server later changes its offer, and its people may not have read it here yet.
    """
    said = Hello.model_validate(received.payload)
    # Plain rows: the offer itself is large and not needed, and a greeting must cost little, whatever greets.
    link = rows.select(PartnerAgency, ("partner_id",), {"agency_id": received.sender.pk})
    if link is None:
        raise RefusedError(
            "exchange.not_enrolled",
            _("The greeting is not taken."),
            _("Its sender is an agency of this server, or of no partner."),
            _("Enrol the partner first."),
        )
    (partner,) = link
    row = rows.select(Partner, ("offer_id",), {"id": partner})
    offer = rows.select(ReceivedOffer, ("fingerprint",), {"id": row[0]}) if row else None
    if offer is None or "".join(said.own) != offer[0]:
        PartnerFinding.objects.create(
            partner_id=partner,
            agency=received.sender,
            code="hello.fingerprint",
            detail=" ".join(said.own),
            freezes=False,
            found_at=now,
        )
