"""Whether a partner listens at an address of it: a TLS handshake and the certificate, and not a byte of anything else."""

from __future__ import annotations

import hashlib
import socket
import ssl
from typing import Final

from giaoban.kernel.delivery import Reason
from giaoban.transports.https.client import SERVER_NAME, CallError, parse_address

PATIENCE: Final = 5.0
"""Seconds for each step of the connection."""


def probe(address: str, fingerprint: str, *, patience: float = PATIENCE) -> None:
    """Returns when the server with this certificate (SHA-256 of its DER bytes) answers. Raises CallError with one of the reasons
    NO_ROUTE, PARTNER_UNREACHABLE, CERTIFICATE_CHANGED.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    # The pin decides, not a chain of authorities: a partner's certificate is its own.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        host, port = parse_address(address)
        with (
            socket.create_connection((host, port), timeout=patience) as plain,
            context.wrap_socket(plain, server_hostname=SERVER_NAME) as secured,
        ):
            shown = secured.getpeercert(binary_form=True) or b""
    except ValueError:
        raise CallError(Reason.NO_ROUTE, "not an address") from None
    except OSError as error:
        raise CallError(Reason.PARTNER_UNREACHABLE, type(error).__name__) from None
    if hashlib.sha256(shown).hexdigest() != fingerprint:
        raise CallError(Reason.CERTIFICATE_CHANGED, "another certificate than the enrolled one")
