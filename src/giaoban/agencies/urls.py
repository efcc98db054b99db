"""Routes of the room. Each has its row in `policy.py`."""

from __future__ import annotations

from django.urls import path

from giaoban.agencies.views import account, directory, door, people

app_name = "agencies"

urlpatterns = [
    path("sign-in/", door.sign_in, name="sign-in"),
    path("sign-in/code/", door.second_step, name="second-step"),
    path("sign-in/first/<str:who>/<str:token>/", door.first_password, name="first-password"),
    path("sign-out/", door.sign_out, name="sign-out"),
    path("language/", door.language, name="language"),
    path("switch/", door.switch, name="switch"),
    path("me/", account.profile, name="profile"),
    path("me/security/", account.security, name="security"),
    path("me/password/", account.password, name="password"),
    path("me/second-step/", account.otp_start, name="otp-start"),
    path("me/second-step/confirm/", account.otp_confirm, name="otp-confirm"),
    path("me/second-step/off/", account.otp_stop, name="otp-stop"),
    path("me/second-step/codes/", account.otp_codes, name="otp-codes"),
    path("agencies/", directory.agency_list, name="list"),
    path("agencies/add/", directory.agency_add, name="agency-add"),
    path("agencies/<str:code>/", directory.agency, name="agency"),
    path("agencies/<str:code>/edit/", directory.agency_edit, name="agency-edit"),
    path("agencies/<str:code>/area/", directory.agency_area, name="agency-area"),
    path("agencies/<str:code>/successor/", directory.agency_successor, name="agency-successor"),
    path("agencies/<str:code>/people/", people.agency_people, name="people-of"),
    path("agencies/<str:code>/people/add/", people.person_add, name="person-add"),
    path("localities/", directory.localities, name="localities"),
    path("localities/<str:code>/", directory.locality, name="locality"),
    path("people/", people.people, name="people"),
    path("people/<uuid:uid>/", people.person, name="person"),
    path("people/<uuid:uid>/deactivate/", people.person_deactivate, name="person-deactivate"),
    path("people/<uuid:uid>/reactivate/", people.person_reactivate, name="person-reactivate"),
    path("people/<uuid:uid>/link/", people.person_link, name="person-link"),
    path("people/<uuid:uid>/roles/add/", people.role_add, name="role-add"),
    path("people/<uuid:uid>/roles/<int:pk>/end/", people.role_end, name="role-end"),
    path("tokens/", people.tokens, name="tokens"),
    path("tokens/add/", people.token_add, name="token-add"),
    path("tokens/<int:pk>/revoke/", people.token_revoke, name="token-revoke"),
]
