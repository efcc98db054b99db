"""The directory of this server: localities through time, agencies, the people who work in them, and keys.

Not island rows: the directory is common to the server and written by administrators.
"""

from __future__ import annotations

import uuid
from datetime import date
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from giaoban.agencies.enums import Level, LocalityTier, Sector, SuccessionKind
from giaoban.common.access import ROLE_LABELS, Role


class Dated(models.Model):
    """A fact valid from `since` until `until` inclusive; an open end means still valid, an open start always was."""

    since = models.DateField(_("valid from"), null=True, blank=True)
    until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        abstract = True

    def valid_on(self, day: date) -> bool:
        """Whether the fact holds on `day`."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


def valid_on(day: date, prefix: str = "") -> Q:
    """The filter for `Dated` rows that hold on `day`; `prefix` like `"roles__"` reaches through a relation."""
    since, until = f"{prefix}since", f"{prefix}until"
    return (Q(**{f"{since}__isnull": True}) | Q(**{f"{since}__lte": day})) & (
        Q(**{f"{until}__isnull": True}) | Q(**{f"{until}__gte": day})
    )


class Locality(Dated):
    """An administrative unit as a dated fact (M2): a code is one unit for one span of time."""

    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(
        _("kind"), max_length=40, help_text=_("tỉnh, thành phố, quận, huyện, xã, phường, đặc khu …")
    )
    tier = models.CharField(_("tier"), max_length=10, choices=LocalityTier)
    folded = models.CharField(max_length=160, editable=False, db_index=True)
    sort_key = models.CharField(max_length=240, editable=False)
    source = models.CharField(_("source"), max_length=200)
    is_sample = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "since"], name="agencies_locality_code_since")]
        indexes = [models.Index(fields=["tier", "sort_key"], name="agencies_locality_tier")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".strip()


class LocalityEdge(Dated):
    """`child` lay in `parent` for a span of time."""

    child = models.ForeignKey(Locality, on_delete=models.CASCADE, related_name="parent_edges")
    parent = models.ForeignKey(Locality, on_delete=models.CASCADE, related_name="child_edges")


class Succession(models.Model):
    """`successor` followed `predecessor` on `on`, by the named instrument."""

    predecessor = models.ForeignKey(Locality, on_delete=models.CASCADE, related_name="successions_out")
    successor = models.ForeignKey(Locality, on_delete=models.CASCADE, related_name="successions_in")
    on = models.DateField(_("on"))
    kind = models.CharField(max_length=10, choices=SuccessionKind)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor", "on"], name="agencies_succession_unique")
        ]


class Agency(Dated):
    """An agency or unit (cơ quan, đơn vị): the holder of an island.

    `symbol` is its abbreviation in official references (15/BC-**CAT**, Decree 30/2020 annex I II.3).
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=80)
    symbol = models.CharField(_("symbol in references"), max_length=20)
    sector = models.CharField(_("sector"), max_length=20, choices=Sector, default=Sector.OTHER)
    level = models.CharField(_("level"), max_length=12, choices=Level)
    superior = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="subordinates", verbose_name=_("superior")
    )
    seat = models.CharField(
        _("place-name on documents"), max_length=120, help_text=_("The place before the date of a document.")
    )
    head_position = models.CharField(
        _("position of the head"), max_length=120, help_text=_("e.g. TRƯỞNG CÔNG AN HUYỆN")
    )
    localities: models.ManyToManyField[Locality, AgencyArea] = models.ManyToManyField(
        Locality, through="AgencyArea", related_name="agencies"
    )
    is_sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("agency")

    def __str__(self) -> str:
        return self.name


class AgencyArea(Dated):
    """A locality belongs to the agency's area (địa bàn): an area is a set of localities, not one unit."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="areas")
    locality = models.ForeignKey(Locality, on_delete=models.PROTECT, related_name="areas")


class AgencySuccession(models.Model):
    """`successor` took over from `predecessor` on `on` (merger, split, dissolution)."""

    predecessor = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="successions_out")
    successor = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="successions_in")
    on = models.DateField(_("on"))
    source = models.CharField(_("source"), max_length=200, blank=True)


class PersonManager(BaseUserManager["Person"]):
    """Looks people up by sign-in name, as Django's sign-in asks."""

    def create_person(self, username: str, full_name: str, password: str | None = None, **fields: object) -> Person:
        """Create a staff account; without a password it cannot sign in until one is set."""
        person = self.model(username=username, full_name=full_name, **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """A staff account: somebody who works in an agency and signs in here. Never a person *about whom* one writes."""

    uid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    username = models.CharField(_("sign-in name"), max_length=60, unique=True)
    full_name = models.CharField(_("full name"), max_length=80)
    position = models.CharField(_("position"), max_length=120, blank=True)
    rank = models.CharField(
        _("rank"), max_length=40, blank=True, help_text=_("Shown before the name where the sector rules so.")
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_server_admin = models.BooleanField(
        _("administrator of this server"),
        default=False,
        help_text=_("Manages the directory of all agencies; sees no content."),
    )
    language = models.CharField(
        _("language"), max_length=2, choices=[("vi", "Tiếng Việt"), ("en", "English")], default="vi"
    )
    theme = models.CharField(
        _("theme"),
        max_length=5,
        choices=[("auto", _("as the device")), ("light", _("light")), ("dark", _("dark"))],
        default="auto",
    )
    text_size = models.CharField(
        _("text size"),
        max_length=6,
        choices=[("normal", _("normal")), ("large", _("large")), ("larger", _("larger"))],
        default="normal",
    )
    is_sample = models.BooleanField(default=False)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]
    objects: ClassVar[PersonManager] = PersonManager()

    def __str__(self) -> str:
        return self.full_name


class RoleAssignment(Dated):
    """A person holds a role in an agency for a time (ADR: roles, not flags)."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="roles")
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="role_assignments")
    role = models.CharField(
        _("role"), max_length=14, choices=[(role.value, label) for role, label in ROLE_LABELS.items()]
    )

    class Meta:
        indexes = [models.Index(fields=["person", "agency"], name="agencies_role_person")]

    @property
    def as_role(self) -> Role:
        """The role as the enum of the access door."""
        return Role(self.role)


class AgencyKey(Dated):
    """A public key of an agency, and how far it is believed (docs/protocol.md section 12).

    The private half lies in GIAOBAN_HOME/keys of the agency's own server.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="keys")
    key_id = models.CharField(max_length=64, unique=True)
    public_key = models.BinaryField(max_length=32)
    created_at = models.DateTimeField()
    valid_from = models.PositiveBigIntegerField(default=1)
    """The first sequence number of the agency's dispatches that it may sign."""
    revoked_from = models.PositiveBigIntegerField(null=True)
    """From this sequence number on its dispatches are not believed; None while it is in use."""
    revoked_in_year = models.PositiveSmallIntegerField(null=True)
    revoked_in_position = models.PositiveBigIntegerField(null=True)
    """With the year, the place in the agency's incoming register from which its receipts are not believed."""
    statement_number = models.PositiveBigIntegerField(null=True)
    """Number of the key statement that said all this; None for a key of this server that no statement names yet."""


class ApiToken(models.Model):
    """A bearer token for the REST API, bound to one person, one agency and one role. Only its SHA-256 is kept."""

    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=80)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="api_tokens")
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="api_tokens")
    role = models.CharField(
        _("role"), max_length=14, choices=[(role.value, label) for role, label in ROLE_LABELS.items()]
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("expires"))
    last_used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)
