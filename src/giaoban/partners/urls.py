"""Routes of this room. Each has its row in `policy.py`."""

from __future__ import annotations

from django.urls import path

from giaoban.partners import views

app_name = "partners"

urlpatterns = [
    path("partners/", views.partner_list, name="list"),
    path("partners/offer/", views.offer, name="offer"),
    path("partners/offer/file/", views.offer_file, name="offer-file"),
    path("partners/read/", views.read, name="read"),
    path("partners/reconcile/finish/", views.finish, name="finish"),
    path("partners/<uuid:uid>/", views.partner, name="detail"),
    path("partners/<uuid:uid>/approve/", views.approve, name="approve"),
    path("partners/<uuid:uid>/update/", views.update, name="update"),
    path("partners/<uuid:uid>/put-away/", views.put_away, name="put-away"),
    path("partners/<uuid:uid>/routes/", views.routes, name="routes"),
    path("partners/<uuid:uid>/suspend/", views.suspend, name="suspend"),
    path("partners/<uuid:uid>/resume/", views.resume, name="resume"),
    path("partners/<uuid:uid>/leave-out/", views.leave_out, name="leave-out"),
    path("partners/<uuid:uid>/findings/<int:pk>/agree/", views.agree, name="agree"),
    path("keys/", views.keys, name="keys"),
    path("keys/apply/", views.key_apply, name="key-apply"),
    path("keys/statements/<int:pk>/approve/", views.statement_approve, name="statement-approve"),
    path("keys/<str:code>/rotate/", views.key_rotate, name="key-rotate"),
    path("keys/<str:code>/<slug:key_id>/revoke/", views.key_revoke, name="key-revoke"),
]
