"""Closed lists of this room."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class LocalityTier(models.TextChoices):
    """Tier of an administrative unit. The district tier ended on 30 June 2025 (domain: two-tier local government)."""

    NATION = "nation", _("nation")
    PROVINCE = "province", _("province")
    DISTRICT = "district", _("district")
    COMMUNE = "commune", _("commune")


class SuccessionKind(models.TextChoices):
    """How one unit followed another."""

    MERGED = "merged", _("merged whole")
    PART = "part", _("part of it")
    RENAMED = "renamed", _("renamed or changed in kind")


class Sector(models.TextChoices):
    """Branch an agency belongs to; decides colours and default wording, never rights."""

    GOVERNMENT = "government", _("people's committee")
    POLICE = "police", _("police")
    MILITARY = "military", _("military")
    BORDER_GUARD = "border_guard", _("border guard")
    HEALTH = "health", _("health")
    AGRICULTURE = "agriculture", _("agriculture and environment")
    RESCUE = "rescue", _("civil defence and rescue")
    OTHER = "other", _("other")


class Level(models.TextChoices):
    """Level at which agencies coordinate."""

    NATIONAL = "national", _("national")
    REGIONAL = "regional", _("regional")
    PROVINCE = "province", _("province")
    CLUSTER = "cluster", _("cluster of communes")
    DISTRICT = "district", _("district")
    COMMUNE = "commune", _("commune")
