"""The WSGI application: all pages."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "giaoban.project.settings")
application = get_wsgi_application()

# What is loaded by now stays to the end, and a page makes thousands of short-lived objects: a collector that starts after
# every 700 of them and walks all modules again takes a tenth of the time of a page.
gc.freeze()
gc.set_threshold(10_000, 20, 20)
