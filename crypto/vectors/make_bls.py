#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes bls.json: keys, signatures and hashes to G1 as python `py_ecc` calculates them.

    python3 -m venv VENV && VENV/bin/pip install -r requirements.txt
    VENV/bin/python make_bls.py
"""

import hashlib
import json
import pathlib

from py_ecc.bls.hash_to_curve import hash_to_G1
from py_ecc.bls.point_compression import compress_G1, compress_G2
from py_ecc.optimized_bls12_381 import G2, FQ, FQ2, curve_order, is_inf, multiply, normalize, pairing
from py_ecc.optimized_bls12_381 import b2, field_modulus, is_on_curve

HERE = pathlib.Path(__file__).parent
SIGNATURE_TAG = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_POP_"
POSSESSION_TAG = b"BLS_POP_BLS12381G1_XMD:SHA-256_SSWU_RO_POP_"

# RFC 9380, J.9.1, first vector: py_ecc itself is held to it.
RFC_TAG = b"QUUX-V01-CS02-with-BLS12381G1_XMD:SHA-256_SSWU_RO_"
RFC_X = 0x052926ADD2207B76CA4FA57A8734416C8DC95E24501772C814278700EED6D1E4E8CF62D9C09DB0FAC349612B759E79A1


def g1(point):
    return compress_G1(point).to_bytes(48, "big").hex()


def g2(point):
    first, second = compress_G2(point)
    return (first.to_bytes(48, "big") + second.to_bytes(48, "big")).hex()


def hashed(message, tag):
    return hash_to_G1(message, tag, hashlib.sha256)


def outside_g2():
    """A point of the curve over Fp2 outside the subgroup."""
    x = 0
    while True:
        x += 1
        fx = FQ2([x, 0])
        square = fx * fx * fx + b2
        # Fp2 has p^2 elements, p^2 = 9 mod 16: py_ecc has the square root.
        from py_ecc.bls.point_compression import modular_squareroot_in_FQ2

        y = modular_squareroot_in_FQ2(square)
        if y is None:
            continue
        point = (fx, y, FQ2([1, 0]))
        assert is_on_curve(point, b2)
        if not is_inf(multiply(point, curve_order)):
            return point


def outside_g1():
    """A point of the curve over Fp outside the subgroup."""
    x = 0
    while True:
        x += 1
        square = (x**3 + 4) % field_modulus
        y = pow(square, (field_modulus + 1) // 4, field_modulus)
        if y * y % field_modulus != square:
            continue
        point = (FQ(x), FQ(y), FQ(1))
        if not is_inf(multiply(point, curve_order)):
            return point


def main():
    assert normalize(hashed(b"", RFC_TAG))[0] == RFC_X
    cases = []
    for number, message in enumerate([b"", b"abc", bytes(range(256)), b"meter " * 200]):
        key = int.from_bytes(hashlib.sha256(b"dmsm test key %d" % number).digest(), "big") % curve_order
        public = multiply(G2, key)
        signature = multiply(hashed(message, SIGNATURE_TAG), key)
        member = hashlib.sha256(b"dmsm test member %d" % number).digest()
        proof = multiply(hashed(member + bytes.fromhex(g2(public)), POSSESSION_TAG), key)
        # e(G, sig) = e(Y, h(m))
        assert pairing(G2, signature) == pairing(public, hashed(message, SIGNATURE_TAG))
        cases.append(
            {
                "secret": key.to_bytes(32, "big").hex(),
                "public": g2(public),
                "message": message.hex(),
                "hash": g1(hashed(message, SIGNATURE_TAG)),
                "signature": g1(signature),
                "member": member.hex(),
                "possession": g1(proof),
            }
        )
    made = {"cases": cases, "key_outside": g2(outside_g2()), "signature_outside": g1(outside_g1())}
    (HERE / "bls.json").write_text(json.dumps(made, indent=1) + "\n")


if __name__ == "__main__":
    main()
