"""What a tablet seals for the office: ECDH on P-256, HKDF-SHA-256, AES-256-GCM (docs/sync.md, Sealed export)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from survey.models.crypto import export_key

NONCE = 12


def office_key() -> str:
    """The public key for which tablets seal: base64 of the uncompressed P-256 point."""
    point = export_key().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.b64encode(point).decode()


def open_sealed(sealed: Mapping[str, Any], *, info: bytes, place: bytes | None = None) -> bytes:
    """What `{epk, iv, ct}`, each base64, holds in clear.

    info   what the key is for: a file of records does not open as a key, nor the other way round
    place  what the tablet bound it to

    Raises ValueError where that is no sealed thing at all, InvalidTag where the key does not fit.
    """
    try:
        point, nonce, cipher = (base64.b64decode(sealed[name], validate=True) for name in ("epk", "iv", "ct"))
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except (KeyError, TypeError) as error:
        raise ValueError("not sealed") from error
    if len(nonce) != NONCE:
        raise ValueError("not a nonce")
    key = HKDF(hashes.SHA256(), 32, salt=None, info=info).derive(export_key().exchange(ec.ECDH(), theirs))
    return AESGCM(key).decrypt(nonce, cipher, place)
