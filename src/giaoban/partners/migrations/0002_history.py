"""Which keys had ended when this server was last reconciled (docs/protocol.md 15.6)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partners", "0001_initial")]

    operations = [migrations.AddField("station", "history", models.JSONField(default=list))]
