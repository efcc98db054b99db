"""One's own account: password, two-step sign-in (RFC 6238), backup codes, settings.

The second step is enrolled only by somebody who is signed in *and* has just given the password again, and the device is bound to
that session until its first code was right.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_otp import devices_for_user, match_token
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from giaoban.common.errors import RefusedError

if TYPE_CHECKING:
    from django_otp.models import Device

    from giaoban.agencies.models import Person

BACKUP_CODES = 8
TOTP_NAME = "totp"
BACKUP_NAME = "backup"

log = logging.getLogger(__name__)


def change_password(person: Person, *, new: str) -> None:
    """Set a new password that passes the rules. The caller has checked the old one (or the one-time link)."""
    try:
        validate_password(new, person)
    except ValidationError as error:
        raise RefusedError(
            "password.weak",
            _("The password was not changed."),
            " ".join(error.messages),
            _("Choose a longer one, such as four unrelated words."),
            status=422,
        ) from error
    with transaction.atomic():
        person.set_password(new)
        person.save(update_fields=["password"])
    log.info("password changed", extra={"person": str(person.uid)})


def change_settings(person: Person, *, language: str, theme: str, text_size: str) -> None:
    """Language, theme and text size of the screens."""
    person.language, person.theme, person.text_size = language, theme, text_size
    person.save(update_fields=["language", "theme", "text_size"])


def change_language(person: Person, *, language: str) -> None:
    """Language of the screens."""
    person.language = language
    person.save(update_fields=["language"])


def start_second_step(person: Person) -> TOTPDevice:
    """A new device that waits for its first code; an earlier one that never got its code is forgotten."""
    if has_second_step(person):
        raise RefusedError(
            "otp.already", _("Two-step sign-in is already on."), "", _("Turn it off first if you have a new telephone.")
        )
    with transaction.atomic():
        TOTPDevice.objects.filter(user=person, confirmed=False).delete()
        return TOTPDevice.objects.create(user=person, name=TOTP_NAME, confirmed=False)


def waiting_device(person: Person, *, device_id: int | None) -> TOTPDevice | None:
    """The device this session is setting up, while it waits for its first code."""
    return TOTPDevice.objects.filter(user=person, pk=device_id, confirmed=False).first()


def confirm_second_step(person: Person, *, device_id: int, code: str) -> tuple[TOTPDevice, list[str]]:
    """Turn two-step sign-in on when `code` is right; returns the device and the backup codes, shown once."""
    codes: list[str] = []
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().filter(user=person, pk=device_id, confirmed=False).first()
        if device is None:
            raise RefusedError("otp.gone", _("This set-up is no longer valid."), "", _("Start it again."))
        right = device.verify_token(code)
        if right:
            device.confirmed = True
            device.save(update_fields=["confirmed"])
            codes = _new_backup_codes(person)
            log.info("two-step sign-in on", extra={"person": str(person.uid)})
    if not right:
        # outside the transaction: the count of failures must stay
        raise _wrong_code(device)
    return device, codes


def check_second_step(person: Person, *, code: str) -> Device:
    """The device whose code or backup code this is. Every failure is counted and slows the next try down."""
    with transaction.atomic():
        device = match_token(person, code.strip().replace(" ", "").lower())
    if device is None:
        raise _wrong_code(next(iter(devices_for_user(person)), None))
    return device


def stop_second_step(person: Person, *, code: str) -> None:
    """Turn two-step sign-in off; needs a code, and the caller has checked the password."""
    check_second_step(person, code=code)
    forget_second_step(person)


def forget_second_step(person: Person) -> None:
    """Remove every device of `person`."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=person).delete()
        StaticDevice.objects.filter(user=person).delete()
    log.info("two-step sign-in off", extra={"person": str(person.uid)})


def renew_backup_codes(person: Person, *, code: str) -> list[str]:
    """New backup codes; the old ones are void."""
    check_second_step(person, code=code)
    with transaction.atomic():
        return _new_backup_codes(person)


def has_second_step(person: Person) -> bool:
    """Whether sign-in of `person` asks for a code."""
    return bool(TOTPDevice.objects.filter(user=person, confirmed=True).exists())


def backup_codes_left(person: Person) -> int:
    """How many backup codes were not used yet."""
    return int(StaticToken.objects.filter(device__user=person).count())


def _new_backup_codes(person: Person) -> list[str]:
    StaticDevice.objects.filter(user=person).delete()
    device = StaticDevice.objects.create(user=person, name=BACKUP_NAME)
    codes = [StaticToken.random_token() for _index in range(BACKUP_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes


def _wrong_code(device: Device | None) -> RefusedError:
    """Wrong, or too fast after a wrong one: then how long to wait."""
    allowed, why = device.verify_is_allowed() if device is not None else (True, None)
    if not allowed and why and why.get("failure_count", 0) > 1:
        return RefusedError(
            "otp.slow",
            _("The code was not accepted."),
            _("There were %(count)d wrong codes in a row.") % {"count": why["failure_count"]},
            _("Wait %(seconds)d seconds, then enter the code that is shown then.")
            % {"seconds": 2 ** (why["failure_count"] - 1)},
            status=429,
        )
    return RefusedError(
        "otp.wrong",
        _("The code was not accepted."),
        _("It is wrong, already used, or no longer shown."),
        _("Enter the six digits that your telephone shows now. Its clock must be right."),
        status=422,
    )
