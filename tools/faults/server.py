"""`python -m faults.server …`: the command line of Giao Ban, on a server that handles the invented kind beside the real ones."""

from __future__ import annotations

import os

from faults import operations

if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "giaoban.project.settings")
    django.setup()
    operations.connect()

    from giaoban.cli.main import run

    run()
