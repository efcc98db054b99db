"""Routes of this room."""

from __future__ import annotations

from django.urls import path

from giaoban.tasks import views

app_name = "tasks"

urlpatterns = [
    path("tasks/", views.task_list, name="list"),
    path("tasks/export.xlsx", views.export, name="export"),
    path("tasks/<uuid:uid>/", views.detail, name="detail"),
    path("tasks/<uuid:uid>/progress/", views.progress, name="progress"),
    path("tasks/<uuid:uid>/extension/", views.extension, name="extension"),
    path("tasks/<uuid:uid>/extension/decide/", views.decide, name="decide"),
    path("tasks/<uuid:uid>/complete/", views.complete, name="complete"),
    path("tasks/<uuid:uid>/review/", views.review, name="review"),
]
