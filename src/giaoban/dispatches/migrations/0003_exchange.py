"""What an exchange between servers has to remember: which numbers came, what registers stated, what could not be worked on.

Checkpoints learn which one was before them; until now there was one after every entry. Arrivals are worked out from what has come.
"""

import django.db.models.deletion
from django.db import migrations, models


from giaoban.dispatches import guards, seals
from giaoban.kernel.arrivals import Arrivals


def drop_guards(apps, schema_editor):
    guards.drop(schema_editor.connection)


def create_guards(apps, schema_editor):
    # also because SQLite makes a table anew to add a column, and loses its guards
    guards.create(schema_editor.connection)


def chain_checkpoints(apps, schema_editor):
    apps.get_model("dispatches", "Checkpoint").objects.update(since=models.F("size") - 1)


def remember_arrivals(apps, schema_editor):
    incoming = apps.get_model("dispatches", "Incoming").objects.order_by("holder", "sender", "sequence")
    streams = {}
    for holder, sender, sequence in incoming.values_list("holder_id", "sender_id", "sequence").iterator():
        streams[holder, sender] = streams.get((holder, sender), Arrivals()).add(sequence)
    table = apps.get_model("dispatches", "ArrivalStream")
    for (holder, sender), seen in streams.items():
        gaps = [list(gap) for gap in seen.gaps]
        seals.seal(table(holder_id=holder, sender_id=sender, high=seen.high, gaps=gaps)).save()


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0002_key_statements'),
        ('dispatches', '0002_guards'),
    ]

    operations = [
        migrations.RunPython(drop_guards, create_guards),
        migrations.AddField(
            model_name='checkpoint',
            name='since',
            field=models.PositiveBigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.RunPython(chain_checkpoints, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='outbox',
            name='reason',
            field=models.CharField(blank=True, choices=[('not_sent_yet', 'not_sent_yet'), ('being_sent', 'being_sent'), ('receipt_awaited', 'receipt_awaited'), ('interrupted', 'interrupted'), ('partner_unreachable', 'partner_unreachable'), ('partner_busy', 'partner_busy'), ('partner_failed', 'partner_failed'), ('receipt_overdue', 'receipt_overdue'), ('no_route', 'no_route'), ('file_damaged_here', 'file_damaged_here'), ('key_not_known_there', 'key_not_known_there'), ('not_understood_there', 'not_understood_there'), ('signature_wrong_there', 'signature_wrong_there'), ('conflict_there', 'conflict_there'), ('receipt_invalid', 'receipt_invalid'), ('refused_by_partner', 'refused_by_partner'), ('stopped_here', 'stopped_here'), ('awaits_medium', 'awaits_medium'), ('awaits_collection', 'awaits_collection'), ('held_until_reconciled', 'held_until_reconciled'), ('set_aside_there', 'set_aside_there'), ('too_large_for_route', 'too_large_for_route'), ('certificate_changed', 'certificate_changed'), ('partner_suspended', 'partner_suspended'), ('disk_full_there', 'disk_full_there')], max_length=32),
        ),
        migrations.CreateModel(
            name='ArrivalStream',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('high', models.PositiveBigIntegerField()),
                ('gaps', models.JSONField(default=list)),
                ('seal', models.CharField(max_length=64)),
                ('holder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('sender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('holder', 'sender'), name='dispatches_arrivals_unique')],
            },
        ),
        migrations.CreateModel(
            name='RecoveryStatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('sealed', models.BinaryField()),
                ('kept_at', models.DateTimeField()),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recovery_statements', to='agencies.agency')),
            ],
            options={
                'verbose_name': 'statement of loss',
            },
        ),
        migrations.CreateModel(
            name='SetAside',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('sealed', models.BinaryField()),
                ('kind', models.CharField(max_length=80)),
                ('reference', models.CharField(blank=True, max_length=60)),
                ('error', models.CharField(max_length=200)),
                ('tries', models.PositiveIntegerField()),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('holder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('sender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
            ],
            options={
                'verbose_name': 'dispatch set aside',
                'constraints': [models.UniqueConstraint(fields=('holder', 'digest'), name='dispatches_aside_unique')],
            },
        ),
        migrations.CreateModel(
            name='WitnessedCheckpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('direction', models.CharField(choices=[('out', 'Register of outgoing dispatches'), ('in', 'Register of incoming dispatches')], max_length=3)),
                ('year', models.PositiveSmallIntegerField()),
                ('finding', models.CharField(blank=True, choices=[('forked', 'forked'), ('shrunk', 'shrunk')], max_length=10)),
                ('size', models.PositiveBigIntegerField()),
                ('root', models.CharField(max_length=64)),
                ('note', models.TextField()),
                ('receipt', models.CharField(blank=True, max_length=64)),
                ('seen_at', models.DateTimeField()),
                ('seal', models.CharField(max_length=64)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('from_agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('agency', 'direction', 'year', 'finding'), name='dispatches_witnessed_unique')],
            },
        ),
        migrations.RemoveIndex(
            model_name='outbox',
            name='dispatches_outbox_due',
        ),
        migrations.AlterField(
            model_name='registerentry',
            name='entry_type',
            field=models.CharField(choices=[('opening', 'Register opened'), ('dispatch', 'Dispatch'), ('refusal', 'Refused dispatch'), ('duplicate', 'Dispatch whose matter was in effect already'), ('receipt', 'Receipt'), ('recovery', 'Loss stated after a restore')], max_length=9),
        ),
        migrations.AddIndex(
            model_name='outbox',
            index=models.Index(fields=['recipient', 'state', 'next_at', 'id'], name='dispatches_outbox_lane'),
        ),
        migrations.AddIndex(
            model_name='outbox',
            index=models.Index(fields=['state', 'changed_at'], name='dispatches_outbox_standing'),
        ),
        migrations.RunPython(remember_arrivals, migrations.RunPython.noop),
        migrations.RunPython(create_guards, drop_guards),
    ]
