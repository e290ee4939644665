"""The hash functions of the chain: SHA-256, or SM3 (GB/T 32905) where an installation must use it."""

from __future__ import annotations

import hashlib
from enum import StrEnum

from engine.errors import AnlanError


class HashKind(StrEnum):
    """Both give 32 bytes; every event names the one it was hashed with."""

    SHA256 = "sha256"
    SM3 = "sm3"


class HashNotAvailable(AnlanError):
    """这台机器的 Python 没有国密 SM3 算法，请安装 gmssl，或者改用 SHA-256。"""

    code = "hash-not-available"


def digest_of(content: bytes, kind: str = HashKind.SHA256) -> str:
    """The digest of bytes in hexadecimal."""
    if kind == HashKind.SHA256:
        return hashlib.sha256(content).hexdigest()
    if kind != HashKind.SM3:
        raise HashNotAvailable(f"不认识的摘要算法“{kind}”。", kind=kind)
    return _sm3(content)


def _sm3(content: bytes) -> str:
    if "sm3" in hashlib.algorithms_available:
        return hashlib.new("sm3", content).hexdigest()
    try:
        from gmssl import sm3  # type: ignore[import-untyped, unused-ignore]
    except ImportError as error:
        raise HashNotAvailable from error
    digest: str = sm3.sm3_hash(list(content))
    return digest
