"""What is remembered of proofs between servers: when large registers were last proven, and what a partner has not proven."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partners", "0003_put_away")]

    operations = [
        migrations.AddField("contact", "proven_at", models.DateTimeField(null=True)),
        migrations.AddField("contact", "unproven", models.JSONField(default=dict)),
    ]
