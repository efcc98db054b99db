"""Who may use each route of this room."""

from __future__ import annotations

from giaoban.common.access import ADMINISTRATORS, DIRECTORY, EVERYBODY_INSIDE, PUBLIC, SIGNED_IN, Row

INSIDE = Row(roles=EVERYBODY_INSIDE, server_admin=True)
MANAGERS = Row(roles=ADMINISTRATORS, server_admin=True)
ANY_ROLE = Row(roles=EVERYBODY_INSIDE)

POLICY: dict[str, Row] = {
    # the door itself
    "agencies:sign-in": PUBLIC,
    "agencies:second-step": PUBLIC,
    "agencies:first-password": PUBLIC,
    "agencies:language": PUBLIC,
    "agencies:sign-out": Row(signed_in=True, methods=frozenset({"POST"})),
    # one's own account
    "agencies:switch": Row(signed_in=True, methods=frozenset({"POST"})),
    "agencies:profile": SIGNED_IN,
    "agencies:security": SIGNED_IN,
    "agencies:password": SIGNED_IN,
    "agencies:otp-start": SIGNED_IN,
    "agencies:otp-confirm": SIGNED_IN,
    "agencies:otp-stop": SIGNED_IN,
    "agencies:otp-codes": SIGNED_IN,
    # the directory
    "agencies:list": INSIDE,
    "agencies:agency": INSIDE,
    "agencies:localities": INSIDE,
    "agencies:locality": INSIDE,
    "agencies:agency-add": DIRECTORY,
    "agencies:agency-edit": DIRECTORY,
    "agencies:agency-area": DIRECTORY,
    "agencies:agency-successor": DIRECTORY,
    # people
    "agencies:people": MANAGERS,
    "agencies:people-of": MANAGERS,
    "agencies:person-add": MANAGERS,
    "agencies:person": MANAGERS,
    "agencies:person-deactivate": Row(roles=ADMINISTRATORS, server_admin=True, methods=frozenset({"POST"})),
    "agencies:person-reactivate": Row(roles=ADMINISTRATORS, server_admin=True, methods=frozenset({"POST"})),
    "agencies:person-link": Row(roles=ADMINISTRATORS, server_admin=True, methods=frozenset({"POST"})),
    "agencies:role-add": MANAGERS,
    "agencies:role-end": MANAGERS,
    # keys to the API
    "agencies:tokens": ANY_ROLE,
    "agencies:token-add": ANY_ROLE,
    "agencies:token-revoke": Row(roles=EVERYBODY_INSIDE, methods=frozenset({"POST"})),
}
