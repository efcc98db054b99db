"""Routes of this room."""

from __future__ import annotations

from django.urls import path

from giaoban.correspondence import views

app_name = "correspondence"

urlpatterns = [
    path("letters/", views.letter_list, name="list"),
    path("letters/new/", views.begin, name="begin"),
    path("letters/timeliness/", views.timeliness, name="timeliness"),
    path("letters/timeliness/export.xlsx", views.timeliness_export, {"form": "xlsx"}, name="timeliness-xlsx"),
    path("letters/timeliness/export.csv", views.timeliness_export, {"form": "csv"}, name="timeliness-csv"),
    path("letters/counted/<uuid:coordination>/<slug:source>/", views.counted, name="counted"),
    path("letters/<uuid:uid>/", views.detail, name="detail"),
    path("letters/<uuid:uid>/edit/", views.edit, name="edit"),
    path("letters/<uuid:uid>/sign/", views.sign, name="sign"),
    path("letters/<uuid:uid>/draft.pdf", views.preview, name="preview"),
    path("letters/<uuid:uid>/slip.pdf", views.slip, name="slip"),
    path("letters/<uuid:uid>/files/<int:place>/", views.file, name="file"),
    path("letters/<uuid:uid>/discard/", views.discard, name="discard"),
    path("letters/<uuid:uid>/reply/", views.reply, name="reply"),
    path("letters/<uuid:uid>/forward/", views.forward, name="forward"),
    path("letters/<uuid:uid>/about/<slug:kind>/", views.about, name="about"),
    path("letters/<uuid:uid>/register/", views.register, name="register"),
    path("letters/<uuid:uid>/refuse/", views.refuse_letter, name="refuse"),
    path("letters/<uuid:uid>/assign/", views.assign, name="assign"),
    path("letters/<uuid:uid>/start/", views.start, name="start"),
    path("letters/<uuid:uid>/complete/", views.complete, name="complete"),
    path("letters/<uuid:uid>/more-time/", views.more_time, name="more-time"),
    path("letters/<uuid:uid>/more-time/<str:recipient>/", views.decide, name="decide"),
    path("letters/<uuid:uid>/recall-answer/", views.recall_answer, name="recall-answer"),
]
