"""Words for the codes of a delivery: the kernel has none."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from giaoban.common.document_types import TYPES
from giaoban.kernel.delivery import Next, Reason, State, Who

STATE_TEXTS: Final = {
    State.QUEUED: _("Waiting to be sent"),
    State.IN_FLIGHT: _("Being sent"),
    State.HANDED_OVER: _("With the courier"),
    State.WAITING: _("Will be tried again"),
    State.NEEDS_PERSON: _("Needs a person"),
    State.ACCEPTED: _("Received"),
    State.REFUSED: _("Refused"),
    State.STOPPED: _("Stopped"),
}

REASON_TEXTS: Final = {
    Reason.NOT_SENT_YET: _("It has not been sent yet."),
    Reason.BEING_SENT: _("It is being sent at this moment."),
    Reason.RECEIPT_AWAITED: _("It is on its way; the receipt has not come back yet."),
    Reason.INTERRUPTED: _("The last try was interrupted, for example by a restart."),
    Reason.PARTNER_UNREACHABLE: _("The receiver's server could not be reached."),
    Reason.PARTNER_BUSY: _("The receiver's server was busy."),
    Reason.PARTNER_FAILED: _("The receiver's server failed while it worked on the dispatch."),
    Reason.RECEIPT_OVERDUE: _("No receipt came back in time."),
    Reason.NO_ROUTE: _("There is no route to the receiver."),
    Reason.FILE_DAMAGED_HERE: _("A file of the dispatch is missing or damaged on this server."),
    Reason.KEY_NOT_KNOWN_THERE: _("The receiver does not know our key, or no longer trusts it."),
    Reason.NOT_UNDERSTOOD_THERE: _("The receiver's server does not understand the dispatch."),
    Reason.SIGNATURE_WRONG_THERE: _("The receiver found that the signature does not fit the content."),
    Reason.CONFLICT_THERE: _("The receiver already has another dispatch under the same identifier or number."),
    Reason.RECEIPT_INVALID: _("The receipt that came back is not valid."),
    Reason.REFUSED_BY_PARTNER: _("The receiver refused it."),
    Reason.STOPPED_HERE: _("Somebody here ended the delivery."),
    Reason.AWAITS_MEDIUM: _("It waits to be written on a medium that somebody carries to the receiver."),
    Reason.AWAITS_COLLECTION: _("It waits until the receiver's server fetches it; this server cannot reach it."),
    Reason.HELD_UNTIL_RECONCILED: _("Exchange is held until the registers of both sides have been compared."),
    Reason.SET_ASIDE_THERE: _("The receiver believes it but could not work on it, and has set it aside."),
    Reason.TOO_LARGE_FOR_ROUTE: _("It is larger than any route to the receiver carries."),
    Reason.CERTIFICATE_CHANGED: _("The receiver's server showed another certificate than the one enrolled."),
    Reason.PARTNER_SUSPENDED: _("Exchange with the receiver's server was suspended here."),
    Reason.DISK_FULL_THERE: _("The receiver's server has no room left."),
    Reason.ON_MEDIUM: _(
        "It was written on a medium that somebody carries to the receiver; its receipt has not come back yet."
    ),
    Reason.FETCHED_NOT_CONFIRMED: _("The receiver's server has fetched it; its receipt has not come yet."),
    Reason.PARTNER_RECONCILING: _("The receiver's server was restored, and compares its registers with its partners."),
    Reason.NEW_KEY_UNCONFIRMED: _(
        "The receiver's server was restored, and its new key has not yet been confirmed here."
    ),
    Reason.NEW_KEY_UNCONFIRMED_THERE: _("The receiver has not yet confirmed our new key."),
    Reason.SUSPENDED_THERE: _("The receiver's server has suspended the exchange with this one."),
}

_NOBODY: Final = _("Nothing answers at its address: it is switched off, or its exchange port is closed.")
_SILENT: Final = _("No answer came in time: the line is slow or broken, or a firewall is in between.")
_BROKEN: Final = _("The connection broke off in the middle.")
_NAME: Final = _("The name in its address is not known on this network.")
_SECURE: Final = _("Something answers there, but no secure connection came about.")
_NO_WAY: Final = _("The network of this server does not lead there.")
_FOLDER: Final = _("The folder is not there: the medium or the network drive is not connected.")
_CLOSED: Final = _("This server may not write to the folder.")
_MEDIUM: Final = _("The medium or the network drive has a fault.")
_FULL: Final = _("The medium or the network drive is full.")
_FAULT: Final = _("The connection failed, and the network did not say why.")
_HERE: Final = _("This server could not keep what came: look at its disk.")
_BROKER: Final = _("The broker in between does not take messages.")
DETAIL_TEXTS: Final = {
    **dict.fromkeys(("ConnectionRefusedError", "NewConnectionError", "NoServersError"), _NOBODY),
    **dict.fromkeys(("TimeoutError", "ConnectTimeoutError", "ReadTimeoutError", "the answer is too slow"), _SILENT),
    **dict.fromkeys(
        (
            "ConnectionResetError",
            "ConnectionAbortedError",
            "ConnectionClosedError",
            "BrokenPipeError",
            "IncompleteRead",
            "ProtocolError",
            "UnexpectedEOF",
        ),
        _BROKEN,
    ),
    **dict.fromkeys(("gaierror", "NameResolutionError"), _NAME),
    **dict.fromkeys(
        (
            "SSLError",
            "SSLEOFError",
            "SSLZeroReturnError",
            "TLS: SSLError",
            "TLS: SSLEOFError",
            "TLS: SSLZeroReturnError",
        ),
        _SECURE,
    ),
    **dict.fromkeys(("ENETUNREACH", "EHOSTUNREACH"), _NO_WAY),
    **dict.fromkeys(("ENOENT", "ENOTDIR", "ENODEV"), _FOLDER),
    **dict.fromkeys(("EACCES", "EPERM", "EROFS"), _CLOSED),
    **dict.fromkeys(("EIO", "ENXIO", "ESTALE"), _MEDIUM),
    **dict.fromkeys(("ENOSPC", "EDQUOT"), _FULL),
    "OSError": _FAULT,
    "not kept here": _HERE,
    **dict.fromkeys(("NoRespondersError", "ServiceUnavailableError", "NotFoundError"), _BROKER),
}
"""What a transport noted of a failure → the same for people. What is not in here is for `giaoban doctor` and the log."""

NEXT_TEXTS: Final = {
    Next.NOTHING: _("Nothing more follows."),
    Next.WILL_BE_SENT: _("It will be sent by itself in a moment."),
    Next.RECEIPT_EXPECTED: _("The receipt is expected by itself."),
    Next.CONFIRMED_OR_SENT: _(
        "The receipt is expected in a moment; without one within five minutes it is sent again by itself."
    ),
    Next.TRIED_AGAIN: _("It will be tried again by itself."),
    Next.SENT_WHEN_BACK: _(
        "This server looks for the receiver's every few minutes; as soon as it answers, it is sent by itself."
    ),
    Next.CORRECT_AND_ISSUE_ANEW: _("Read the reason, correct the matter and issue a new dispatch."),
    Next.ENROL_KEY: _("Let both administrators compare and enrol the key."),
    Next.SET_UP_ROUTE: _("Make a key for the receiving agency here, or set up a route to its server."),
    Next.REPAIR_HERE: _("Run the verification and repair this server from a backup."),
    Next.ASK_PARTNER: _("Ask the receiver's administrator, quoting the reason."),
    Next.RETRY_OR_STOP: _("Try again, or end the delivery."),
    Next.CARRY_MEDIUM: _("Write the medium, carry it to the receiver and bring the receipts back."),
    Next.BRING_RECEIPTS: _(
        "Carry the medium to the receiver, have it read there, and bring the receipts back the same way."
    ),
    Next.COLLECTED_BY_PARTNER: _("The receiver's server fetches it by itself at its next round."),
    Next.RECONCILE: _("Compare the registers with the partner; it goes on by itself after that."),
    Next.COMPARE_CERTIFICATE: _("Ask the receiver's administrator whether the certificate is new, and enrol it again."),
    Next.RESUME_PARTNER: _("Resume the exchange with the partner; it goes on by itself after that."),
    Next.RECONCILED_THERE: _("It goes on by itself as soon as the receiver's server says that it has finished."),
    Next.CONFIRM_KEY: _(
        "Two administrators here ask the receiver by telephone and approve its new key; it goes on by itself after that."
    ),
    Next.CONFIRMED_THERE: _(
        "Two administrators of the receiver's server approve the key; it goes on by itself after that. Telephone them."
    ),
    Next.RESUMED_THERE: _(
        "An administrator of the receiver's server resumes the exchange; it goes on by itself after that. Telephone them."
    ),
}

WHO_TEXTS: Final = {
    Who.NOBODY: _("nobody; it goes on by itself"),
    Who.OFFICER: _("the officer who prepared it"),
    Who.ADMINISTRATOR: _("the administrator of this server"),
    Who.PARTNER: _("the receiver's administrator"),
}

TYPE_NAMES: Final = {**TYPES, "CV": "Công văn"}
"""Decree 30/2020/NĐ-CP annex III, and the letter, which has no abbreviation in law and the code CV here."""

STATE_LOOK: Final = {
    State.QUEUED: "waiting",
    State.IN_FLIGHT: "sent",
    State.HANDED_OVER: "sent",
    State.WAITING: "waiting",
    State.NEEDS_PERSON: "failed",
    State.ACCEPTED: "received",
    State.REFUSED: "refused",
    State.STOPPED: "cancelled",
}
"""Delivery state → key of the design system's states."""
