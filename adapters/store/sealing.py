"""Encrypt what the store holds of platforms' secrets and of messages that wait."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import StoreError


class Sealer:
    """Encrypts with the first of some keys, decrypts with any: put a new key first to rotate.

    Args:
        keys: Fernet keys (https://github.com/fernet/spec): 32 bytes in URL-safe base64.

    Raises:
        StoreError: If there is none, or one is of another form.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError as error:
            raise StoreError("An encryption key is 32 bytes in URL-safe base64, 44 characters") from error

    def seal(self, value: Mapping[str, Any], *, day: date | None = None) -> str:
        """Return a value, encrypted.

        Args:
            value: What to encrypt.
            day: Told by the result in place of the second at which it was made: a Fernet token has that in clear.
        """
        written = json.dumps(value).encode()
        if day is None:
            return self._fernet.encrypt(written).decode()
        midnight = datetime.combine(day, time(), tzinfo=UTC)
        return self._fernet.encrypt_at_time(written, int(midnight.timestamp())).decode()

    def open(self, sealed: str) -> dict[str, Any]:
        """Return what was encrypted.

        Raises:
            StoreError: If none of the keys fits.
        """
        try:
            opened: dict[str, Any] = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken as error:
            raise StoreError("What is stored was encrypted with a key that is no longer set") from error
        return opened


def key_from(secret: str) -> str:
    """Return the Fernet key that follows from a secret: the same in every process that has it."""
    derived = HKDF(SHA256(), length=32, salt=None, info=b"whatworks store").derive(secret.encode())
    return base64.urlsafe_b64encode(derived).decode()
