"""The tables of partners, and the guards of those that are written once (see `guards.py`)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from giaoban.partners import guards


def forwards(apps, schema_editor):
    guards.create(schema_editor.connection)


def backwards(apps, schema_editor):
    guards.drop(schema_editor.connection)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("agencies", "0002_key_statements"),
        ("dispatches", "0002_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Partner",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(unique=True)),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("station_key", models.CharField(max_length=64)),
                ("tls_sha256", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "offer read, not approved"),
                            ("active", "active"),
                            ("suspended", "suspended"),
                            ("frozen", "frozen: a register does not agree"),
                        ],
                        default="proposed",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("enrolled_at", models.DateTimeField(null=True)),
                ("seal", models.CharField(max_length=64)),
            ],
            options={
                "verbose_name": "partner",
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ReceivedOffer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("station_uid", models.UUIDField(db_index=True)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("sealed", models.BinaryField()),
                ("fingerprint", models.CharField(max_length=60)),
                ("read_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "offer received",
            },
        ),
        migrations.CreateModel(
            name="Station",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.PositiveSmallIntegerField(default=1, editable=False, unique=True)),
                ("uid", models.UUIDField(unique=True)),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("public_key", models.CharField(max_length=64)),
                ("key_id", models.CharField(max_length=32)),
                ("tls_sha256", models.CharField(max_length=64)),
                ("addresses", models.JSONField(default=list)),
                ("created_at", models.DateTimeField()),
                ("frozen_at", models.DateTimeField(null=True)),
                ("frozen_why", models.CharField(blank=True, max_length=80)),
                ("frozen_nonce", models.UUIDField(null=True)),
                ("done_nonce", models.UUIDField(null=True)),
            ],
            options={
                "verbose_name": "this server",
            },
        ),
        migrations.CreateModel(
            name="KeyStatementRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("sealed", models.BinaryField()),
                ("needs_approval", models.BooleanField()),
                ("kept_at", models.DateTimeField()),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="key_statements", to="agencies.agency"
                    ),
                ),
            ],
            options={
                "verbose_name": "key statement",
                "ordering": ["agency_id", "number", "pk"],
            },
        ),
        migrations.CreateModel(
            name="AppliedStatement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("applied_at", models.DateTimeField()),
                ("seal", models.CharField(max_length=64)),
                (
                    "agency",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applied_statement",
                        to="agencies.agency",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partners.keystatementrow"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sent_number", models.PositiveBigIntegerField(default=0)),
                ("heard_number", models.PositiveBigIntegerField(default=0)),
                ("recent", models.JSONField(default=list)),
                ("heard_at", models.DateTimeField(null=True)),
                ("receipt_at", models.DateTimeField(null=True)),
                ("tried_at", models.DateTimeField(null=True)),
                ("tried_reason", models.CharField(blank=True, max_length=32)),
                ("status", models.JSONField(default=dict)),
                ("asked", models.JSONField(null=True)),
                ("status_number", models.PositiveBigIntegerField(default=0)),
                ("status_at", models.DateTimeField(null=True)),
                (
                    "partner",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="contact", to="partners.partner"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PartnerAgency",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("frozen_at", models.DateTimeField(null=True)),
                ("restoring", models.CharField(blank=True, max_length=36)),
                ("restoring_number", models.PositiveIntegerField(null=True)),
                (
                    "agency",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="partner_link", to="agencies.agency"
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="agencies", to="partners.partner"
                    ),
                ),
            ],
            options={
                "ordering": ["agency__code"],
            },
        ),
        migrations.CreateModel(
            name="PartnerFinding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60)),
                ("detail", models.CharField(blank=True, max_length=300)),
                ("freezes", models.BooleanField()),
                ("found_at", models.DateTimeField()),
                (
                    "agency",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency"
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="findings", to="partners.partner"
                    ),
                ),
            ],
            options={
                "verbose_name": "finding about a partner",
                "ordering": ["found_at", "pk"],
            },
        ),
        migrations.AddField(
            model_name="partner",
            name="offer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partners.receivedoffer"
            ),
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("read", "read the offer"),
                            ("first_half", "typed the first half of the fingerprint"),
                            ("second_half", "typed the second half of the fingerprint"),
                            ("wrong", "typed a wrong half of the fingerprint"),
                            ("routes", "changed the routes"),
                            ("suspended", "suspended the partner"),
                            ("resumed", "resumed the partner"),
                            ("unfrozen", "agreed to go on after a finding"),
                            ("keys", "approved a key statement"),
                            ("rotated", "made a new key"),
                            ("revoked", "revoked a key"),
                            ("waived", "agreed to reconcile without the partner"),
                        ],
                        max_length=12,
                    ),
                ),
                ("detail", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals",
                        to="partners.keystatementrow",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals",
                        to="partners.partner",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals",
                        to="partners.partnerfinding",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals",
                        to="partners.receivedoffer",
                    ),
                ),
            ],
            options={
                "verbose_name": "approval",
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ReceiptDue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sent_in", models.UUIDField(db_index=True, null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="receipts_due", to="partners.partner"
                    ),
                ),
                (
                    "receipt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="dispatches.receipt"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("partner", "receipt"), name="partners_receipt_due")],
            },
        ),
        migrations.CreateModel(
            name="RecoveryDue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64)),
                ("sealed", models.BinaryField()),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recoveries_due",
                        to="partners.partner",
                    ),
                ),
            ],
            options={
                "verbose_name": "statement of loss due",
                "constraints": [models.UniqueConstraint(fields=("partner", "digest"), name="partners_recovery_due")],
            },
        ),
        migrations.CreateModel(
            name="ReturnedItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("item_type", models.CharField(max_length=10)),
                ("digest", models.CharField(max_length=64)),
                ("content", models.BinaryField()),
                ("at", models.DateTimeField()),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="returned_items",
                        to="partners.partner",
                    ),
                ),
            ],
            options={
                "verbose_name": "returned by a partner",
                "constraints": [models.UniqueConstraint(fields=("partner", "digest"), name="partners_returned_digest")],
            },
        ),
        migrations.CreateModel(
            name="Route",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "transport",
                    models.CharField(
                        choices=[
                            ("https", "HTTPS"),
                            ("nats", "NATS"),
                            ("collect", "the partner collects it"),
                            ("folder", "folder"),
                            ("medium", "USB stick carried by a person"),
                        ],
                        max_length=10,
                        verbose_name="courier",
                    ),
                ),
                ("address", models.CharField(max_length=300, verbose_name="address")),
                ("seal", models.CharField(max_length=64)),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="routes", to="partners.partner"
                    ),
                ),
            ],
            options={
                "ordering": ["partner_id", "position"],
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "position"), name="partners_route_position")
                ],
            },
        ),
        migrations.CreateModel(
            name="StatementDue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="statements_due",
                        to="partners.partner",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partners.keystatementrow"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "statement"), name="partners_statement_due")
                ],
            },
        ),
        migrations.CreateModel(
            name="TakenBundle",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField()),
                ("number", models.PositiveBigIntegerField()),
                ("one_way", models.BooleanField()),
                ("taken_at", models.DateTimeField()),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="taken_bundles", to="partners.partner"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("partner", "uid"), name="partners_taken_bundle")],
            },
        ),
        migrations.RunPython(forwards, backwards),
    ]
