#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes data_keys.json: data keys and sealed meter-days that follow from a data seed, after
vault/src/data_keys.rs.

    python3 -m venv VENV && VENV/bin/pip install -r ../../crypto/vectors/requirements.txt
    VENV/bin/python make_data_keys.py

What was stored is lost if these answers ever change.
"""

import hashlib
import hmac
import json
import pathlib
import random
import sys

HERE = pathlib.Path(__file__).parent
sys.path.append(str(HERE.parent.parent / "crypto" / "vectors"))

from make_derived import derive, digest, encrypt, size  # noqa: E402
from make_packing import BYTES, SLOTS, pack  # noqa: E402

BITS = 3072
SEED = hashlib.sha256(b"a data seed").digest()


def prf(key, *parts):
    return hmac.digest(key, b"".join(parts), "sha256")


def of_scope(purpose, scope):
    """HKDF-SHA256, RFC 5869, one block."""
    return prf(prf(bytes(32), SEED), purpose, scope, b"\1")


def little(number, length):
    return number.to_bytes(length, "little")


def seal(p, q, record_secret, day):
    context = b"".join([
        bytes.fromhex(day["meter"]),
        little(day["day"], 4),
        little(day["version"], 2),
        little(day["present"], 8),
        *(little(energy, 4) for energy in day["energy"]),
    ])
    nonce = prf(record_secret, b"nonce", context)[:16]
    plaintext = pack(day["energy"], int.from_bytes(nonce, "big"))
    ciphertext = encrypt(p, q, plaintext, prf(record_secret, b"randomness", context))
    return {
        **day,
        "nonce": nonce.hex(),
        "digest": digest(plaintext, BYTES),
        "ciphertext_sha256": digest(ciphertext, 2 * size(p * q)),
    }


def vector(region, year, month, first_day, dice):
    scope = little(region, 4) + little(year, 2) + little(month, 1)
    p, q = derive(BITS, of_scope(b"dmsm/data-key/v1", scope))
    record_secret = of_scope(b"dmsm/record/v1", scope)

    def day(version, present):
        energy = [dice.randrange(2**32) if present >> slot & 1 else 0 for slot in range(SLOTS)]
        meter = bytes(dice.randrange(256) for _ in range(32)).hex()
        return {
            "meter": meter,
            "day": first_day + dice.randrange(28),
            "version": version,
            "present": present,
            "energy": energy,
        }

    days = [day(0, 2**SLOTS - 1), day(2**16 - 1, 0), day(3, dice.getrandbits(SLOTS))]
    return {
        "region": region,
        "year": year,
        "month": month,
        "n_sha256": digest(p * q, size(p * q)),
        "days": [seal(p, q, record_secret, day) for day in days],
    }


def main():
    dice = random.Random(20260302)
    made = {
        "data_seed": SEED.hex(),
        # The first day of each month as a number of days since 1970-01-01.
        "scopes": [vector(1, 2012, 1, 15_340, dice), vector(2**32 - 1, 2026, 2, 20_485, dice)],
    }
    (HERE / "data_keys.json").write_text(json.dumps(made, indent=1) + "\n")


if __name__ == "__main__":
    main()
