"""Of a register that grew, what was proven is remembered beside what is believed. Rows that are there are what is proven: nothing changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dispatches", "0006_suspended_there")]

    operations = [
        migrations.AlterField(
            "witnessedcheckpoint",
            "finding",
            models.CharField(
                blank=True,
                max_length=10,
                choices=[
                    ("forked", "forked"),
                    ("shrunk", "shrunk"),
                    ("unproven", "unproven"),
                    ("proven", "proven"),
                ],
            ),
        )
    ]
