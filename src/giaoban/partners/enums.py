"""Closed lists of this room."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class PartnerState(models.TextChoices):
    """Where a partner stands. Only an active one is sent anything, and only its bundles are taken in."""

    PROPOSED = "proposed", _("offer read, not approved")
    ACTIVE = "active", _("active")
    SUSPENDED = "suspended", _("suspended")
    FROZEN = "frozen", _("frozen: a register does not agree")


class Courier(models.TextChoices):
    """What carries bundles: the names of `project/wiring.py`."""

    HTTPS = "https", _("HTTPS")
    NATS = "nats", _("NATS")
    COLLECT = "collect", _("the partner collects it")
    FOLDER = "folder", _("folder")
    MEDIUM = "medium", _("USB stick carried by a person")


class Act(models.TextChoices):
    """What a person did about a partner or a key statement; never taken back, only followed by another act."""

    READ = "read", _("read the offer")
    FIRST_HALF = "first_half", _("typed the first half of the fingerprint")
    SECOND_HALF = "second_half", _("typed the second half of the fingerprint")
    WRONG = "wrong", _("typed a wrong half of the fingerprint")
    PUT_AWAY = "put_away", _("put the offer away")
    ROUTES = "routes", _("changed the routes")
    SUSPENDED = "suspended", _("suspended the partner")
    RESUMED = "resumed", _("resumed the partner")
    UNFROZEN = "unfrozen", _("agreed to go on after a finding")
    KEYS = "keys", _("approved a key statement")
    ROTATED = "rotated", _("made a new key")
    REVOKED = "revoked", _("revoked a key")
    WAIVED = "waived", _("agreed to reconcile without the partner")
