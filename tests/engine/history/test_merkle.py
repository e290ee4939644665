"""Merkle trees as RFC 6962 says: known roots, and proofs that hold for the true tree only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.history.merkle import (
    consistency_proof,
    includes,
    inclusion_proof,
    is_consistent,
    leaf_hash,
    node_hash,
    root_of,
)

#: the entries and roots that Certificate Transparency implementations test themselves with
ENTRIES = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243")]
ENTRIES += [bytes.fromhex("5051525354555657"), bytes.fromhex("606162636465666768696a6b6c6d6e6f")]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


@pytest.mark.parametrize("size", ROOTS)
def test_roots_are_those_of_other_implementations(size: int) -> None:
    assert root_of([leaf_hash(entry) for entry in ENTRIES[:size]]).hex() == ROOTS[size]


def _log(size: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(size)]


@given(st.integers(1, 90).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
def test_every_entry_proves_that_it_is_included(case: tuple[int, int]) -> None:
    size, index = case
    leaves = _log(size)
    proof = inclusion_proof(leaves, index)

    assert includes(leaves[index], index, size, proof, root_of(leaves))
    assert not includes(leaf_hash(b"another"), index, size, proof, root_of(leaves))
    assert not includes(leaves[index], index, size, [*proof, leaves[0]], root_of(leaves))


@given(st.integers(1, 90).flatmap(lambda size: st.tuples(st.just(size), st.integers(1, size))))
def test_a_log_proves_that_it_only_grew(case: tuple[int, int]) -> None:
    size, old = case
    leaves = _log(size)
    proof = consistency_proof(leaves, old)

    assert is_consistent(old, size, proof, root_of(leaves[:old]), root_of(leaves))
    forged = [*leaves[: old - 1], leaf_hash(b"another")]
    assert not is_consistent(old, size, proof, root_of(forged), root_of(leaves))


def test_a_node_is_never_taken_for_a_leaf() -> None:
    left, right = _log(2)

    assert leaf_hash(left + right) != node_hash(left, right)
