"""Ed25519 keys and signatures over exact bytes (docs/protocol.md section 4).

What is signed is always the pre-authentication encoding `pae(type, body)` of DSSE: the type, its length, the length of the
body and the body, so a signature for one type of statement can never be read as another. Nothing is ever re-serialised
before it is checked.

A public key is examined before it is trusted: right length, canonical encoding, a point of the curve, in the subgroup of
prime order (so not of small order), and not one whose private half is printed in a standard. Libraries differ in what
they refuse, therefore the examination is done here, in plain arithmetic, once for each key.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from giaoban.kernel.errors import ErrorCode, KernelError

SEED_SIZE: Final = 32
PUBLIC_KEY_SIZE: Final = 32
SIGNATURE_SIZE: Final = 64
KEY_ID_SIZE: Final = 32
"""Characters of a key id: 128 bits of SHA-256 in hexadecimal."""

# The curve of RFC 8032 section 5.1.
_P: Final = 2**255 - 19
_L: Final = 2**252 + 27742317777372353535851937790883648493
_D: Final = (-121665 * pow(121666, _P - 2, _P)) % _P
_SQRT_M1: Final = pow(2, (_P - 1) // 4, _P)

PRINTED_KEYS: Final = frozenset(
    {
        # RFC 8032 section 7.1, tests 1, 2, 3, 1024 and SHA(abc): their private keys are public.
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        # The public key of the seed of 32 zero bytes.
        "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29",
    }
)


def pae(payload_type: str, body: bytes) -> bytes:
    """DSSE pre-authentication encoding: `DSSEv1 SP len(type) SP type SP len(body) SP body`, lengths in decimal bytes."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body)


@lru_cache(maxsize=1024)
def public_key_of(seed: bytes) -> bytes:
    """The public key (32 bytes) of a private seed (32 bytes)."""
    return _private(seed).public_key().public_bytes_raw()


@lru_cache(maxsize=65536)
def key_id(public_key: bytes) -> str:
    """Name of a key: the first 128 bits of SHA-256 of its 32 bytes, as 32 hexadecimal characters."""
    return hashlib.sha256(public_key).hexdigest()[:KEY_ID_SIZE]


def fingerprint(public_key: bytes) -> str:
    """Twelve groups of five digits (199 bits of SHA-256) to read aloud when two agencies compare a key."""
    digits = f"{int.from_bytes(hashlib.sha256(public_key).digest(), 'big') % 10**60:060d}"
    return " ".join(digits[start : start + 5] for start in range(0, 60, 5))


def sign(seed: bytes, message: bytes) -> bytes:
    """Signature (64 bytes, RFC 8032) of `message`; the same seed and message always give the same bytes."""
    return _private(seed).sign(message)


def check_signature(public_key: bytes, message: bytes, signature: bytes) -> None:
    """Return only when `signature` is a signature of `message` by a sound key.

    Raises `KernelError` with KEY_BAD, KEY_WEAK or SIGNATURE_WRONG.
    """
    check_public_key(public_key)
    try:
        _public(public_key).verify(signature, message)
    except InvalidSignature:
        raise KernelError(ErrorCode.SIGNATURE_WRONG, key=key_id(public_key)) from None


@lru_cache(maxsize=65536)
def check_public_key(public_key: bytes) -> None:
    """Return only when the key is one that may be trusted.

    Raises KEY_BAD for wrong length, non-canonical encoding or a point not on the curve; KEY_WEAK for small order, a point
    outside the prime-order subgroup, or a key whose private half is printed in a standard.
    """
    if len(public_key) != PUBLIC_KEY_SIZE:
        raise KernelError(ErrorCode.KEY_BAD, why="length", length=len(public_key))
    if public_key.hex() in PRINTED_KEYS:
        raise KernelError(ErrorCode.KEY_WEAK, why="printed")
    point = _decompress(public_key)
    if point is None:
        raise KernelError(ErrorCode.KEY_BAD, why="point")
    if _is_identity(_multiply(8, point)):
        raise KernelError(ErrorCode.KEY_WEAK, why="small_order")
    if not _is_identity(_multiply(_L, point)):
        raise KernelError(ErrorCode.KEY_WEAK, why="mixed_order")


@lru_cache(maxsize=65536)
def _public(public_key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public_key)


@lru_cache(maxsize=1024)
def _private(seed: bytes) -> Ed25519PrivateKey:
    if len(seed) != SEED_SIZE:
        raise KernelError(ErrorCode.KEY_BAD, why="length", length=len(seed))
    return Ed25519PrivateKey.from_private_bytes(seed)


# Points in extended coordinates (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z: RFC 8032 section 5.1.4.
_Point = tuple[int, int, int, int]
_IDENTITY: Final[_Point] = (0, 1, 1, 0)


def _add(a: _Point, b: _Point) -> _Point:
    low = (a[1] - a[0]) * (b[1] - b[0]) % _P
    high = (a[1] + a[0]) * (b[1] + b[0]) % _P
    cross = 2 * a[3] * b[3] * _D % _P
    depth = 2 * a[2] * b[2] % _P
    e, f, g, h = high - low, depth - cross, depth + cross, high + low
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _multiply(scalar: int, point: _Point) -> _Point:
    # Not constant time: only public keys ever come here.
    result = _IDENTITY
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point = _add(point, point)
        scalar >>= 1
    return result


def _is_identity(point: _Point) -> bool:
    return point[0] % _P == 0 and (point[1] - point[2]) % _P == 0


def _decompress(encoded: bytes) -> _Point | None:
    """RFC 8032 section 5.1.3, refusing y >= p and "minus zero"; None when there is no such point."""
    number = int.from_bytes(encoded, "little")
    sign_bit, y = number >> 255, number & (2**255 - 1)
    if y >= _P:
        return None
    x_squared = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(x_squared, (_P + 3) // 8, _P)
    if (x * x - x_squared) % _P:
        x = x * _SQRT_M1 % _P
    if (x * x - x_squared) % _P or (x == 0 and sign_bit):
        return None
    if x & 1 != sign_bit:
        x = _P - x
    return x, y, 1, x * y % _P
