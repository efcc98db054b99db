"""People can put an offer away: one act more. The database does not change."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partners", "0002_history")]

    operations = [
        migrations.AlterField(
            "approval",
            "what",
            models.CharField(
                max_length=12,
                choices=[
                    ("read", "read the offer"),
                    ("first_half", "typed the first half of the fingerprint"),
                    ("second_half", "typed the second half of the fingerprint"),
                    ("wrong", "typed a wrong half of the fingerprint"),
                    ("put_away", "put the offer away"),
                    ("routes", "changed the routes"),
                    ("suspended", "suspended the partner"),
                    ("resumed", "resumed the partner"),
                    ("unfrozen", "agreed to go on after a finding"),
                    ("keys", "approved a key statement"),
                    ("rotated", "made a new key"),
                    ("revoked", "revoked a key"),
                    ("waived", "agreed to reconcile without the partner"),
                ],
            ),
        )
    ]
