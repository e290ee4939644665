"""What verify.py knows of signatures and proofs, against published examples and against our own engine."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.history.merkle import consistency_proof, leaf_hash, root_of
from engine.history.signatures import Sm2Signer, is_signed
from engine.history.standalone import verify

#: GB/T 32918.5-2017, A.2: the key, "message digest", r and s
KEY = bytes.fromhex(
    "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
SIGNATURE = bytes.fromhex(
    "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
    "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
)
MESSAGE = b"message digest"
_STANDARD = ("argparse", "hashlib", "io", "json", "pathlib", "sys")


def test_the_signature_in_the_standard_is_valid() -> None:
    assert verify.sm2(KEY, MESSAGE, SIGNATURE)
    assert verify.sm2(b"\x04" + KEY, MESSAGE, SIGNATURE)


@pytest.mark.parametrize(
    ("key", "message", "signature"),
    [
        (KEY, b"message digesT", SIGNATURE),
        (KEY[:-1] + b"\x00", MESSAGE, SIGNATURE),
        (KEY, MESSAGE, SIGNATURE[:-1] + b"\x00"),
        (KEY, MESSAGE, bytes(64)),
        (KEY, MESSAGE, b"\xff" * 64),
        (bytes(64), MESSAGE, SIGNATURE),
        (KEY[:-1], MESSAGE, SIGNATURE),
    ],
)
def test_anything_else_is_not(key: bytes, message: bytes, signature: bytes) -> None:
    assert not verify.sm2(key, message, signature)


def test_what_the_national_library_signs_is_valid_without_it() -> None:
    pytest.importorskip("gmssl")
    signer = Sm2Signer(bytes(range(1, 33)))
    signature = signer.sign("安澜".encode())

    assert is_signed("sm2", signer.public_key, "安澜".encode(), signature)
    assert not is_signed("sm2", signer.public_key, b"other", signature)


@given(st.integers(1, 60), st.data())
def test_a_log_that_only_grew_is_consistent_and_no_other(size: int, data: st.DataObject) -> None:
    old_size = data.draw(st.integers(1, size))
    leaves = [leaf_hash(bytes([number])) for number in range(size)]
    proof, root = consistency_proof(leaves, old_size), root_of(leaves).hex()
    old_root = root_of(leaves[:old_size]).hex()

    assert verify.is_consistent(old_size, size, proof, old_root, root)
    forged = root_of([leaf_hash(b"another"), *leaves[1:old_size]]).hex()
    assert not verify.is_consistent(old_size, size, proof, forged, root)
    assert not verify.is_consistent(old_size, size, [*proof, proof[-1] if proof else b"x" * 32], old_root, root)


def test_it_needs_nothing_but_python() -> None:
    source = Path(verify.__file__).read_text("utf-8")
    imported = [line.split()[1] for line in source.splitlines() if line.startswith(("import ", "from "))]

    assert set(imported) <= {"__future__", "collections.abc", "typing", *_STANDARD}
