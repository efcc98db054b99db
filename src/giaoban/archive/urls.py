"""Routes of past records."""

from __future__ import annotations

from django.urls import path

from giaoban.archive import views

app_name = "archive"
urlpatterns = [
    path("records/", views.record_list, name="list"),
    path("records/read/", views.read_files, name="read"),
    path("records/<uuid:uid>/", views.record_detail, name="detail"),
    path("records/<uuid:uid>/correct/", views.correct, name="correct"),
    path("records/<uuid:uid>/confirm/", views.confirm, name="confirm"),
    path("records/<uuid:uid>/set-aside/", views.set_aside, name="set-aside"),
    path("records/<uuid:uid>/reopen/", views.reopen, name="reopen"),
    path("records/<uuid:uid>/source/", views.source, name="source"),
]
