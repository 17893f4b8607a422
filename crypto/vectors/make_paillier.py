#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes keys.json (once) and paillier.json: what python `phe` calculates under those keys.

    python3 -m venv VENV && VENV/bin/pip install -r requirements.txt
    VENV/bin/python make_paillier.py

keys.json is kept if it is there, so that everything that was encrypted under it stays readable.
The keys are public: never use them for anything but tests and demonstrations.
"""

import hashlib
import json
import math
import pathlib
import random
import secrets

import gmpy2
from phe import paillier

HERE = pathlib.Path(__file__).parent
BITS = (2048, 3072, 4096)
TAG = b"dmsm/paillier/h/v1"


def prime(bits):
    while True:
        candidate = secrets.randbits(bits) | 3 << bits - 2 | 3
        if gmpy2.is_prime(candidate, 50):
            return candidate


def key(bits):
    while True:
        p, q = prime(bits // 2), prime(bits // 2)
        if p != q and math.gcd(p - 1, q - 1) == 2:
            return {"bits": bits, "p": hex(p)[2:], "q": hex(q)[2:]}


def generator(n):
    """h = -y^2 mod n, y from SHA-256 of n: see crypto/src/paillier/keys.rs."""
    seed, stream, counter = n.to_bytes((n.bit_length() + 7) // 8, "big"), b"", 0
    while len(stream) < len(seed) + 16:
        stream += hashlib.sha256(TAG + counter.to_bytes(4, "big") + seed).digest()
        counter += 1
    return -pow(int.from_bytes(stream, "big") % n, 2, n) % n


def vectors(entry, dice):
    p, q = int(entry["p"], 16), int(entry["q"], 16)
    n = p * q
    public = paillier.PaillierPublicKey(n)
    private = paillier.PaillierPrivateKey(public, p, q)
    nibbles = n.bit_length() // 4

    def case(m):
        r = dice.randrange(1, n)
        c = public.raw_encrypt(m, r_value=r)
        assert private.raw_decrypt(c) == m
        return m, r, c

    cases = [case(m) for m in (0, 1, n - 1, n // 2, dice.randrange(n), dice.getrandbits(64))]
    (a, _, ca), (b, _, cb) = cases[4], cases[5]
    k = dice.getrandbits(40)
    # phe's own homomorphic operations, on raw integers.
    first, second = (paillier.EncryptedNumber(public, c, 0) for c in (ca, cb))
    total = first._raw_add(ca, cb)
    product = first._raw_mul(k)
    assert private.raw_decrypt(total) == (a + b) % n and private.raw_decrypt(product) == a * k % n
    text = lambda value, width: format(value, "x").zfill(width)
    return {
        "bits": entry["bits"],
        "h": text(generator(n), nibbles),
        "cases": [{"m": text(m, nibbles), "r": text(r, nibbles), "c": text(c, 2 * nibbles)} for m, r, c in cases],
        "first": 4,
        "second": 5,
        "sum": text(total, 2 * nibbles),
        "constant": text(k, nibbles),
        "product": text(product, 2 * nibbles),
    }


def main():
    keys = HERE / "keys.json"
    if not keys.exists():
        # Two of each length: a key and a stranger's.
        keys.write_text(json.dumps([key(bits) for bits in BITS for _ in range(2)], indent=1) + "\n")
    entries = json.loads(keys.read_text())
    dice = random.Random(20260101)
    made = [vectors(entry, dice) for entry in entries[::2]]
    (HERE / "paillier.json").write_text(json.dumps(made, indent=1) + "\n")


if __name__ == "__main__":
    main()
