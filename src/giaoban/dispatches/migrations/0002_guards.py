"""Facts are written once: the database refuses UPDATE and DELETE on them (see `guards.py`)."""

from django.db import migrations

from giaoban.dispatches import guards


def forwards(apps, schema_editor):
    guards.create(schema_editor.connection)


def backwards(apps, schema_editor):
    guards.drop(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("dispatches", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
