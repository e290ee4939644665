"""Signing checkpoints: Ed25519 (RFC 8032), or SM2 with SM3 (GB/T 32918) where `gmssl` is installed."""

from __future__ import annotations

import os
import secrets
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from engine.errors import AnlanError
from engine.history.standalone.verify import sm2


class SignatureKind(StrEnum):
    """What checkpoints are signed with."""

    ED25519 = "ed25519"
    SM2 = "sm2"


class KeyUnusable(AnlanError):
    """检查点的签名密钥无法使用，请联系系统管理员。"""

    code = "key-unusable"


class Signer(Protocol):
    """Holds a private key."""

    kind: SignatureKind
    #: the public key in hexadecimal
    public_key: str

    def sign(self, content: bytes) -> str:
        """The signature in hexadecimal."""


class Ed25519Signer:
    """The usual signer."""

    kind = SignatureKind.ED25519

    def __init__(self, secret: bytes) -> None:
        # The library is large, and most commands sign nothing.
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self._key = Ed25519PrivateKey.from_private_bytes(secret)
        self.public_key = self._key.public_key().public_bytes_raw().hex()

    def sign(self, content: bytes) -> str:
        return self._key.sign(content).hex()


class Sm2Signer:
    """For installations that must use the national algorithms."""

    kind = SignatureKind.SM2

    def __init__(self, secret: bytes) -> None:
        self._key = _sm2(secret.hex(), "")
        self.public_key = self._key._kg(int(secret.hex(), 16), self._key.ecc_table["g"])
        self._key.public_key = self.public_key

    def sign(self, content: bytes) -> str:
        signature: str = self._key.sign_with_sm3(content, secrets.token_hex(32))
        return signature


_SIGNERS: dict[str, type[Ed25519Signer] | type[Sm2Signer]] = {"ed25519": Ed25519Signer, "sm2": Sm2Signer}


def signer_at(path: Path, kind: SignatureKind = SignatureKind.ED25519) -> Signer:
    """The installation's signer; its key is made when there is none, readable by its owner only."""
    if not path.exists():
        _make_key(path, kind)
    name, _, secret = path.read_text("ascii").strip().partition(":")
    if name not in _SIGNERS or len(secret) != 64:
        raise KeyUnusable(f"签名密钥文件 {path.name} 的内容不合格式。")
    return _SIGNERS[name](bytes.fromhex(secret))


def _make_key(path: Path, kind: SignatureKind) -> None:
    # A secret of 32 random bytes is out of SM2's range once in 2^32 at most; the top bit is cleared to be sure.
    secret = bytearray(secrets.token_bytes(32))
    if kind is SignatureKind.SM2:
        secret[0] &= 0x7F
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(f"{kind}:{secret.hex()}\n")
        file.flush()
        os.fsync(file.fileno())


def is_signed(kind: str, public_key: str, content: bytes, signature: str) -> bool:
    """Whether the holder of a key has signed these bytes."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        if kind == SignatureKind.SM2:
            return sm2(bytes.fromhex(public_key), content, bytes.fromhex(signature))
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return kind == SignatureKind.ED25519


def _sm2(private_key: str, public_key: str) -> Any:
    try:
        from gmssl import sm2  # type: ignore[import-untyped, unused-ignore]
    except ImportError as error:
        raise KeyUnusable("没有安装 gmssl，不能使用国密 SM2 签名。") from error
    return sm2.CryptSM2(private_key=private_key, public_key=public_key)
