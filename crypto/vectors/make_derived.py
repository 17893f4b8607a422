#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes derived.json: keys and ciphertexts that follow from a seed, after crypto/src/random.rs.

    python3 -m venv VENV && VENV/bin/pip install -r requirements.txt
    VENV/bin/python make_derived.py

What was stored under derived keys is lost if these answers ever change.
"""

import hashlib
import json
import math
import pathlib

import gmpy2
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms

HERE = pathlib.Path(__file__).parent


class Stream:
    """ChaCha20 under a key, nonce 0, from block 0 on."""

    def __init__(self, key):
        self.encryptor = Cipher(algorithms.ChaCha20(key, bytes(16)), None).encryptor()

    def bits(self, bits):
        return int.from_bytes(self.encryptor.update(bytes(bits // 8)), "big")

    def below(self, bound):
        width = bound.bit_length()
        size = (width + 7) // 8
        while True:
            value = self.bits(8 * size) & (1 << width) - 1
            if 0 < value < bound:
                return value


def prime(stream, bits):
    while True:
        candidate = stream.bits(bits) | 3 << bits - 2 | 3
        if gmpy2.is_prime(candidate, 40):
            return candidate


def derive(bits, seed):
    """p, q"""
    stream = Stream(seed)
    while True:
        p, q = prime(stream, bits // 2), prime(stream, bits // 2)
        distant = abs(p - q).bit_length() > bits // 2 - 100
        if distant and math.gcd(p - 1, q - 1) == 2:
            return p, q


def encrypt(p, q, m, seed):
    """(1 + m·n)·rho, rho a p-th power modulo p² and a q-th power modulo q²."""
    stream = Stream(seed)
    a, b = stream.below(p), stream.below(q)
    a, b = pow(a, p, p * p), pow(b, q, q * q)
    rho = b + q * q * ((a - b) * pow(q * q, -1, p * p) % (p * p))
    n = p * q
    return (1 + m * n) * rho % (n * n)


def size(number):
    return (number.bit_length() + 7) // 8


def digest(number, length):
    return hashlib.sha256(number.to_bytes(length, "big")).hexdigest()


def vector(bits, name):
    seed = hashlib.sha256(name).digest()
    p, q = derive(bits, seed)
    n = p * q
    cases = []
    for number, m in enumerate((0, 1, n - 1, int.from_bytes(hashlib.sha512(name).digest(), "big"))):
        randomness = hashlib.sha256(name + bytes([number])).digest()
        c = encrypt(p, q, m, randomness)
        cases.append({
            "m": m.to_bytes(size(n), "big").hex(),
            "seed": randomness.hex(),
            "c_sha256": digest(c, 2 * size(n)),
        })
    return {"bits": bits, "seed": seed.hex(), "n_sha256": digest(n, size(n)), "cases": cases}


def main():
    made = [vector(bits, f"derived {bits}".encode()) for bits in (2048, 3072, 4096)]
    (HERE / "derived.json").write_text(json.dumps(made, indent=1) + "\n")


if __name__ == "__main__":
    main()
