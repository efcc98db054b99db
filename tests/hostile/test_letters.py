"""An agency that was sent a letter of another, and means to make it vanish at somebody else's."""

from __future__ import annotations

from tests.correspondence.conftest import *  # noqa: F403 - the office
from tests.correspondence.office import NOW, Office
from tests.correspondence.test_services import received, refused

from giaoban.correspondence import border, services
from giaoban.correspondence.models import Letter
from giaoban.dispatches import ports
from giaoban.dispatches.models import Dispatch


def test_a_quicker_recipient_cannot_make_the_letter_of_another_vanish(office: Office) -> None:
    letter = services.issue_letter(office.draft(recipients=("BCH", "HKL")), by=office.by("CAH"), now=NOW)
    assert letter.dispatch is not None
    bch, hkl = office.agencies["BCH"], office.agencies["HKL"]
    genuine = received(letter.dispatch)
    quicker = ports.Received(dispatch=letter.dispatch, sender=hkl, payload={**genuine.payload, "summary": "Khác"})

    border.on_letter(quicker, holder=bch, now=NOW)
    refused("letter.not_yours", lambda: border.on_letter(genuine, holder=bch, now=NOW))

    assert Letter.objects.get(holder=bch).sender == hkl, "what came first stays, and the sender of the other is told"


def test_a_step_under_the_uid_of_anothers_step_is_refused_and_not_taken_for_it(office: Office) -> None:
    letter = office.sent(recipients=("BCH", "HKL"))
    office.registered("BCH", letter)
    step = Dispatch.objects.get(kind="letter.steps")
    copied = ports.Received(dispatch=step, sender=office.agencies["HKL"], payload=received(step).payload)

    refused("letter.not_yours", lambda: border.on_steps(copied, holder=office.agencies["CAH"], now=NOW))

    assert office.states(letter)["HKL"][0] == "00"
