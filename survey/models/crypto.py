"""Sealing of personal numbers at rest, and the keyed hashes by which they are found again.

A sealed value is `version(1) | key id(1) | nonce(12) | AES-256-GCM ciphertext`, with table, column and row id as
associated data: a value that is copied into another row does not open. Equality search uses HMAC-SHA-256 under a key of
its own, truncated to 128 bits; an unkeyed hash of an ID number would fall in seconds. Keys come from a file that only
the service may read, never from the database.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = 1
NONCE = 12
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Order of the group of P-256 (FIPS 186-5, SP 800-186)."""


class SealBroken(Exception):
    """A sealed value did not open: wrong key, or the value was changed or moved to another row."""


@dataclass(frozen=True)
class Keyring:
    """Keys of one installation. `field_keys` by id; the highest id seals, all of them open."""

    secret_key: bytes
    field_keys: dict[int, bytes]
    index_key: bytes

    @classmethod
    def made(cls) -> Keyring:
        return cls(secrets.token_bytes(32), {1: secrets.token_bytes(32)}, secrets.token_bytes(32))

    @classmethod
    def read(cls, path: Path) -> Keyring:
        """The keys of a file. Raises FileNotFoundError, or ValueError when a key is not 32 bytes."""
        data = json.loads(path.read_text("utf-8"))
        ring = cls(
            base64.b64decode(data["secret_key"]),
            {int(number): base64.b64decode(key) for number, key in data["field_keys"].items()},
            base64.b64decode(data["index_key"]),
        )
        every = [ring.secret_key, ring.index_key, *ring.field_keys.values()]
        if any(len(key) != 32 for key in every) or len(set(every)) != len(every):
            raise ValueError(f"{path}: each key must be 32 bytes and differ from the others")
        return ring

    def write(self, path: Path) -> None:
        """Write a new key file, mode 0600. Raises FileExistsError: a key file is never overwritten."""
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(
            {
                "secret_key": base64.b64encode(self.secret_key).decode(),
                "field_keys": {str(n): base64.b64encode(key).decode() for n, key in self.field_keys.items()},
                "index_key": base64.b64encode(self.index_key).decode(),
            },
            indent=1,
        )
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)


_ring: Keyring | None = None


def use(ring: Keyring) -> None:
    """Make a keyring the one of this process."""
    global _ring
    _ring = ring
    _cipher.cache_clear()
    _mac.cache_clear()
    export_key.cache_clear()


def ring() -> Keyring:
    if _ring is None:
        raise RuntimeError("no keyring: call survey.models.crypto.use first (create_app does)")
    return _ring


@lru_cache(maxsize=16)
def _cipher(number: int) -> AESGCM:
    """The cipher of a field key. Raises KeyError: no key has this id."""
    return AESGCM(ring().field_keys[number])


def seal_bytes(where: str, row: UUID, clear: bytes) -> bytes:
    """The sealed form of some bytes. `where` is "table.column"."""
    number = max(ring().field_keys)
    nonce = os.urandom(NONCE)
    return bytes((VERSION, number)) + nonce + _cipher(number).encrypt(nonce, clear, where.encode() + row.bytes)


def open_bytes(where: str, row: UUID | bytes, sealed: bytes) -> bytes:
    """The clear bytes again. `row` may be the 16 bytes of its id, too. Raises SealBroken."""
    if len(sealed) < 2 + NONCE or sealed[0] != VERSION:
        raise SealBroken(where)
    place = where.encode() + (row if isinstance(row, bytes) else row.bytes)
    try:
        return _cipher(sealed[1]).decrypt(sealed[2 : 2 + NONCE], sealed[2 + NONCE :], place)
    except (KeyError, InvalidTag) as error:
        raise SealBroken(where) from error


def seal(where: str, row: UUID, clear: str) -> bytes | None:
    """The sealed form of a text; None for an empty one."""
    return seal_bytes(where, row, clear.encode()) if clear else None


def unseal(where: str, row: UUID | bytes, sealed: bytes | None) -> str:
    return open_bytes(where, row, sealed).decode() if sealed else ""


def keyed_hash(kind: str, text: str) -> bytes:
    """The 16 bytes by which a normalised number is found. `kind` keeps ID numbers, phones and projects apart."""
    inner, outer = (start.copy() for start in _mac(ring().index_key))
    inner.update(f"{kind}\0{text}".encode())
    outer.update(inner.digest())
    return outer.digest()[:16]


@lru_cache(maxsize=4)
def _mac(key: bytes) -> tuple[Any, Any]:
    """The two halves of HMAC-SHA-256 (RFC 2104) with the key already in them: an import makes a million hashes."""
    block = key.ljust(64, b"\0")
    return sha256(bytes(byte ^ 0x36 for byte in block)), sha256(bytes(byte ^ 0x5C for byte in block))


@lru_cache(maxsize=1)
def export_key() -> ec.EllipticCurvePrivateKey:
    """The P-256 key for which tablets seal their exports. It follows from `secret_key`: the key file has no field of it.

    HKDF-SHA-256 of 48 bytes, taken modulo the group's order less one, so that no value is likelier than another.
    """
    derived = HKDF(hashes.SHA256(), 48, salt=None, info=b"ruhu office key v1").derive(ring().secret_key)
    return ec.derive_private_key(int.from_bytes(derived, "big") % (P256_ORDER - 1) + 1, ec.SECP256R1())


class SealedText:
    """An attribute of a model that reads and writes clear text over a sealed column of the same row.

    Bulk writers call `seal("table.column", row_id, text)` themselves.
    """

    def __init__(self, column: str) -> None:
        self.column = column

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, row: object, owner: type | None = None) -> str:
        if row is None:
            return self  # type: ignore[return-value]
        return unseal(self._where(row), row.id, getattr(row, self.column))  # type: ignore[attr-defined]

    def __set__(self, row: object, text: str) -> None:
        setattr(row, self.column, seal(self._where(row), row.id, text))  # type: ignore[attr-defined]

    def _where(self, row: object) -> str:
        return f"{row.__tablename__}.{self.name}"  # type: ignore[attr-defined]
