"""Routes of this room."""

from __future__ import annotations

from django.urls import path

from giaoban.dispatches import views
from giaoban.dispatches.enums import Direction

app_name = "dispatches"

urlpatterns = [
    path("registers/", views.register, {"direction": Direction.OUT}, name="register"),
    path("registers/in/", views.register, {"direction": Direction.IN}, name="register-in"),
    path("registers/<str:direction>/<int:year>/print/", views.register_print, name="register-print"),
    path("registers/<str:direction>/<int:year>.xlsx", views.register_export, name="register-export"),
    path("dispatches/<uuid:uid>/", views.detail, name="detail"),
    path("dispatches/<uuid:uid>/files/<int:position>/", views.file, name="file"),
    path("dispatches/<uuid:uid>/sealed/", views.sealed, name="sealed"),
    path("dispatches/<uuid:uid>/evidence/", views.evidence, name="evidence"),
    path("dispatches/<uuid:uid>/evidence/print/", views.evidence_print, name="evidence-print"),
    path("dispatches/set-aside/<int:aside_id>/try-again/", views.try_again, name="try-again"),
    path("dispatches/deliveries/<int:outbox_id>/retry/", views.retry, name="retry"),
    path("dispatches/deliveries/<int:outbox_id>/stop/", views.stop, name="stop"),
]
